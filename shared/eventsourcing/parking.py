"""Parking: what a reader could not apply is kept, loudly, with all that follows in its stream; and replayed in order."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.eventsourcing.keys import Keys
from shared.eventsourcing.limit import counted
from shared.kafka import Incoming, KeptRecord, incoming, restored
from shared.postgres import Db, Pool

log = structlog.get_logger(__name__)

type Apply = Callable[[Db, Incoming], Awaitable[bool]]
"""Applies one event; True when more is left to do for it, in another transaction."""


async def park(db: Db, reader: str, event: Incoming, record: str, error: str) -> None:
    """Keep an event that this reader could not apply; idempotent."""
    await db.execute(
        "insert into parked (reader, stream, version, event_id, record, error) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        reader,
        event.stream,
        event.version,
        event.id,
        record,
        _text(error),
    )
    log.error("event_parked", reader=reader, stream=event.stream, version=event.version, type=event.type, error=error[:200])


async def park_record(db: Db, keys: Keys, reader: str, record: KeptRecord, text: str, error: str) -> None:
    """Keep a record that does not even say which event it is, sealed, by where it stood."""
    kek, wrapped = keys.wrap(text.encode(), f"parked/{record.topic}")
    await db.execute(
        'insert into parked_records (topic, partition, "offset", reader, error, kek, wrapped)'
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        record.topic,
        record.partition,
        record.offset,
        reader,
        _text(error),
        kek,
        wrapped,
    )
    log.error("record_parked", reader=reader, topic=record.topic, partition=record.partition, offset=record.offset, error=error[:200])


def _text(error: str) -> str:
    """A reason as a column can keep it: it may name a field that a stranger named."""
    return error[:500].replace("\0", "\ufffd")


async def parked_among(db: Db, reader: str, streams: Sequence[str]) -> set[str]:
    """Which of these streams are parked for this reader: their new events must join them."""
    rows = await db.fetch("select distinct stream from parked where reader = $1 and stream = any($2::text[])", reader, list(streams))
    return {row["stream"] for row in rows}


async def replay(pool: Pool, reader: str, stream: str, apply: Apply) -> int:
    """Apply what is parked of a stream, in version order, each in its own transaction; answers how many went through.

    Stops at the first that fails again, keeping it and the rest, and raises what it raised. The row lock on the ledger
    keeps the consumer of the same reader and stream waiting meanwhile.
    """
    done = 0
    while (version := await _replay_one(pool, reader, stream, apply)) is not None:
        if version:
            done += 1
            log.info("event_replayed", reader=reader, stream=stream, version=version)
    return done


async def _replay_one(pool: Pool, reader: str, stream: str, apply: Apply) -> int | None:
    """The version that went through; 0 when there is more to do for it, None when nothing is parked."""
    async with pool.acquire(timeout=5) as db, db.transaction():
        await db.execute("select 1 from applied where reader = $1 and stream = $2 for update", reader, stream)
        row = await db.fetchrow(
            "select version, record::text as record from parked where reader = $1 and stream = $2 order by version limit 1",
            reader,
            stream,
        )
        if row is None:
            return None
        with counted():
            if await apply(db, incoming(restored(row["record"]))):
                return 0
        await db.execute("delete from parked where reader = $1 and stream = $2 and version = $3", reader, stream, row["version"])
        return int(row["version"])
