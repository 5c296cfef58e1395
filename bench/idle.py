"""The whole system at rest: what it takes of memory, processors and connections when nobody asks it for anything."""

import asyncio
import contextlib
import os
import time
from pathlib import Path

from bench.place import connected, whole
from bench.rounds import Measured, Plan, alone
from deploy.local.home import SERVICES, Home
from deploy.local.servers.postgres import admin_url
from deploy.local.status import children, memory_of, tree_memory
from deploy.local.supervisor import Supervisor

_QUIET = 20.0
_TICKS = os.sysconf("SC_CLK_TCK")


async def measure(plan: Plan) -> list[Measured]:
    """Started anew, left alone for a while, then looked at."""
    with contextlib.ExitStack() as stack:
        home = await asyncio.to_thread(stack.enter_context, whole())
        await asyncio.sleep(_QUIET)
        before, start = _seconds(home), time.monotonic()
        await asyncio.sleep(max(30 * plan.scale, 5))
        busy = {name: used - before.get(name, 0.0) for name, used in _seconds(home).items()}
        passed = time.monotonic() - start
        memory = _memory(home)
        services = sum(size for name, size in memory.items() if name in {*SERVICES, "live"})
        async with connected(admin_url(home)) as db:
            sessions = await db.fetchval("select count(*) - 1 from pg_stat_activity where backend_type = 'client backend'")
    print("  ".join(f"{name} {memory[name]:.0f} MiB {busy[name] / passed:.1%}" for name in memory))
    return [
        alone("idle system, memory MiB (proportional set size, all processes)", [sum(memory.values())]),
        alone("idle system, memory MiB of the five services and the live rates", [services]),
        alone("idle system, % of one core", [100 * sum(busy.values()) / passed]),
        alone("idle system, connections to PostgreSQL", [float(sessions)]),
    ]


def _pids(home: Home) -> dict[str, int]:
    return {name: int(state["pid"]) for name, state in Supervisor(home).states().items() if state["pid"]}


def _memory(home: Home) -> dict[str, float]:
    found = {name: tree_memory(pid) for name, pid in _pids(home).items()}
    return {**found, "supervisor": memory_of(Supervisor(home).pid())}


def _seconds(home: Home) -> dict[str, float]:
    """Processor seconds of each program and everything it started."""
    return {name: _tree_seconds(pid) for name, pid in {**_pids(home), "supervisor": 0}.items()}


def _tree_seconds(pid: int) -> float:
    return _seconds_of(pid) + sum(_tree_seconds(child) for child in children(pid)) if pid else 0.0


def _seconds_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
