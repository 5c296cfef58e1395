"""Interleaved rounds: ours and the peer take turns in one run, so that a noisy machine disturbs both alike."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

_TURNS = 8

type Work = Callable[[int], Awaitable[None]]
"""One writer's part of a round, given how many operations it does."""
type Take = Callable[[], Awaitable[float]]
"""One round of one side: its figure."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table: the figures of both, their ratio, and the goal it is held against; what has no peer has no ratio."""

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    goal: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure: how many rounds, and a factor for the length of each."""

    rounds: int = 5
    scale: float = 1.0

    def of(self, operations: int, least: int = 20) -> int:
        """How many operations a round has."""
        return max(int(operations * self.scale), least)


async def rate(writers: Sequence[Work], each: int) -> float:
    """Operations per second of all writers together."""
    start = time.perf_counter()
    await asyncio.gather(*(write(each) for write in writers))
    return len(writers) * each / (time.perf_counter() - start)


async def side_by_side(plan: Plan, ours: Take, peer: Take) -> list[tuple[float, float]]:
    """The figures of both, round by round; every other round the peer goes first."""
    return list(zip(*(await in_turn(plan, ours, peer)), strict=True))


async def in_turn(plan: Plan, *takes: Take) -> list[list[float]]:
    """The figures of each, round by round; every other round in the opposite order."""
    figures: list[list[float]] = [[] for _ in takes]
    for n in range(plan.rounds):
        sides = list(zip(takes, figures, strict=True))
        for take, found in reversed(sides) if n % 2 else sides:
            found.append(await take())
    return figures


async def rates(plan: Plan, ours: Sequence[Work], peer: Sequence[Work], each: int) -> list[tuple[float, float]]:
    """Operations per second of both; `each` is how many a writer of ours does in a round, the peer as many as take as long.

    A round is cut into short turns (ours, peer, peer, ours, …; every other round the other way), so that what a disk or a
    neighbour does for half a second falls on both.
    """
    first, second = await rate(ours, max(each // 5, 1)), await rate(peer, max(each // 5, 1))
    turn = max(each // _TURNS, 1)
    counts = turn, max(int(turn * (second / len(peer)) / (first / len(ours))), 1)
    pairs = []
    for n in range(plan.rounds):
        seconds = [0.0, 0.0]
        for side in ((1, 0, 0, 1) if n % 2 else (0, 1, 1, 0)) * (_TURNS // 2):
            writers, count = (ours, peer)[side], counts[side]
            seconds[side] += len(writers) * count / await rate(writers, count)
        pairs.append((_TURNS * len(ours) * counts[0] / seconds[0], _TURNS * len(peer) * counts[1] / seconds[1]))
    return pairs


def at_least(name: str, pairs: Sequence[tuple[float, float]], goal: float) -> Measured:
    """More is better: the median of the rounds' ratios is held against the goal."""
    ratio = statistics.median(ours / peer for ours, peer in pairs)
    return Measured(name, *_medians(pairs), ratio, f">= {goal:g}", ratio >= goal)


def at_most(name: str, pairs: Sequence[tuple[float, float]], goal: float) -> Measured:
    """Less is better."""
    ratio = statistics.median(ours / peer for ours, peer in pairs)
    return Measured(name, *_medians(pairs), ratio, f"<= {goal:g}", ratio <= goal)


def beside(name: str, pairs: Sequence[tuple[float, float]]) -> Measured:
    """Only to be read: no goal."""
    return Measured(name, *_medians(pairs), statistics.median(ours / peer for ours, peer in pairs), "-", None)


def alone(name: str, figures: Sequence[float], *, least: float | None = None, most: float | None = None) -> Measured:
    """A figure without a peer: the median of its rounds, held against a bound where there is one."""
    figure = statistics.median(figures)
    if least is not None:
        return Measured(name, figure, None, None, f">= {least:,g}", figure >= least)
    if most is not None:
        return Measured(name, figure, None, None, f"<= {most:,g}", figure <= most)
    return Measured(name, figure, None, None, "-", None)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(ours for ours, _ in pairs), statistics.median(peer for _, peer in pairs)
