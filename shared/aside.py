"""Who works for nobody that waits stays on one half of the processors, so that another is free for who does wait.

Standing back (`nice`) gives a smaller share, not a later turn: whoever has just had a turn waits until the others have had their share,
however small, and the scheduler looks only at its next tick, some milliseconds later. A page is a dozen such turns.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def aside() -> frozenset[int]:
    """The upper half of the processors that this process may use; where there is one only, that one."""
    mine = sorted(os.sched_getaffinity(os.getpid()))
    return frozenset(mine[len(mine) // 2 :])


def step_aside(pid: int = 0) -> None:
    """The calling thread, or a process just started, from now on. Where it may not, or the process has ended, all goes on as it is."""
    with suppress(OSError):
        os.sched_setaffinity(pid, aside())


@contextmanager
def stepped_aside() -> Iterator[None]:
    """The calling thread, for as long as this lasts: a thread of a pool does other things afterwards."""
    before = os.sched_getaffinity(0)
    step_aside()
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, before)
