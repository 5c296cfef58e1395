"""Records made to break a reader: none of them stops it, and a value that the database's driver refuses is no outage."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest

from shared.eventsourcing.consumer import Consumer, Reader
from shared.eventsourcing.event import Recorded
from shared.kafka import read_all
from shared.postgres import Db
from tests.component.stream.counters import (
    CODEC,
    KEYS,
    CounterMoved,
    consumer_of,
    eventually,
    move,
    prepared,
    relay_of,
    running,
    send,
    send_named,
)
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


type Headers = Sequence[tuple[str, bytes | None]]


def said(name: str, value: bytes | None, headers: Headers) -> Headers:
    """These headers, one of them with another value."""
    return [(key, value if key == name else old) for key, old in headers]


@pytest.mark.parametrize(
    ("value", "make", "table"),
    [
        pytest.param(b'{"by": 1}', lambda _: [("ce_type", None)], "parked_records", id="a null header and no envelope"),
        pytest.param(b"not json", lambda good: [*good, ("x-trace", None)], "parked", id="a null header of a stranger"),
        pytest.param(b"not json", lambda good: [*good, ("x-\0trace", b"1")], "parked", id="a NUL in a header's name"),
        pytest.param(b'{"by": 1}', lambda good: said("ce_time", b"0001-01-01T00:00:00", good), "parked_records", id="year one"),
        pytest.param(b'{"by": 1}', lambda good: said("ce_time", b"2026-11-24T12:00:00", good), "parked_records", id="no zone"),
        pytest.param(
            b'{"by": 1}', lambda good: said("ce_time", b"0001-01-01T00:00:00+23:59", good), "parked_records", id="before year one"
        ),
        pytest.param(
            b'{"by": 1}', lambda good: said("ce_dataschema", b"/schemas/x/CounterMoved/-9999999999", good), "parked_records", id="schema"
        ),
    ],
)
async def test_what_breaks_the_parking_itself_is_parked_and_the_next_is_taken(
    database: Database, kafka: str, value: bytes, make: Callable[[Headers], Headers], table: str
) -> None:
    service = await prepared(database, kafka)
    stream, sound = f"counter-{uuid4()}", f"counter-{uuid4()}"
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        await send(kafka, service, key=stream.encode(), value=value, headers=make(good_headers(stream, 1)))
        await send(kafka, service, key=sound.encode(), value=b'{"by": 4}', headers=good_headers(sound, 1))
        await eventually(pool, f"select count(*) from {table}", 1)
        await eventually(pool, f"select count(*) from effects where stream = '{sound}'", 1)
        assert await pool.fetchval("select count(*) from effects") == 1


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


LATIN = "situação".encode("latin-1")


async def test_a_header_whose_name_is_not_utf8_stops_no_reader(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    odd, none, sound = f"counter-{uuid4()}", f"counter-{uuid4()}", f"counter-{uuid4()}"
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        await send_named(kafka, service, LATIN, key=odd, value=b'{"by": 1}', headers=good_headers(odd, 1))
        await send_named(kafka, service, LATIN, key=none, value=b'{"by": 1}', headers=good_headers(none, 1)[:-3])
        for stream, version in ((odd, 2), (none, 2), (sound, 1)):
            await send(kafka, service, key=stream.encode(), value=b'{"by": 4}', headers=good_headers(stream, version))
        await eventually(pool, "select count(*) from effects", 4)
        assert await pool.fetchval("select count(*) from parked_records") == 1
        assert await pool.fetchval("select array_agg(version order by version) from effects where stream = $1", odd) == [1, 2]


async def test_a_relay_leads_and_a_topic_is_read_where_the_last_record_has_such_a_name(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    counter = uuid4()
    async with database.pool() as pool:
        await send_named(kafka, service, LATIN, key=f"counter-{counter}", value=b"{}", headers=[])
        async with running(relay_of(service, pool, database, kafka), consumer_of(service, pool, kafka)):
            await move(pool, counter, [1])
            await eventually(pool, "select count(*) from effects", 1)
        assert [version async for (_, version, _), _ in read_all(kafka, [f"{service}.counter"])] == [1]
