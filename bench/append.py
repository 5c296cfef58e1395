"""Append through the store, and the whole command, against a bare insert and against the `eventsourcing` library."""

from functools import partial
from uuid import UUID, uuid4

from bench.events import BARE_STORE, CODEC, DRAFTS, AddModule, example
from bench.library import get_and_save, library, save
from bench.rounds import Measured, Plan, Work, at_least, rates
from shared.eventsourcing.event import Cause
from shared.eventsourcing.store import metadata_of
from shared.http.idempotency import Once, Reply
from shared.ids import new_id
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
                stream, event_id = f"draft-{uuid4()}", new_id()
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
            await Once("service:bench", str(uuid4()), b"fingerprint").transact(pool, partial(_deed, draft, n))

    return write


async def _deed(draft: UUID, n: int, db: Db) -> Reply:
    outcome = await DRAFTS(db, draft, AddModule(uuid4(), n), CAUSE)
    return Reply(201, f"/v1/drafts/{draft}", {"id": str(draft)}, outcome.version)


async def measure(url: str, plan: Plan) -> list[Measured]:
    """Appends and whole commands."""
    each = plan.of(1000)
    async with await open_pool(url, minimum=32, maximum=32) as pool:
        store, direct, command = through_the_store(pool), bare(pool), whole_command(pool)
        rows = [
            at_least("append, 8 writers / bare insert, per s", await rates(plan, [store] * 8, [direct] * 8, each), 0.9),
            at_least("append, 32 writers / bare insert, per s", await rates(plan, [store] * 32, [direct] * 32, each // 3), 0.85),
            at_least("whole command, 8 writers / bare insert, per s", await rates(plan, [command] * 8, [direct] * 8, each // 2), 0.25),
        ]
        async with library(url, 8) as doing:
            rows += [
                at_least("append, 8 writers / eventsourcing 9.5 save, per s", await rates(plan, [store] * 8, doing(save), each), 7),
                at_least(
                    "whole command, 8 writers / eventsourcing 9.5 get and save, per s",
                    await rates(plan, [command] * 8, doing(get_and_save), each // 2),
                    1,
                ),
            ]
        return rows
