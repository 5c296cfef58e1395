"""Relay and consumer at full speed, against a raw idempotent producer and a bare loop that upserts the same rows."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import uuid4

from aiokafka import ConsumerRecord

from bench.events import CODEC, ForeignRowsView, ModuleAdded, example
from bench.rounds import Measured, Plan, at_least, side_by_side
from shared.eventsourcing.bulk import Appending, append_many
from shared.eventsourcing.consumer import Consumer, reader_of_view
from shared.eventsourcing.event import Cause
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.relay import Relay, record_of
from shared.eventsourcing.store import COLUMNS, Store
from shared.kafka import KEPT_FOR_EVER, consumer, ensure_topics, producer, topic_of
from shared.postgres import Pool

SERVICE = "bench"
RELAYED, RAW, READ = topic_of(SERVICE, "draft"), "raw.draft", "read.draft"
TOPICS = dict.fromkeys((RELAYED, RAW, READ, topic_of(SERVICE, "operations")), KEPT_FOR_EVER)
CAUSE = Cause("service:bench", uuid4())
RELAY_ROW = "relay / raw idempotent producer, per s"
CONSUMER_ROW = "consumer with ledger and view / bare upsert loop, per s"
_PER_STREAM = 5
_BATCH = 500
_PATIENCE = 120
_NOTE = """
insert into applied (reader, stream, version, event_id) select $1, s, v, i from unnest($2::text[], $3::int[], $4::uuid[]) e(s, v, i)
on conflict (reader, stream) do update set version = excluded.version, event_id = excluded.event_id"""

_LARGE = (
    "insert into foreign_rows (stream, modules) select 'draft-' || gen_random_uuid(), n from generate_series(1, $1::bigint) n",
    (
        "insert into applied (reader, stream, version, event_id)"
        " select 'another', 'draft-' || gen_random_uuid(), 5, gen_random_uuid() from generate_series(1, $1::bigint)"
    ),
)


async def fill(pool: Pool, events: int) -> None:
    """So many events in the store, five to a stream, appended in bulk."""
    store = Store(CODEC)
    for start in range(0, events, 1000):
        streams = range(start, min(start + 1000, events), _PER_STREAM)
        batch = [Appending(f"draft-{uuid4()}", 0, [example(uuid4(), n) for n in range(_PER_STREAM)]) for _ in streams]
        async with pool.acquire() as db, db.transaction():
            await append_many(db, store, batch, CAUSE)


def relay_of(pool: Pool, url: str, bootstrap: str, service: str = SERVICE) -> Relay:
    """The platform's relay, publishing the one aggregate there is."""
    return Relay(service=service, pool=pool, lead_url=url, bootstrap=bootstrap, published={"draft": [ModuleAdded.__name__]})


