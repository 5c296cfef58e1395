"""The relay publishes everything, in order, whoever leads and whatever breaks."""

import asyncio
import gc
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord

from shared.eventsourcing.relay import NoLongerLeader, Relay, _drop, _started
from shared.kafka import incoming
from tests.component.stream.counters import CAUSE, STORE, CounterNoted, eventually, move, prepared, relay_of, running, topic
from tests.conftest import Database


def versions_in_order(records: list[ConsumerRecord]) -> bool:
    """Whether each stream's versions are first seen rising."""
    last: dict[str, int] = {}
    seen: set[tuple[str, int]] = set()
    for record in records:
        event = incoming(record)
        if (event.stream, event.version) in seen:
            continue
        seen.add((event.stream, event.version))
        if event.version < last.get(event.stream, 0):
            return False
        last[event.stream] = event.version
    return True


async def test_published_types_arrive_byte_for_byte_with_their_envelope_and_private_ones_do_not(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool, running(relay_of(service, pool, database, kafka)):
        counter = uuid4()
        await move(pool, counter, [1, 2, 3])
        await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))
        records = await topic(kafka, service)
        assert [incoming(record).version for record in records] == [1, 3, 5]
        stored = await pool.fetch("select data::text from events where type = 'CounterMoved' order by version")
        assert [record.value.decode() for record in records] == [row["data"] for row in stored]
        headers = dict(records[0].headers)
        assert headers["ce_type"] == b"CounterMoved"
        assert headers["ce_source"] == f"/services/{service}".encode()
        assert headers["ce_specversion"] == b"1.0"
        assert records[0].key == f"counter-{counter}".encode()


async def test_more_of_one_stream_than_a_part_holds_arrives_whole_and_in_order(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        counter = uuid4()
        for version in range(12):  # before the relay runs, so that one batch of it has them all
            noted = CounterNoted(text=str(version) * 100_000)
            await STORE.append(pool, f"counter-{counter}", [noted], expected=version, cause=CAUSE)  # type: ignore[arg-type]
        relay = Relay(service=service, pool=pool, lead_url=database.url, bootstrap=kafka, published={"counter": ["CounterNoted"]})
        async with running(relay):
            await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))
        assert [incoming(record).version for record in await topic(kafka, service)] == list(range(1, 13))
        assert relay.relayed == 12


async def test_of_two_relays_one_leads_and_the_other_takes_over_when_its_connection_is_cut(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        relays = [relay_of(service, pool, database, kafka) for _ in range(2)]
        async with running(*relays):
            counters = [uuid4() for _ in range(5)]
            for n, counter in enumerate(counters):
                await move(pool, counter, [n + 1] * 20)
                async with database.connect() as admin:
                    await admin.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where application_name = $1 and datname = current_database()",
                        f"{service}-relay",
                    )
                await asyncio.sleep(0.3)
            await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))
            async with asyncio.timeout(10):
                while sum(relay.leading for relay in relays) != 1:
                    await asyncio.sleep(0.05)
        records = await topic(kafka, service)
        stored = {row["id"] for row in await pool.fetch("select id from events where type = 'CounterMoved'")}
        assert {incoming(record).id for record in records} == stored
        assert versions_in_order(list(records))


async def test_what_a_relay_that_ends_had_under_way_is_no_error(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about) if "never retrieved" in about["message"] else None)
    async with database.pool() as pool:
        await move(pool, uuid4(), [1, 2, 3])
        sender = await _started(kafka, service)
        relay = relay_of(service, pool, database, kafka)
        batch = await relay._next(sender, 0)
        assert batch.parts
        sending = asyncio.ensure_future(relay._send(sender, batch))
        while not sender._message_accumulator._batches:  # until it is handed over; it is not yet acknowledged
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await _drop(sender)
        del batch, sending, sender
        gc.collect()
        await asyncio.sleep(0)
    assert told == []


async def test_a_hung_leader_is_replaced(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        hung, standby = relay_of(service, pool, database, kafka), relay_of(service, pool, database, kafka)
        hung._keep_session = lambda _session: asyncio.sleep(3600)  # type: ignore[method-assign,assignment]  # it no longer says that it lives
        async with running(hung):
            await eventually(pool, "select count(*) from relay", 1)
            async with running(standby):
                async with asyncio.timeout(15):
                    while not standby.leading:
                        await asyncio.sleep(0.1)
                await move(pool, uuid4(), [1])
                await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))


async def test_who_has_lost_the_lead_moves_the_checkpoint_no_more(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        relay = relay_of(service, pool, database, kafka)
        await pool.execute("insert into relay (name, position, owner) values ('relay', 3, $1)", relay._owner)
        await relay._advance(5)
        await pool.execute("update relay set owner = $1", uuid4())
        with pytest.raises(NoLongerLeader):
            await relay._advance(9)
        assert await pool.fetchval("select position from relay") == relay.position == 5


@pytest.mark.parametrize("restored", ["delete from events where position > 1", "update events set id = gen_random_uuid()"])
async def test_a_store_restored_behind_its_topic_is_not_published_from(database: Database, kafka: str, restored: str) -> None:
    service = await prepared(database, kafka)
    async with database.pool() as pool:
        async with running(relay_of(service, pool, database, kafka)):
            await move(pool, uuid4(), [1, 2])
            await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))
        async with database.connect_as_migrator() as admin:
            await admin.execute(restored)
        relay = relay_of(service, pool, database, kafka)
        async with running(relay), asyncio.timeout(15):
            while relay.refused is None:
                await asyncio.sleep(0.05)
        assert relay.refused.startswith("store-behind-topic")
        assert not relay.leading
