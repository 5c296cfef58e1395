"""What views write goes out in few statements, in an order that keeps what it means, and never too late."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

import asyncpg
import pytest

from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.store import Store
from shared.eventsourcing.view import project
from shared.eventsourcing.writes import Writes
from shared.postgres import Db
from tests.component.stream.counters import CAUSE, CODEC, CounterMoved
from tests.conftest import Database

TABLES = """
create table sums (stream text primary key, total int not null);
create table steps (stream text not null, by int not null, at timestamptz);
create table names (name text constraint names_once unique, stream text not null);
create table copies (stream text not null, total int)"""
SUM = "insert into sums as s (stream, total) values ($1, $2) on conflict (stream) do update set total = s.total + $2"
STEP = "insert into steps (stream, by) values ($1, $2)"
NAME = "insert into names (name, stream) values ($2, $1)"


class NameTaken(Refusal):
    """Somebody else has the name."""

    sentence = "Este nome já tem dono."


class SumsView:
    """How high does each stand?"""

    name = "sums_1"
    tables = ("sums",)
    on = frozenset[type[Event]]({CounterMoved})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Add up."""
        for event in events:
            writes.add(SUM, event.stream, event.event.by)


class StepsView:
    """Which way did each come?"""

    name = "steps_1"
    tables = ("steps",)
    on = frozenset[type[Event]]({CounterMoved})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """A row each."""
        writes.add_each(STEP, [(event.stream, event.event.by) for event in events])


class NamesView:
    """Who has which name? Each once."""

    name = "names_1"
    tables = ("names",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {"names_once": NameTaken}
    on = frozenset[type[Event]]({CounterMoved})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """The name is how far it moved."""
        for event in events:
            writes.add(NAME, event.stream, str(event.event.by))


STORE = Store(CODEC, [SumsView(), StepsView(), NamesView()])


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Db]:
    """A connection to a database with the views' tables."""
    async with database.connect_as_migrator() as migrator:
        await migrator.execute(TABLES)
        await migrator.execute(f"grant all on sums, steps, names, copies to {database.app_role}")
    async with database.connect() as connection:
        yield connection


async def statements(db: Db, writes: Writes) -> list[str]:
    """What goes out."""
    told: list[str] = []
    with db.query_logger(lambda logged: told.append(logged.query)):
        await writes.sent()
        await asyncio.sleep(0)  # the driver tells of a statement in the next turn of the loop
    return told


async def test_writes_of_different_tables_are_one_statement_and_each_gets_its_own_values(db: Db) -> None:
    writes = Writes(db)
    writes.add(SUM, "a", 3)
    writes.add("insert into names (stream, name) select $2, name from unnest($1::text[]) name", ["x", "y"], "a")
    writes.add("update steps set by = $2 where stream = $1", "a", 4)
    assert len(await statements(db, writes)) == 1
    assert await db.fetchval("select total from sums where stream = 'a'") == 3
    assert [tuple(row) for row in await db.fetch("select * from names order by name")] == [("x", "a"), ("y", "a")]


async def test_a_table_that_is_written_again_is_written_after_what_was_before(db: Db) -> None:
    writes = Writes(db)
    writes.add(SUM, "a", 3)
    writes.add(STEP, "a", 3)
    writes.add("update sums set total = total * $2 where stream = $1", "a", 2)
    writes.add("delete from steps where stream = $1", "a")
    writes.add(NAME, "a", "x")
    assert len(await statements(db, writes)) == 2
    assert await db.fetchval("select total from sums") == 6
    assert await db.fetchval("select count(*) from steps") == 0


async def test_a_write_that_reads_what_another_writes_goes_after_it(db: Db) -> None:
    writes = Writes(db)
    writes.add(SUM, "a", 3)
    writes.add("insert into copies select stream, total from sums where stream = $1", "a")
    assert len(await statements(db, writes)) == 2
    assert await db.fetchval("select total from copies") == 3


async def test_the_same_write_repeated_is_one_batch_in_its_order(db: Db) -> None:
    writes = Writes(db)
    writes.add(NAME, "a", "x")
    for n in range(50):
        writes.add(SUM, f"s{n % 7}", n)
    for n in range(50):
        writes.add("update sums set total = total * 2 where stream = $1", f"s{n % 7}")
        writes.add("update sums set total = total + $2 where stream = $1", f"s{n % 7}", n)
    writes.add(STEP, "a", 1)
    await writes.sent()
    totals = dict.fromkeys((f"s{n}" for n in range(7)), 0)
    for n in range(50):
        totals[f"s{n % 7}"] += n
    for n in range(50):
        totals[f"s{n % 7}"] = totals[f"s{n % 7}"] * 2 + n
    assert {row["stream"]: row["total"] for row in await db.fetch("select * from sums")} == totals
    writes.add_each(STEP, [("b", n) for n in range(50)])
    assert await statements(db, writes) == [STEP]
    assert await db.fetchval("select array_agg(by) from steps where stream = 'b'") == list(range(50))


async def test_who_reads_finds_what_was_written(db: Db) -> None:
    writes = Writes(db)
    writes.add(SUM, "a", 3)
    writes.add(STEP, "a", 3)
    reading = await writes.sent()
    assert await reading.fetchval("select total from sums join steps using (stream)") == 3
    assert await statements(db, writes) == []


@pytest.mark.parametrize(
    "write", [(SUM, "a"), (SUM, "a", 1, 2), ("select 1",), ("with x as (select 1) delete from sums",), ("truncate sums",)], ids=str
)
async def test_what_cannot_be_a_part_is_refused_where_it_is_written(db: Db, write: tuple[str, object]) -> None:
    with pytest.raises(ValueError, match=r"places|neither"):
        Writes(db).add(*write)


async def test_an_append_s_views_are_written_when_it_returns_in_one_statement_after_it(db: Db) -> None:
    told: list[str] = []
    async with db.transaction():
        with db.query_logger(lambda logged: told.append(logged.query)):
            await STORE.append(db, stream := f"counter-{uuid4()}", [CounterMoved(by=5)], expected=0, cause=CAUSE)
            await asyncio.sleep(0)
        assert len(told) == 2
        found = "select total, by, name from sums join steps using (stream) join names using (stream) where stream = $1"
        assert [tuple(row) for row in await db.fetch(found, stream)] == [(5, 5, "5")]


async def test_what_a_view_says_is_taken_is_its_refusal_and_no_conflict_of_versions(db: Db) -> None:
    await STORE.append(db, f"counter-{uuid4()}", [CounterMoved(by=5)], expected=0, cause=CAUSE)
    with pytest.raises(NameTaken):
        await STORE.append(db, f"counter-{uuid4()}", [CounterMoved(by=5)], expected=0, cause=CAUSE)


async def test_a_unique_index_that_nobody_explains_is_told_as_it_is(db: Db) -> None:
    await STORE.append(db, stream := f"counter-{uuid4()}", [CounterMoved(by=5)], expected=0, cause=CAUSE)
    async with db.transaction():
        [record] = await STORE.load(db, stream)
    with pytest.raises(asyncpg.UniqueViolationError, match="names_once"):
        await project(db, [(_Unexplained(), [record])])


class _Unexplained(NamesView):
    """A view that does not say what a taken name means."""

    taken: ClassVar[Mapping[str, type[Refusal]]] = {}
