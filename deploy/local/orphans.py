"""What a supervisor that was killed left running: nobody watches it any more, and it holds the ports."""

import contextlib
import os
import signal
import time
from pathlib import Path

PATIENCE = 20.0


def orphans(home: Path) -> list[int]:
    """The processes that a supervisor of this home started."""
    mark = f"GD_SUPERVISED={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def end_orphans(home: Path) -> int:
    """End them, gently first; answers how many there were."""
    found = orphans(home)
    _signal(found, signal.SIGCONT)
    _signal(found, signal.SIGINT)
    deadline = time.monotonic() + PATIENCE
    while orphans(home) and time.monotonic() < deadline:
        time.sleep(0.2)
    _signal(orphans(home), signal.SIGKILL)
    while orphans(home):
        time.sleep(0.05)
    return len(found)


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)
