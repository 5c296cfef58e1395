"""Append, load, refuse, encrypt, erase: the store's promises to whoever writes through it."""

import asyncio
import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.eventsourcing.codec import Codec, EventTooBig, KeyMissing
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Cause, Erased, Event, Personal, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.keys import KekMissing, Keys
from shared.eventsourcing.rebuild import catch_up, compare, rebuild, switch
from shared.eventsourcing.store import AlreadyRecorded, Store, StreamTooLong, VersionConflict
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.verify import Report, check_keys, check_streams, check_views
from shared.eventsourcing.writes import Writes
from shared.ids import derived_id, new_id
from shared.postgres import Db
from tests.conftest import Database


class CounterMoved(Event):
    """A counter went up."""

    by: int


class NoteTaken(Event):
    """Somebody wrote something personal."""

    text: Personal[str]


class CounterView:
    """How high each counter stands."""

    name = "counters_1"
    category = "counter"
    tables = ("counters",)
    on = frozenset[type[Event]]({CounterMoved})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Add up."""
        for event in events:
            writes.add(
                "insert into counters as c (stream, total) values ($1, $2) on conflict (stream) do update set total = c.total + $2",
                event.stream,
                event.event.by,
            )


CAUSE = Cause("service:test", uuid4())
KEYS = Keys(f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
CODEC = Codec([CounterMoved, NoteTaken])
STORE = Store(CODEC, [CounterView()], KEYS)


def decide(by: int, total: int) -> Sequence[CounterMoved]:
    """Up to three; then it is already so."""
    return [] if total + by > 3 else [CounterMoved(by=by)]


COUNTERS: Handler[int, int, CounterMoved] = Handler("counter", Decider(0, decide, lambda total, event: total + event.by), STORE)

RISING: Handler[int, int, CounterMoved] = Handler(
    "counter", Decider(0, lambda by, _: [CounterMoved(by=by)], lambda total, event: total + event.by), STORE
)
"""Counters that know no end."""


@pytest.fixture
async def counters(database: Database) -> Database:
    """A database with the view's table."""
    async with database.connect_as_migrator() as db:
        await db.execute(
            f"create table counters (stream text primary key, total int not null); grant all on counters to {database.app_role}"
        )
    return database


async def test_what_was_appended_is_loaded_with_its_envelope(counters: Database) -> None:
    async with counters.connect() as db:
        outcome = await COUNTERS(db, uuid4(), 2, CAUSE)
        [recorded] = await STORE.load(db, outcome.stream)
        assert recorded == outcome.events[0]
        assert recorded.cause == CAUSE
        assert await db.fetchval("select total from counters where stream = $1", outcome.stream) == 2


async def test_racing_commands_are_all_decided_on_what_the_others_did(counters: Database) -> None:
    counter = new_id()
    async with counters.pool() as pool:
        outcomes = await asyncio.gather(*(transact(pool, lambda db: COUNTERS(db, counter, 1, CAUSE)) for _ in range(4)))
        assert sum(len(outcome.events) for outcome in outcomes) == 3
        assert await pool.fetchval("select total from counters") == 3


async def test_a_stale_if_match_is_not_retried(counters: Database) -> None:
    counter = new_id()
    tries: list[int] = []

    async def stale(db: Db) -> None:
        tries.append(1)
        await COUNTERS(db, counter, 1, CAUSE, expected=0)

    async with counters.pool() as pool:
        await transact(pool, lambda db: COUNTERS(db, counter, 1, CAUSE))
        with pytest.raises(VersionConflict):
            await transact(pool, stale, retry=False)
        assert len(tries) == 1
        with pytest.raises(VersionConflict):
            await transact(pool, stale)
        assert len(tries) > 2


async def test_a_reaction_that_runs_twice_is_recorded_once(counters: Database) -> None:
    cause = Cause("service:test", uuid4(), uuid4())
    async with counters.connect() as db:
        first = await COUNTERS(db, counter := uuid4(), 1, cause, reaction="when_tried")
        assert first.events[0].id == derived_id(cause.causation or uuid4(), f"when_tried/counter-{counter}/0")
        with pytest.raises(AlreadyRecorded):
            await COUNTERS(db, counter, 1, cause, reaction="when_tried")


