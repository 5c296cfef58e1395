"""A view of others' events that differs from its topics is found, and filled anew beside its reader."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

import asyncpg
import pytest

from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.foreign import ReaderCameBetween, Records, check_foreign_views, refill
from shared.eventsourcing.verify import Report
from shared.eventsourcing.writes import Writes
from shared.kafka import Incoming, read_records
from tests.component.stream.counters import CODEC, CounterMoved, add_up, consumer_of, eventually, move, prepared, relay_of, running
from tests.conftest import Database


class Effects:
    """The view that the group's reader keeps."""

    name: ClassVar[str] = "effects_1"
    tables: ClassVar[tuple[str, ...]] = ("effects",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({CounterMoved})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One row per effect."""
        await add_up(await writes.sent(), events)


async def test_a_foreign_view_that_lost_rows_is_found_and_filled_anew_while_its_reader_reads(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    reads, records = {f"{service}.counter": [CounterMoved]}, partial(read_records, kafka)

    async def findings() -> list[str]:
        report = Report(service)
        async with database.connect() as db:
            await check_foreign_views(db, report, CODEC, [Effects()], reads, records)
        return report.findings

    counters = [uuid4() for _ in range(30)]
    async with database.pool() as pool, running(relay_of(service, pool, database, kafka), consumer_of(service, pool, kafka)):
        for counter in counters:
            await move(pool, counter, [1, 2])
        await eventually(pool, "select count(*) from effects", 60)
        assert await findings() == []
        await pool.execute("delete from effects where stream = any($1)", [f"counter-{counter}" for counter in counters[:5]])
        assert await findings() == ["foreign view effects_1, table effects: 0 rows only live, 10 only in what the topics say"]
        async with database.connect_as_migrator() as db:
            assert await refill(db, CODEC, Effects(), reads, records) == 30
        assert await findings() == []
        for counter in counters:
            await move(pool, counter, [3], expected=4)
        await eventually(pool, "select count(*) from effects", 90)
        assert await pool.fetchval("select count(distinct id) from effects") == 90
        assert await findings() == []


async def test_what_was_parked_is_filled_in_once_and_what_cannot_be_applied_changes_nothing(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    reads, records = {f"{service}.counter": [CounterMoved]}, partial(read_records, kafka)
    async with database.pool() as pool, database.connect_as_migrator() as db:
        reading = consumer_of(service, pool, kafka)
        async with running(relay_of(service, pool, database, kafka), reading):
            await move(pool, uuid4(), [1, 13, 2])
            await eventually(pool, "select count(*) from parked", 2)
            with pytest.raises(ValueError, match="13"):
                await refill(db, CODEC, Effects(), reads, records)
            assert await _held(db) == [1, 2, 1]
            assert await refill(db, CODEC, Mended(), reads, records) == 1
            assert await _held(db) == [3, 0, 1]


async def test_meanwhile_the_view_is_held_and_written_as_always_and_what_came_is_exchanged_too(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    reads = {f"{service}.counter": [CounterMoved]}
    first, later = uuid4(), uuid4()
    async with database.pool() as pool, database.connect_as_migrator() as db:

        async def meanwhile() -> None:
            assert (
                await pool.fetchval("select by from effects where stream = $1 and version = 1 for share", f"counter-{first}", timeout=5)
                == 1
            )
            await move(pool, first, [3], expected=4)
            await move(pool, later, [1, 13, 2])
            await eventually(pool, "select count(*) from effects", 4)
            await eventually(pool, "select count(*) from parked", 2)

        records = Interrupted(partial(read_records, kafka), {1: meanwhile})
        async with running(relay_of(service, pool, database, kafka), consumer_of(service, pool, kafka)):
            await move(pool, first, [1, 2])
            await eventually(pool, "select count(*) from effects", 2)
            assert await refill(db, CODEC, Mended(), reads, records) == 2
            assert await _held(db) == [6, 0, 2]
            assert [len(read) for read in records.read] == [2, 4]
            await move(pool, first, [4], expected=6)
            await eventually(pool, "select count(*) from effects", 7)
            assert await pool.fetchval("select count(distinct id) from effects") == 7


async def test_what_is_parked_while_the_rest_is_read_stays_and_a_reader_that_came_between_changes_nothing(
    database: Database, kafka: str
) -> None:
    service = await prepared(database, kafka)
    reads, known, unheard = {f"{service}.counter": [CounterMoved]}, uuid4(), uuid4()
    async with database.pool() as pool, database.connect_as_migrator() as db:
        async with running(relay_of(service, pool, database, kafka), consumer_of(service, pool, kafka)):
            await move(pool, known, [1, 2])
            await eventually(pool, "select count(*) from effects", 2)

        async def take(counter: object) -> None:
            values = f"'effects_1', 'counter-{counter}', 1, '{uuid4()}'"
            await pool.execute(f"insert into applied values ({values}); insert into parked values ({values}, '{{}}', 'odd')")

        await refill(db, CODEC, Effects(), reads, Interrupted(partial(read_records, kafka), {2: partial(take, unheard)}))
        assert await _held(db) == [2, 1, 2]
        await pool.execute("delete from applied")
        with pytest.raises(ReaderCameBetween):
            await refill(db, CODEC, Effects(), reads, Interrupted(partial(read_records, kafka), {2: partial(take, known)}))
        assert await _held(db) == [2, 2, 1]


async def test_a_stream_that_its_reader_was_at_when_the_view_was_locked_is_filled_in_like_any_other(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    reads, counter = {f"{service}.counter": [CounterMoved]}, uuid4()
    async with database.pool() as pool, pool.acquire() as reader, database.connect_as_migrator() as db:
        async with running(relay_of(service, pool, database, kafka), consumer_of(service, pool, kafka)):
            await move(pool, counter, [1])
            await eventually(pool, "select count(*) from effects", 1)
        await pool.execute("delete from applied; delete from effects")

        async def apply() -> None:
            values = f"'counter-{counter}', 1, '{uuid4()}'"
            await reader.execute(f"begin; insert into applied values ('effects_1', {values}); insert into effects values ('{counter}')")

        filling = asyncio.create_task(refill(db, CODEC, Effects(), reads, Interrupted(partial(read_records, kafka), {1: apply})))
        await eventually(pool, "select count(*) from pg_locks where relation = 'effects'::regclass and not granted", 1)
        await reader.execute("commit")
        assert await filling == 1
        assert await _held(db) == [1, 0, 1]


@dataclass
class Interrupted:
    """The topics; after what is read the first or the second time, something else happens."""

    records: Records
    then: Mapping[int, Callable[[], Awaitable[None]]]

    def __post_init__(self) -> None:
        self.read: list[list[Incoming]] = []

    async def __call__(self, topics: Sequence[str], places: Mapping[tuple[str, int], int]) -> AsyncIterator[Incoming]:
        """What the topics hold."""
        self.read.append([])
        async for record in self.records(topics, places):
            self.read[-1].append(record)
            yield record
        if happens := self.then.get(len(self.read)):
            await happens()


class Mended(Effects):
    """The same, once it can apply everything."""

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One row per effect, 13 too."""
        writes.add_each("insert into effects values ($1, $2, $3, $4)", [(e.id, e.stream, e.version, e.event.by) for e in events])


async def _held(db: "asyncpg.Connection[asyncpg.Record]") -> list[int]:
    """How many effects, parked events and streams in the ledger there are."""
    return [await db.fetchval(f"select count(*) from {table}") for table in ("effects", "parked", "applied")]
