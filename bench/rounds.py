"""Interleaved rounds: ours and the peer take turns in one run, so that a noisy machine disturbs both alike."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

type Work = Callable[[int], Awaitable[None]]
"""One writer's part of a round, given how many operations it does."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table: operations per second of both, their ratio, and the goal it is held against."""

    name: str
    ours: float
    peer: float
    ratio: float
    goal: str
    holds: bool | None


async def rate(writers: Sequence[Work], each: int) -> float:
    """Operations per second of all writers together."""
    start = time.perf_counter()
    await asyncio.gather(*(write(each) for write in writers))
    return len(writers) * each / (time.perf_counter() - start)


async def side_by_side(
    name: str, ours: Sequence[Work], peer: Sequence[Work], *, each: int, goal: float | None, rounds: int = 5
) -> Measured:
    """The median ratio of `rounds` interleaved rounds, after one to warm up."""
    await rate(ours, max(each // 5, 1))
    await rate(peer, max(each // 5, 1))
    pairs = [(await rate(ours, each), await rate(peer, each)) for _ in range(rounds)]
    ratio = statistics.median(a / b for a, b in pairs)
    return Measured(
        name,
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        ratio,
        f">= {goal:g}" if goal is not None else "-",
        ratio >= goal if goal is not None else None,
    )