async def test_personal_fields_are_stored_sealed_and_read_as_erased_once_the_key_is_gone(counters: Database) -> None:
    person, stream = uuid4(), f"note-{uuid4()}"
    async with counters.connect() as db:
        with pytest.raises(KeyMissing):
            await STORE.append(db, stream, [NoteTaken(text="segredo de Ana")], expected=0, cause=CAUSE)
        await STORE.append(db, stream, [NoteTaken(text="segredo de Ana")], expected=0, cause=CAUSE, person=person)
        assert "segredo" not in await db.fetchval("select data::text from events where stream = $1", stream)
        [note] = await STORE.load(db, stream)
        assert note.event == NoteTaken(text="segredo de Ana")
        assert await KEYS.destroy(db, stream, before=datetime.now(UTC) + timedelta(seconds=1)) == 1
        [note] = await STORE.load(db, stream)
        assert note.event == NoteTaken(text=Erased())
        await STORE.append(db, stream, [NoteTaken(text="de volta")], expected=1, cause=CAUSE, person=person)
        assert [record.event for record in await STORE.load(db, stream)] == [NoteTaken(text=Erased()), NoteTaken(text="de volta")]


async def test_a_history_and_the_keys_that_open_it_are_one_question(counters: Database) -> None:
    person, stream = uuid4(), f"note-{uuid4()}"
    asked: list[object] = []
    async with counters.connect() as db:
        await STORE.append(db, stream, [NoteTaken(text="segredo de Ana")], expected=0, cause=CAUSE, person=person)
        await KEYS.destroy(db, stream, before=datetime.now(UTC) + timedelta(seconds=1))
        await STORE.append(db, stream, [NoteTaken(text="de volta")], expected=1, cause=CAUSE, person=person)
        with db.query_logger(asked.append):
            assert await STORE.history(db, stream) == ([NoteTaken(text=Erased()), NoteTaken(text="de volta")], 2)
            assert await STORE.history(db, f"note-{uuid4()}") == ([], 0)
            await asyncio.sleep(0)  # what was asked is told a moment later
        assert len(asked) == 2
        with pytest.raises(KekMissing):
            await Store(CODEC, keys=Keys(f"2:{base64.b64encode(secrets.token_bytes(32)).decode()}")).history(db, stream)
        assert (await Store(CODEC).history(db, stream))[1] == 2


async def test_what_a_stream_without_its_beginning_holds_is_opened_too(counters: Database) -> None:
    stream = f"note-{uuid4()}"
    async with counters.connect() as db:
        await STORE.append(db, stream, [NoteTaken(text="perdida")], expected=0, cause=CAUSE, person=uuid4())
        await STORE.append(db, stream, [NoteTaken(text="segredo de Ana")], expected=1, cause=CAUSE, person=uuid4())
    async with counters.connect_as_migrator() as admin:
        await admin.execute("delete from events where stream = $1 and version = 1", stream)
    async with counters.connect() as db:
        assert await STORE.history(db, stream) == ([NoteTaken(text="segredo de Ana")], 2)


async def test_a_new_key_encryption_key_rewraps_what_the_old_one_sealed(counters: Database) -> None:
    old, new = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    stream = f"note-{uuid4()}"
    async with counters.connect() as db:
        await Store(CODEC, keys=Keys(f"1:{old}")).append(db, stream, [NoteTaken(text="x")], expected=0, cause=CAUSE, person=uuid4())
        both = Keys(f"2:{new},1:{old}")
        assert await both.rewrap(db) == 1
        assert await both.rewrap(db) == 0
        [note] = await Store(CODEC, keys=Keys(f"2:{new}")).load(db, stream)
        assert note.event == NoteTaken(text="x")
        report = Report("test")
        await check_keys(db, report, Keys(f"3:{old}"))
        assert not report.clean


async def test_events_and_streams_have_a_size(counters: Database) -> None:
    async with counters.connect() as db:
        with pytest.raises(EventTooBig):
            await STORE.append(db, f"note-{uuid4()}", [NoteTaken(text="x" * 300_000)], expected=0, cause=CAUSE, person=uuid4())
        with pytest.raises(StreamTooLong):
            await STORE.append(db, f"counter-{uuid4()}", [CounterMoved(by=1)], expected=1000, cause=CAUSE)


