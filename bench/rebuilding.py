"""Rebuild of a view: ours in batches through codec and view, the `eventsourcing` library's projection runner event by event."""

import asyncio
import time

from bench import library
from bench.events import STORE, RowsView
from bench.rounds import Measured, Plan, alone, at_least, side_by_side
from bench.stream import fill
from shared.eventsourcing.rebuild import rebuild
from shared.postgres import Pool

_LIBRARY_EVENTS = 1000


async def rebuilt(pool: Pool) -> float:
    """Events per second from the first event to the horizon, into a shadow of the view's table."""
    async with pool.acquire() as db:
        events = await db.fetchval("select count(*) from events")
        start = time.perf_counter()
        await rebuild(db, STORE, RowsView())
        return float(events) / (time.perf_counter() - start)


async def measure(pool: Pool, url: str, plan: Plan) -> list[Measured]:
    """Both from the beginning of their own events, with a view that upserts one row per stream."""
    await fill(pool, plan.of(60_000, 10_000))
    await asyncio.to_thread(library.fill, url, plan.of(_LIBRARY_EVENTS, 200))
    await rebuilt(pool)
    pairs = await side_by_side(plan, lambda: rebuilt(pool), lambda: asyncio.to_thread(library.rebuilt, url))
    return [
        alone("rebuild of a view, events per s", [ours for ours, _ in pairs], least=30_000),
        at_least("rebuild of a view / eventsourcing 9.5 projection runner, events per s", pairs, 10),
    ]
