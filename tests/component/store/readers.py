"""Readers of the log: the right one, and the two wrong ones that must be seen to lose."""

from collections.abc import Awaitable, Callable

from shared.postgres import Db

type Reader = Callable[[Db, int], Awaitable[list[int]]]


async def horizon_reader(db: Db, last: int) -> list[int]:
    """Up to the horizon, horizon first, rows second."""
    return [row["position"] for row in await db.fetch("select position from events_after($1, 10000)", last)]


async def naive_reader(db: Db, last: int) -> list[int]:
    """Whatever is visible after the last position seen: loses what commits late."""
    return [row["position"] for row in await db.fetch("select position from events where position > $1 order by position", last)]


async def one_statement_reader(db: Db, last: int) -> list[int]:
    """Horizon and rows in one statement: its snapshot is older than its look at the locks. The pause widens the gap."""
    rows = await db.fetch(
        "with pause as materialized (select pg_sleep(0.6)), horizon as materialized (select events_horizon() as top from pause)"
        " select position from events, horizon where position > $1 and position <= top order by position",
        last,
    )
    return [row["position"] for row in rows]
