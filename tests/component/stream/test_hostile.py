"""Records made to break a reader: none of them stops it, and a value that the database's driver refuses is no outage."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from shared.eventsourcing.consumer import Consumer, Reader
from shared.eventsourcing.event import Recorded
from shared.postgres import Db
from tests.component.stream.counters import CODEC, KEYS, CounterMoved, consumer_of, eventually, move, prepared, relay_of, running, send
from tests.component.stream.test_consumer import good_headers
from tests.conftest import Database


async def test_streams_that_cannot_be_streams_are_parked_by_their_place(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    sound = f"counter-{uuid4()}"
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        for stream in (f"counter-\0{uuid4()}", "counter", f"counter-{uuid4()}\n", f"{'x' * 5000}-{uuid4()}"):
            await send(kafka, service, key=stream.encode(), value=b'{"by": 1}', headers=good_headers(stream, 1))
        for version in ("0", "-1", "99999999999999999999", "one"):
            headers = [(key, version.encode() if key == "ce_sequence" else value) for key, value in good_headers(sound, 1)]
            await send(kafka, service, key=sound.encode(), value=b'{"by": 1}', headers=headers)
        await send(kafka, service, key=b"another", value=b'{"by": 1}', headers=good_headers(sound, 1))
        await send(kafka, service, key=sound.encode(), value=b'{"by": 1}', headers=good_headers(sound, 1))
        await eventually(pool, "select count(*) from parked_records", 9)
        await eventually(pool, "select count(*) from effects", 1)


async def test_data_that_is_not_utf8_parks_its_stream_and_not_only_its_record(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    stream = f"counter-{uuid4()}"
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        await send(kafka, service, key=stream.encode(), value=b'{"by": "\xff"}', headers=good_headers(stream, 1))
        await send(kafka, service, key=stream.encode(), value=b'{"by": 2}', headers=good_headers(stream, 2))
        await send(kafka, service, key=stream.encode(), value=None, headers=good_headers(stream, 3))
        await eventually(pool, "select count(*) from parked", 3)
        assert await pool.fetchval("select count(*) from effects") == 0


async def test_a_value_that_the_driver_cannot_encode_is_parked_and_not_waited_for(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)

    async def clumsy(db: Db, events: Sequence[Recorded[Any]]) -> None:
        for event in events:
            version = "one" if event.event.by == 13 else event.version
            await db.execute("insert into effects values ($1, $2, $3, $4)", event.id, event.stream, version, event.event.by)

    reader = Reader("clumsy_1", frozenset({f"{service}.counter"}), frozenset({CounterMoved}), clumsy, batch=True)
    async with database.pool() as pool:
        consumer = Consumer(group=f"{service}.views", readers=[reader], codec=CODEC, pool=pool, keys=KEYS, bootstrap=kafka)
        async with running(relay_of(service, pool, database, kafka), consumer):
            await move(pool, uuid4(), [13])
            await move(pool, uuid4(), [1])
            await eventually(pool, "select count(*) from parked", 1)
            await eventually(pool, "select count(*) from effects", 1)
