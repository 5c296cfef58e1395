"""A small service to be streamed: counters that move, and a view of them at a reader's."""

import asyncio
import base64
import secrets
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder, _DefaultRecordBatchPy
from aiokafka.record.util import calc_crc32c

from shared.eventsourcing.codec import Codec
from shared.eventsourcing.consumer import Consumer, Reader
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.relay import Relay
from shared.eventsourcing.store import Store
from shared.kafka import KEPT_FOR_EVER, PARTITIONS, consumer, ensure_topics, partition_of, producer
from shared.postgres import Db, Pool
from tests.conftest import Database


class CounterMoved(Event):
    """A counter went up."""

    by: int


class CounterNoted(Event):
    """A private remark: never published."""

    text: str


CAUSE = Cause("service:test", uuid4())
CODEC = Codec([CounterMoved, CounterNoted])
STORE = Store(CODEC)
KEYS = Keys(f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
EFFECTS = "create table effects (id uuid, stream text, version int, by int)"


async def add_up(db: Db, events: Sequence[Recorded[Any]]) -> None:
    """One row per effect and no unique index: a repeated effect would show. 13 cannot be applied."""
    for event in events:
        if event.event.by == 13:
            message = "13"
            raise ValueError(message)
        await db.execute("insert into effects values ($1, $2, $3, $4)", event.id, event.stream, event.version, event.event.by)


async def prepared(database: Database, kafka: str) -> str:
    """The effects table, and a topic of this test's own; answers the service's name."""
    service = f"trial{uuid4().hex[:10]}"
    await ensure_topics(kafka, {f"{service}.counter": KEPT_FOR_EVER})
    async with database.connect_as_migrator() as db:
        await db.execute(f"{EFFECTS}; grant all on effects to {database.app_role}")
    return service


def relay_of(service: str, pool: Pool, database: Database, kafka: str) -> Relay:
    """A relay that publishes what moves."""
    return Relay(service=service, pool=pool, lead_url=database.url, bootstrap=kafka, published={"counter": ["CounterMoved"]})


def consumer_of(service: str, pool: Pool, kafka: str, *, batch: bool = True) -> Consumer:
    """A consumer with the one reader."""
    reader = Reader("effects_1", frozenset({f"{service}.counter"}), frozenset({CounterMoved}), add_up, batch)
    return Consumer(group=f"{service}.views", readers=[reader], codec=CODEC, pool=pool, keys=KEYS, bootstrap=kafka)


@asynccontextmanager
async def running(*works: Any) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run these in the background meanwhile."""
    tasks = [asyncio.create_task(work.run()) for work in works]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def move(pool: Pool, counter: UUID, by: Sequence[int], expected: int = 0) -> None:
    """Append to one counter, each movement with a private remark beside it."""
    async with pool.acquire() as db:
        for n, step in enumerate(by):
            events = [CounterMoved(by=step), CounterNoted(text="x")]
            await STORE.append(db, f"counter-{counter}", events, expected=expected + 2 * n, cause=CAUSE)


async def eventually(pool: Pool, sql: str, expected: object, seconds: float = 20) -> None:
    """Wait for a query to answer this."""
    found: object = None
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (found := await pool.fetchval(sql)) != expected:
                await asyncio.sleep(0.05)
    assert found == expected, f"{sql}: {found!r}, not {expected!r}"


async def topic(kafka: str, service: str, aggregate: str = "counter") -> list[ConsumerRecord]:
    """Everything in the topic, in order within each partition."""
    source = consumer(kafka, None, "test", [f"{service}.{aggregate}"])
    await source.start()
    records: list[ConsumerRecord] = []
    try:
        ends = await source.end_offsets(source.assignment() or [])
        while sum(ends.values()) > len(records):
            for batch in (await source.getmany(timeout_ms=500)).values():
                records += batch
    finally:
        await source.stop()
    return records


async def send(kafka: str, service: str, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> None:
    """Put a record into the topic, as a stranger or a broken release might."""
    async with producer(kafka, "stranger") as sender:
        await sender.send_and_wait(f"{service}.counter", value, key=key, headers=list(headers))


async def send_named(kafka: str, service: str, name: bytes, *, key: str, value: bytes, headers: Sequence[tuple[str, bytes | None]]) -> None:
    """Put a record into the topic whose last header has a name that no client of ours would write: byte by byte."""
    client = AIOKafkaClient(bootstrap_servers=kafka)
    await client.bootstrap()
    try:
        topic, partition = f"{service}.counter", partition_of(key, PARTITIONS)
        await client._wait_on_metadata(topic)
        request = ProduceRequest(None, -1, 5000, [(topic, [(partition, batch_named(name, key.encode(), value, headers))])])
        async with asyncio.timeout(20):
            errors = [-1]
            while errors != [0]:  # a topic that was just made may have no leader yet
                answer = await client.send(client.cluster.leader_for_partition(TopicPartition(topic, partition)), request)
                errors = [error for _, said in answer.topics for _, error, *_ in said]
    finally:
        await client.close()


def batch_named(name: bytes, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """A batch of one record, whose last header has this name."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1_000_000)
    stands_for = "?" * len(name)
    builder.append(0, None, key, value, [*headers, (stands_for, b"1")])
    written = builder.build().replace(stands_for.encode(), name)
    counted = _DefaultRecordBatchPy.ATTRIBUTES_OFFSET
    struct.pack_into(">I", written, _DefaultRecordBatchPy.CRC_OFFSET, calc_crc32c(bytes(written[counted:])))
    return bytes(written)