@contextlib.asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    """Something that runs for ever, ended at the end."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(done: Callable[[], bool]) -> None:
    """Wait for a state of this process, looking every two milliseconds."""
    async with asyncio.timeout(_PATIENCE):
        while not done():  # noqa: ASYNC110 - what is waited for is a number that another task raises
            await asyncio.sleep(0.002)


async def relayed(pool: Pool, url: str, bootstrap: str, events: int, service: str = SERVICE) -> float:
    """Events per second from the store to acknowledged, the checkpoint moved with each batch."""
    relay = relay_of(pool, url, bootstrap, service)
    async with running(relay.run()):
        await until(lambda: relay.leading and relay.position > 0)
        done, start = relay.relayed, time.perf_counter()
        await until(lambda: relay.relayed >= events)
        return (relay.relayed - done) / (time.perf_counter() - start)


async def sent_raw(pool: Pool, bootstrap: str, events: int, topic: str = RAW) -> float:
    """The same records through a bare idempotent producer that is handed everything at once."""
    rows = await pool.fetch(f"select {COLUMNS} from events order by position limit $1", events)
    records = [record_of(SERVICE, row) for row in rows]
    sender = producer(bootstrap, "bench-raw")
    await sender.start()
    try:
        await sender.partitions_for(topic)
        start = time.perf_counter()
        waiting = [await sender.send(topic, **record) for record in records]
        await asyncio.gather(*waiting)
        return len(records) / (time.perf_counter() - start)
    finally:
        await sender.stop()


async def consumed(pool: Pool, bootstrap: str, events: int, *, emptied: bool = True) -> float:
    """Events per second through ledger, codec and view, from the beginning of the topic, as a new reader."""
    number = uuid4().hex[:8]
    view = ForeignRowsView(f"rows_{number}")
    reads: dict[str, Sequence[type[ModuleAdded]]] = {READ: [ModuleAdded]}
    if emptied:
        await pool.execute("truncate foreign_rows")
    reader = Consumer(
        group=f"bench-{number}", readers=[reader_of_view(view, reads)], codec=CODEC, pool=pool, keys=Keys(KEY), bootstrap=bootstrap
    )
    async with running(reader.run()):
        await until(lambda: reader.progress.applied[view.name] > 0)
        done, start = reader.progress.applied[view.name], time.perf_counter()
        await until(lambda: reader.progress.applied[view.name] >= events)
        return (reader.progress.applied[view.name] - done) / (time.perf_counter() - start)


async def looped(pool: Pool, bootstrap: str, events: int, *, emptied: bool = True) -> float:
    """The same records read by a bare consumer, decoded as JSON, the same rows of view and ledger upserted, offsets committed."""
    view = ForeignRowsView(f"bare_{uuid4().hex[:8]}")
    if emptied:
        await pool.execute("truncate foreign_rows")
    source = consumer(bootstrap, f"bare-{uuid4().hex[:8]}", "bench-bare", [READ])
    await source.start()
    try:
        done, first, start = 0, 0, 0.0
        while done < events:
            batches = await source.getmany(timeout_ms=250, max_records=_BATCH)
            records = [record for batch in batches.values() for record in batch]
            if not records:
                continue
            async with pool.acquire() as db, db.transaction():
                await db.execute(*view.upsert([(record.key.decode(), view.bare(record.value)) for record in records]))
                versions = {record.key.decode(): (int(header(record, "ce_sequence")), header(record, "ce_id")) for record in records}
                await db.execute(_NOTE, view.name, list(versions), [v for v, _ in versions.values()], [i for _, i in versions.values()])
            await source.commit()
            done += len(records)
            if not first:
                first, start = done, time.perf_counter()
        return (done - first) / (time.perf_counter() - start)
    finally:
        await source.stop()


def header(record: ConsumerRecord, name: str) -> str:
    """One header of a record."""
    return str(next(value for key, value in record.headers if key == name).decode())


KEY = "1:" + "A" * 43 + "="


async def measure(pool: Pool, url: str, bootstrap: str, plan: Plan) -> list[Measured]:
    """Relay and consumer."""
    events = plan.of(20_000, 4_000)
    await ensure_topics(bootstrap, TOPICS)
    await fill(pool, events)
    await sent_raw(pool, bootstrap, events, READ)

    async def again() -> float:
        await pool.execute("update relay set position = 0")
        return await relayed(pool, url, bootstrap, events)

    await again()
    relay = await side_by_side(plan, again, lambda: sent_raw(pool, bootstrap, events))
    reader = await side_by_side(plan, lambda: consumed(pool, bootstrap, events), lambda: looped(pool, bootstrap, events))
    return [
        at_least(RELAY_ROW, relay, 0.8),
        at_least(CONSUMER_ROW, reader, 0.8),
    ]


async def measure_many(pool: Pool, url: str, bootstrap: str, plan: Plan, stored: int) -> list[Measured]:
    """The relay from the middle of a large store; the consumer with a view and a ledger of as many rows as there are events."""
    events, service = plan.of(20_000, 4_000), f"many-{uuid4().hex[:8]}"
    await ensure_topics(
        bootstrap, {**TOPICS, **dict.fromkeys((topic_of(service, "draft"), topic_of(service, "operations")), KEPT_FOR_EVER)}
    )
    await sent_raw(pool, bootstrap, events, READ)
    await pool.execute("truncate foreign_rows")
    for large in _LARGE:
        await pool.execute(large, stored, timeout=3600)

    async def from_the_middle() -> float:
        await pool.execute("update relay set position = $1", stored // 2)
        return await relayed(pool, url, bootstrap, events, service)

    await from_the_middle()
    relay = await side_by_side(plan, from_the_middle, lambda: sent_raw(pool, bootstrap, events))
    reader = await side_by_side(
        plan, lambda: consumed(pool, bootstrap, events, emptied=False), lambda: looped(pool, bootstrap, events, emptied=False)
    )
    return [at_least(RELAY_ROW, relay, 0), at_least(CONSUMER_ROW, reader, 0)]
