"""After a restore: what was published is taken back, readers start from earliest, a lost topic comes from the store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from shared import chores, restoring
from shared.eventsourcing.relay import Relay
from shared.kafka import KEPT_FOR_EVER, ensure_topics, read_all
from shared.platform import open_platform
from shared.postgres import Pool
from shared.service import Platform, Service
from shared.workers import consumers_of, relay_of
from tests.component.stream.counters import eventually, running
from tests.component.stream.lantern import TABLES, LanternLit, LanternSettings, environment
from tests.component.stream.lantern import service as lantern_service
from tests.component.stream.test_process import CAUSE, STORE, light
from tests.conftest import Database

BACK_TO = """
delete from events where position > {position};
select setval('events_position_seq', {position});
update relay set position = least(position, {position});
delete from lit where (stream, version) not in (select stream, version from events);
delete from counted where (stream, version) not in (select stream, version from events);
delete from applied where stream not in (select stream from events);
update applied a set version = e.version, event_id = e.id
  from (select distinct on (stream) stream, version, id from events order by stream, version desc) e where e.stream = a.stream;
"""
"""What a restore to an earlier instant does to every table of the service, ledger and checkpoint included."""
HIDDEN = (
    "insert into events (stream, version, id, type, schema, data, metadata)"
    " select stream, 2, gen_random_uuid(), 'Hidden', 1, '{{}}', metadata from events where stream = '{stream}'"
)


@dataclass(frozen=True)
class Trial:
    """A service in this process, and what its chores said."""

    service: Service
    platform: Platform
    said: "pytest.CaptureFixture[str]"

    @property
    def pool(self) -> Pool:
        """Its connections."""
        return self.platform.pool

    async def chore(self, *words: str) -> tuple[int, str]:
        """One of the chores: its status and what it said."""
        self.said.readouterr()
        work = {**chores.CHORES, "relay": restoring.relay, "reread": restoring.reread}[words[0]]
        return await work(self.service, self.platform, words[1:]), self.said.readouterr().out

    async def published(self) -> None:
        """Relay and readers run until everything is published and counted."""
        consumers = consumers_of(self.service, self.service.build(self.platform))
        async with running(relay_of(self.service, self.platform), *consumers):
            await self.all_published()

    async def all_published(self) -> None:
        """Wait for the relay and for the counting reaction."""
        lit = await self.pool.fetchval("select count(*) from events where type = 'LanternLit'")
        await eventually(self.pool, "select count(*) from counted", lit, 60)
        await eventually(self.pool, "select position from relay", await self.pool.fetchval("select max(position) from events"), 60)


@pytest.fixture
async def trial(
    database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Trial]:
    async with database.connect_as_migrator() as db:
        await db.execute(f"{TABLES}; grant all on lit, counted, oil to {database.app_role}")
    service = replace(lantern_service(), name=f"lantern{uuid4().hex[:10]}")
    for name, value in environment(service.name, database.url, database.migrator_url, kafka, (0, 0)).items():
        monkeypatch.setenv(name, value)
    async with open_platform(service, LanternSettings()) as platform:
        await ensure_topics(kafka, chores.topics_of(service, platform))
        yield Trial(service, platform, capsys)


async def behind(trial: Trial, database: Database) -> tuple[list[str], str]:
    """Two lanterns, then three and more of the first, all published; restored to when there were two."""
    lit = await light(database, "ana", 2)
    await trial.published()
    lit += await light(database, "rui", 3)
    async with database.connect() as db:
        await db.execute(HIDDEN.format(stream=lit[0]))
        async with db.transaction():
            await STORE.append(db, lit[0], [LanternLit(by="clara")], expected=2, cause=CAUSE)
    await trial.published()
    async with database.connect_as_migrator() as db:
        await db.execute(BACK_TO.format(position=2))
    return lit, lit[0]


async def test_a_store_behind_its_topics_takes_back_what_was_published(trial: Trial, database: Database) -> None:
    lit, first = await behind(trial, database)
    relay = relay_of(trial.service, trial.platform)
    async with running(relay):
        await until_refused(relay)
    status, said = await trial.chore("relay", "look")
    assert (status, "hold 4 events that it lacks" in said) == (1, True), said
    assert (await trial.chore("relay", "accept"))[0] == 2
    status, said = await trial.chore("relay", "accept", "--because", "disk failure, restored")
    assert status == 0, said
    assert f"lost for good: {first} versions 2" in said
    status, said = await trial.chore("reread")
    assert (status, "from earliest" in said) == (0, True), said
    lit += await light(database, "tiago")
    await trial.published()
    status, said = await trial.chore("verify")
    assert (status, "1 versions are lost, as an operator has accepted" in said) == (0, True), said
    assert {row["stream"] for row in await trial.pool.fetch("select stream from lit")} == set(lit)
    counted = [(row["stream"], row["version"]) for row in await trial.pool.fetch("select stream, version from counted")]
    assert sorted(counted) == sorted([*((stream, 1) for stream in lit), (first, 3)])
    told = await trial.pool.fetchrow(
        "select data->>'events' as events, data->>'because' as because from events where type = 'StoreTakenBack'"
    )
    assert told is not None
    assert (told["events"], told["because"]) == ("4", "disk failure, restored")


async def until_refused(relay: Relay) -> None:
    async with asyncio.timeout(60):
        while relay.refused is None:
            await asyncio.sleep(0.05)
    assert relay.refused.startswith("store-behind-topic")


async def test_versions_given_anew_since_the_restore_are_not_overwritten(trial: Trial, database: Database) -> None:
    _, first = await behind(trial, database)
    async with database.connect() as db, db.transaction():
        await STORE.append(db, first, [LanternLit(by="x")] * 2, expected=1, cause=CAUSE)
    status, said = await trial.chore("relay", "accept", "--because", "too late")
    assert (status, f"given anew since the restore: {first} version 3" in said) == (1, True), said
    assert await trial.pool.fetchval("select count(*) from events") == 4


async def test_a_lost_topic_is_filled_again_from_the_store(trial: Trial, database: Database, kafka: str) -> None:
    await light(database, "ana", 19)
    await trial.published()
    topic = f"{trial.service.name}.lantern"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()
    await remade(kafka, topic)
    status, said = await trial.chore("verify")
    assert (status, "in the store, not in its topic" in said) == (1, True), said
    async with running(relay_of(trial.service, trial.platform), *consumers_of(trial.service, trial.service.build(trial.platform))):
        await light(database, "clara")
        await trial.all_published()
        await bookmarked(kafka, f"{trial.service.name}.reactions")
        assert (await trial.chore("reread"))[0] == 1
        assert (await trial.chore("relay", "republish"))[0] == 0
        await light(database, "rui")
        await trial.all_published()
    records = [identity async for identity, _ in read_all(kafka, [topic])]
    assert len(set(records)) == 21
    assert await trial.pool.fetchval("select count(*) from counted") == 21
    assert (await trial.chore("verify"))[0] == 0


async def bookmarked(kafka: str, group: str) -> None:
    """Until the group has read something of the new topic and said so: the broker forgot where it stood in the old one."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        async with asyncio.timeout(60):
            while not await admin.list_consumer_group_offsets(group):
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def remade(kafka: str, topic: str) -> None:
    """Made anew, as soon as the broker has forgotten the old one."""
    async with asyncio.timeout(60):
        while not await ensure_topics(kafka, {topic: KEPT_FOR_EVER}):
            await asyncio.sleep(0.2)
