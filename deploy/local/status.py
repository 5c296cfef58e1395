"""What runs, since when, in how much memory, and whether it answers."""

import os
from pathlib import Path

from deploy.local.home import Home
from deploy.local.program import Program
from deploy.local.supervisor import Supervisor

PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024


def report(home: Home, programs: list[Program]) -> tuple[str, bool]:
    """A table, and whether everything is well."""
    supervisor = Supervisor(home)
    if not supervisor.running():
        return "nothing runs; start with: make up\n", False
    states, well, total = supervisor.states(), True, 0.0
    lines = [f"{'process':<14}{'state':<10}{'answers':<9}{'pid':>8}{'MiB':>8}  port\n"]
    for program in programs:
        known = states.get(program.name, {"statename": "STOPPED", "pid": 0})
        answers = program.ready(home)
        memory = tree_memory(int(known["pid"])) if known["pid"] else 0.0
        total += memory
        well = well and answers
        port = home.ports[program.ports[0]]
        state = str(known["statename"]).lower()
        lines.append(f"{program.name:<14}{state:<10}{'yes' if answers else 'no':<9}{known['pid']:>8}{memory:>8.0f}  {port}\n")
    total += memory_of(supervisor.pid())
    lines.append(f"{'all together':<41}{total:>8.0f}  proportional set size, shared pages counted once\n")
    return "".join(lines), well


def tree_memory(pid: int) -> float:
    """MiB of a process and everything it started."""
    return memory_of(pid) + sum(tree_memory(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(number) for number in task.read_text().split()]
        except OSError:
            continue
    return found


def memory_of(pid: int) -> float:
    """MiB of one process: its share of shared pages, where the kernel says it, else all resident pages."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / MIB
    except (OSError, IndexError):
        return 0.0
