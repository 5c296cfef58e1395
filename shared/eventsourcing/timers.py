"""Timers: an own inline view of what is due when, and the process that nudges.

A timer only nudges: the command carries the present, the decider recomputes, and answers nothing when it is not time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog

from shared.clock import Clock
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.writes import Write
from shared.postgres import LOST, Db, Pool, is_lost

type Fire = Callable[[Db, str, datetime], Awaitable[None]]

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 1.0
_RETRY = timedelta(minutes=5)
_ARM = (
    "insert into timers (name, stream, due_at) select name, $2, due_at from unnest($1::text[], $3::timestamptz[]) timer(name, due_at)"
    " on conflict (name, stream) do update set due_at = excluded.due_at"
)
_DISARM = "delete from timers where name = any($1::text[]) and stream = $2"


def armed(stream: str, due_at: Mapping[str, datetime]) -> Write:
    """What sets, or moves, timers of a stream, by name."""
    return _ARM, list(due_at), stream, list(due_at.values())


def disarmed(stream: str, names: Collection[str]) -> Write:
    """What makes timers of a stream be forgotten."""
    return _DISARM, list(names), stream


async def arm(db: Db, name: str, stream: str, due_at: datetime) -> None:
    """Set, or move, the timer of a stream."""
    await db.execute(*armed(stream, {name: due_at}))


async def disarm(db: Db, name: str, stream: str) -> None:
    """Forget the timer of a stream."""
    await db.execute(*disarmed(stream, [name]))


class Timers:
    """Fires what is due: one command per transaction, any number of processes, no leader."""

    def __init__(
        self, pool: Pool, fire: Mapping[str, Fire], clock: Clock, late: Callable[[str, float], None] = lambda _name, _seconds: None
    ) -> None:
        self._pool = pool
        self._fire = dict(fire)
        self._clock = clock
        self._late = late

    async def run(self) -> None:
        """Fire for ever; a lost database is waited for."""
        while True:
            try:
                fired = await self.fire_one()
            except LOST as error:
                log.warning("timers_wait", error=type(error).__name__)
                fired = False
            if not fired:
                await asyncio.sleep(_IDLE_SECONDS)

    async def fire_one(self) -> bool:
        """Fire the most overdue timer, if any. One that fails is tried again in five minutes; the others go on."""
        now = self._clock()
        taken: tuple[str, str] | None = None

        async def work(db: Db) -> bool:
            nonlocal taken
            row = await db.fetchrow(
                "select name, stream, due_at from timers where due_at <= $1 and name = any($2::text[])"
                " order by due_at limit 1 for update skip locked",
                now,
                list(self._fire),
            )
            if row is None:
                return False
            taken = (row["name"], row["stream"])
            await db.execute("delete from timers where name = $1 and stream = $2", *taken)
            await self._fire[row["name"]](db, row["stream"], now)
            self._late(row["name"], (now - row["due_at"]).total_seconds())
            return True

        try:
            return await transact(self._pool, work)
        except Exception as error:
            if taken is None or is_lost(error):
                raise
            await self._postpone(taken, now, error)
            return True

    async def _postpone(self, taken: tuple[str, str], now: datetime, error: Exception) -> None:
        expected = isinstance(error, Refusal)
        log.warning(
            "timer_postponed", timer=taken[0], stream=taken[1], error=getattr(error, "code", type(error).__name__), refused=expected
        )
        await self._pool.execute("update timers set due_at = $3 where name = $1 and stream = $2", *taken, now + _RETRY)
