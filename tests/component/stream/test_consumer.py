"""Effects happen exactly once; what cannot be read or applied is parked, not skipped, and replayed in order."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from shared.eventsourcing.ledger import Diverged, admit
from shared.kafka import headers_of
from tests.component.stream.counters import add_up, consumer_of, eventually, move, prepared, relay_of, running, send
from tests.component.stream.hanging import clients, nothing, waits
from tests.conftest import Database

CONSUMER = "shared.eventsourcing.consumer"


class Seen:
    """An event as the ledger looks at it."""

    def __init__(self, stream: str, version: int) -> None:
        self.stream, self.version, self.id = stream, version, uuid4()


async def test_four_consumers_racing_over_the_same_events_have_each_effect_once(database: Database) -> None:
    events = [Seen(f"counter-{n}", version) for version in range(1, 41) for n in range(50)]
    effects: list[tuple[str, int]] = []

    async def race(pool: asyncpg.Pool) -> None:
        for start in range(0, len(events), 100):
            async with pool.acquire() as db, db.transaction():
                mine = [(event.stream, event.version) for event in await admit(db, "race_1", events[start : start + 100])]
            effects.extend(mine)

    async with database.pool() as pool:
        await asyncio.gather(*(race(pool) for _ in range(4)))
    assert len(effects) == len(events)
    assert set(effects) == {(event.stream, event.version) for event in events}


async def test_late_repeats_are_dropped_and_a_reused_version_is_loud(database: Database) -> None:
    first, second, other = Seen("counter-1", 1), Seen("counter-1", 2), Seen("counter-1", 2)
    async with database.connect() as db:
        assert await admit(db, "late_1", [first, second, first]) == [first, second]
        assert await admit(db, "late_1", [first, second]) == []
        with pytest.raises(Diverged):
            await admit(db, "late_1", [other])


@pytest.mark.parametrize("batch", [True, False])
async def test_what_is_published_takes_effect_once_also_when_offsets_are_lost(database: Database, kafka: str, *, batch: bool) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        async with running(relay_of(service, pool, database, kafka), consumer_of(service, pool, kafka, batch=batch)):
            for _ in range(10):
                await move(pool, uuid4(), [1, 2, 3])
            await eventually(pool, "select count(*) from effects", 30)
        again = consumer_of(service, pool, kafka, batch=batch)
        again.group = f"{service}.again"
        async with running(again):
            await eventually(pool, f"select count(distinct reader) from reader_progress where reader like '{service}.again%'", 12)
        assert await pool.fetchval("select count(*) from effects") == 30


async def test_a_stream_that_cannot_be_applied_is_parked_with_what_follows_and_replayed_in_order(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    poison, sound = uuid4(), uuid4()
    async with database.pool() as pool:
        reading = consumer_of(service, pool, kafka)
        async with running(relay_of(service, pool, database, kafka), reading):
            await move(pool, poison, [1, 13, 2])
            await move(pool, sound, [5])
            await eventually(pool, "select count(*) from parked", 2)
            await eventually(pool, "select count(*) from effects", 2)
            with pytest.raises(ValueError, match="13"):
                await reading.replay("effects_1", f"counter-{poison}")
            assert await pool.fetchval("select count(*) from parked") == 2

            async def lenient(db: object, events: object) -> None:
                await add_up(db, [e for e in events if e.event.by != 13])  # type: ignore[arg-type,attr-defined]

            object.__setattr__(reading._readers[0], "apply", lenient)
            assert await reading.replay("effects_1", f"counter-{poison}") == 2
            assert await pool.fetchval("select count(*) from parked") == 0
            assert [
                r["by"] for r in await pool.fetch("select by from effects where stream = $1 order by version", f"counter-{poison}")
            ] == [1, 2]
            await move(pool, poison, [7], expected=6)
            await eventually(pool, "select count(*) from effects", 4)


def good_headers(stream: str, version: int, *, schema: int = 1, name: str = "CounterMoved") -> list[tuple[str, bytes]]:
    """The envelope of an event as it should be."""
    return headers_of(
        service="stranger",
        stream=stream,
        version=version,
        event_id=uuid4(),
        name=name,
        schema=schema,
        position=version,
        recorded_at=datetime.now(UTC),
        metadata=f'{{"actor": "service:stranger", "correlation": "{uuid4()}"}}',
    )


async def test_poison_is_parked_and_everything_else_goes_on(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    streams = [f"counter-{uuid4()}" for _ in range(5)]
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        await send(kafka, service, key=None, value=b"\xff\xfe not json", headers=[])
        await send(kafka, service, key=b"counter-1", value=b"{}", headers=[("ce_type", b"CounterMoved")])
        await send(kafka, service, key=streams[0].encode(), value=b"not json", headers=good_headers(streams[0], 1))
        await send(kafka, service, key=streams[1].encode(), value=b'{"by": "segredo"}', headers=good_headers(streams[1], 1))
        await send(kafka, service, key=streams[2].encode(), value=b'{"by": 1}', headers=good_headers(streams[2], 1, schema=9))
        await send(kafka, service, key=streams[3].encode(), value=b"{}", headers=good_headers(streams[3], 1, name="NeverHeardOf"))
        await send(kafka, service, key=streams[4].encode(), value=b'{"by": 4}', headers=good_headers(streams[4], 1))
        await eventually(pool, "select count(*) from effects", 1)
        await eventually(pool, "select count(*) from parked", 3)
        await eventually(pool, "select count(*) from parked_records", 2)
        errors = " ".join(row["error"] for row in await pool.fetch("select error from parked union all select error from parked_records"))
        assert "segredo" not in errors
        kept = b"".join(row["wrapped"] for row in await pool.fetch("select wrapped from parked_records"))
        assert b"not json" not in kept


async def test_many_parked_streams_stop_the_consumer_loudly(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        reading = consumer_of(service, pool, kafka)
        async with running(relay_of(service, pool, database, kafka), reading) as tasks:
            for _ in range(22):
                await move(pool, uuid4(), [13])
            async with asyncio.timeout(30):
                await tasks[1]
        assert (reading.progress.stopped or "").startswith("TooManyParked")


async def test_a_consumer_that_is_behind_and_does_not_move_is_made_anew(
    database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventsourcing.watch.STUCK_AFTER", 1.0)
    monkeypatch.setattr("shared.eventsourcing.consumer._NOTE_EVERY", 0.2)
    made = clients(monkeypatch, CONSUMER, {"getmany": nothing})
    service = await prepared(database, kafka)
    stream = f"counter-{uuid4()}"
    await send(kafka, service, key=stream.encode(), value=b'{"by": 4}', headers=good_headers(stream, 1))
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        await eventually(pool, "select count(*) from effects", 1, 40)
    assert len(made) == 2


@pytest.mark.parametrize("call", ["start", "commit", "position"])
async def test_a_consumer_whose_client_waits_for_ever_is_made_anew(
    database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr("shared.eventsourcing.watch.STUCK_AFTER", 2.0)
    monkeypatch.setattr("shared.eventsourcing.consumer._NOTE_EVERY", 0.2)
    made = clients(monkeypatch, CONSUMER, {call: waits})
    service = await prepared(database, kafka)
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        for count in (1, 2):
            stream = f"counter-{uuid4()}"
            await send(kafka, service, key=stream.encode(), value=b'{"by": 4}', headers=good_headers(stream, 1))
            await eventually(pool, "select count(*) from effects", count, 40)
    assert len(made) == 2


async def test_a_consumer_that_no_partition_is_given_to_is_made_anew(
    database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventsourcing.watch.STUCK_AFTER", 2.0)
    monkeypatch.setattr("shared.eventsourcing.consumer._NOTE_EVERY", 0.2)
    made = clients(monkeypatch, CONSUMER, {"getmany": nothing, "assignment": frozenset})
    service = await prepared(database, kafka)
    stream = f"counter-{uuid4()}"
    await send(kafka, service, key=stream.encode(), value=b'{"by": 4}', headers=good_headers(stream, 1))
    async with database.pool() as pool, running(consumer_of(service, pool, kafka)):
        await eventually(pool, "select count(*) from effects", 1, 40)
    assert len(made) >= 2