async def test_a_long_append_keeps_the_order_of_its_events(counters: Database) -> None:
    stream = f"counter-{uuid4()}"
    async with counters.connect() as db:
        await STORE.append(db, stream, [CounterMoved(by=n) for n in range(40)], expected=0, cause=CAUSE)
        loaded = await STORE.load(db, stream)
        assert [record.event for record in loaded] == [CounterMoved(by=n) for n in range(40)]
        assert [record.version for record in loaded] == list(range(1, 41))


async def move(database: Database, counters: Sequence[UUID], times: int) -> None:
    """Move counters for a while, as the load of a running service."""
    async with database.pool() as pool:
        for n in range(times):
            await transact(pool, lambda db, n=n: RISING(db, counters[n % len(counters)], 1, CAUSE))  # type: ignore[misc]  # a default argument binds n
            await asyncio.sleep(0.001)


async def test_a_view_is_rebuilt_while_appending_goes_on_and_equals_the_live_one(counters: Database) -> None:
    ids = [new_id() for _ in range(20)]
    await move(counters, ids, 200)
    view = CounterView()
    seen: list[tuple[int, int]] = []
    appending = asyncio.create_task(move(counters, ids, 400))
    async with counters.connect_as_migrator() as db:
        position = await rebuild(db, STORE, view, lambda done, of: seen.append((done, of)))
        position = await catch_up(db, STORE, view, position)
        await move(counters, ids, 3)
        assert await switch(db, STORE, view, position, counters.app_role) >= 3
    await appending
    assert seen
    async with counters.connect() as db:
        assert await db.fetchval("select sum(total) from counters") == 603
    async with counters.connect_as_migrator() as db:
        report = Report("test")
        await check_streams(db, report)
        await check_views(db, report, STORE, [view])
        assert report.clean, report.findings


class SlowView(CounterView):
    """The same view, which is long about it."""

    def __init__(self) -> None:
        self.began, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Wait between the ledger and the view's tables."""
        self.began.set()
        await self.may_go_on.wait()
        await super().project(writes, events)


async def test_a_switch_waits_for_an_append_that_has_moved_the_ledger_and_not_yet_written_its_view(counters: Database) -> None:
    view = SlowView()
    slow, stream = Store(CODEC, [view], KEYS), f"counter-{uuid4()}"

    async def append() -> None:
        async with counters.connect() as db, db.transaction():
            await slow.append(db, stream, [CounterMoved(by=2)], expected=1, cause=CAUSE)

    async with counters.connect_as_migrator() as db:
        await STORE.append(db, stream, [CounterMoved(by=1)], expected=0, cause=CAUSE)
        position = await rebuild(db, STORE, CounterView())
        appending = asyncio.create_task(append())
        await view.began.wait()
        switching = asyncio.create_task(switch(db, STORE, CounterView(), position, counters.app_role))
        async with counters.connect_as_migrator() as looking, asyncio.timeout(20):
            while not await looking.fetchval(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            ):
                await asyncio.sleep(0.02)
        view.may_go_on.set()
        await appending
        assert await switching == 1
        report = Report("test")
        await check_views(db, report, STORE, [CounterView()])
        assert report.clean, report.findings
        assert await db.fetchval("select total from counters where stream = $1", stream) == 3


@pytest.mark.parametrize("count", [1, 20])
async def test_a_view_that_stands_behind_its_stream_is_not_given_what_comes_later(counters: Database, count: int) -> None:
    stream = f"counter-{uuid4()}"
    async with counters.connect() as db:
        await STORE.append(db, stream, [CounterMoved(by=1)], expected=0, cause=CAUSE)
        await STORE.append(db, stream, [CounterMoved(by=1)], expected=1, cause=CAUSE)
        await db.execute("update applied set version = 1")
        await STORE.append(db, stream, [CounterMoved(by=5)] * count, expected=2, cause=CAUSE)
        assert await db.fetchval("select total from counters") == 2
        assert await db.fetchval("select version from applied") == 1


async def test_a_view_that_lies_is_found(counters: Database) -> None:
    async with counters.connect() as db:
        await COUNTERS(db, uuid4(), 2, CAUSE)
        await db.execute("update counters set total = 3")
        report = Report("test")
        await check_views(db, report, STORE, [CounterView()])
        assert not report.clean
    async with counters.connect_as_migrator() as db:
        await rebuild(db, STORE, CounterView())
        [difference] = await compare(db, CounterView())
        assert (difference.only_live, difference.only_rebuilt) == (1, 1)
