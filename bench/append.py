"""Append through the store, and the whole command, against a bare insert and against the `eventsourcing` library."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.events import BARE_STORE, CODEC, DRAFTS, AddModule, example
from bench.rounds import Measured, Work, side_by_side
from shared.eventsourcing.event import Cause
from shared.eventsourcing.store import metadata_of
from shared.eventsourcing.transaction import transact
from shared.http.idempotency import Once, Reply
from shared.postgres import Db, Pool, open_pool

CAUSE = Cause("service:bench", uuid4())
BARE = "insert into bare_events (stream, version, id, type, schema, data, metadata) values ($1, $2, $3, $4, $5, $6, $7) returning position"


def through_the_store(pool: Pool) -> Work:
    """One event per append, on a new stream each time."""

    async def write(times: int) -> None:
        async with pool.acquire() as db:
            for n in range(times):
                await BARE_STORE.append(db, f"draft-{uuid4()}", [example(uuid4(), n)], expected=0, cause=CAUSE)

    return write


def bare(pool: Pool) -> Work:
    """The same row, encoded the same way, straight into a table with the same indexes and no trigger."""

    async def write(times: int) -> None:
        async with pool.acquire() as db:
            for n in range(times):
                stream, event_id = f"draft-{uuid4()}", uuid4()
                row = CODEC.encode(example(uuid4(), n), stream, event_id)
                await db.fetchval(BARE, stream, 1, event_id, row.type, row.schema, row.data, metadata_of(CAUSE))

    return write


def whole_command(pool: Pool) -> Work:
    """Load, fold, decide, append, own view and idempotency row in one transaction; streams grow to ten events."""

    async def write(times: int) -> None:
        draft = uuid4()
        for n in range(times):
            if n % 10 == 0:
                draft = uuid4()
            await transact(pool, partial(_deed, Once("service:bench", str(uuid4()), b"fingerprint"), draft, n))

    return write


async def _deed(once: Once, draft: UUID, n: int, db: Db) -> Reply:
    async def work(db: Db) -> Reply:
        outcome = await DRAFTS(db, draft, AddModule(uuid4(), n), CAUSE)
        return Reply(201, f"/v1/drafts/{draft}", {"id": str(draft)}, outcome.version)

    return await once.run(db, work)


class Draft(Aggregate):
    """The same fact in the library's terms: one event of the same size."""

    @event("ModuleAdded")
    def __init__(self, maker: str, model: str, watts: int, quantity: int) -> None:
        self.row = (maker, model, watts, quantity)


@asynccontextmanager
async def library(url: str, writers: int) -> AsyncIterator[Sequence[Work]]:
    """Writers that save through the `eventsourcing` library's PostgreSQL recorder, one thread each."""
    parts = urlsplit(url)
    os.environ |= {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "127.0.0.1",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "postgres",
        "POSTGRES_PASSWORD": parts.password or "",
        "POSTGRES_POOL_SIZE": str(writers),
        "POSTGRES_MAX_OVERFLOW": str(writers),
    }
    application: Application[object] = Application()  # type: ignore[type-var]  # its identifiers are UUIDs
    threads = ThreadPoolExecutor(writers)

    def save(times: int) -> None:
        for n in range(times):
            application.save(Draft("Fabricante", "M-550-HC", 550, n))

    async def write(times: int) -> None:
        await asyncio.get_running_loop().run_in_executor(threads, save, times)

    try:
        yield [write] * writers
    finally:
        threads.shutdown()
        application.close()


async def measure(url: str, scale: float) -> list[Measured]:
    """The rows of the first table; `scale` shortens or lengthens the rounds."""
    each = max(int(400 * scale), 5)
    async with await open_pool(url, minimum=32, maximum=32) as pool:
        rows = [
            await side_by_side("append, 8 writers / bare insert", [through_the_store(pool)] * 8, [bare(pool)] * 8, each=each, goal=0.9),
            await side_by_side(
                "append, 32 writers / bare insert", [through_the_store(pool)] * 32, [bare(pool)] * 32, each=max(each // 3, 5), goal=0.85
            ),
            await side_by_side(
                "whole command, 8 writers / bare insert", [whole_command(pool)] * 8, [bare(pool)] * 8, each=max(each // 2, 5), goal=0.25
            ),
        ]
        async with library(url, 8) as saving:
            rows.append(
                await side_by_side(
                    "append, 8 writers / eventsourcing 9.5 save", [through_the_store(pool)] * 8, saving, each=max(each // 4, 5), goal=7
                )
            )
        return rows
