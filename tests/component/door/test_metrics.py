"""What is measured, asked of the running processes at their own `/metrics`: each by its name, and each seen to move."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.answers import free_port
from shared.postgres import Pool
from tests.component.stream.lantern import TABLES, LanternLit, environment
from tests.component.stream.test_process import CAUSE, STORE, Lantern, light, ready
from tests.conftest import Database

NAMES = {
    "events_appended_position",
    "events_horizon_position",
    "events_horizon_age_seconds",
    "relay_position",
    "relay_lag_positions",
    "relay_lag_seconds",
    "consumer_lag_records",
    "consumer_age_seconds",
    "parked_streams",
    "timer_lateness_seconds",
    "timers_overdue",
    "outbox_age_seconds",
    "arrivals_age_seconds",
    "measured_at_seconds",
    "http_request_seconds",
}
"""Positions appended and relayed, age of the horizon, lag of relay and consumers, what is parked, late timers, waiting mail, HTTP."""


@pytest.fixture
async def lantern(database: Database, kafka: str) -> AsyncIterator[Lantern]:
    """A service as two processes, a door and a worker, with nobody to take its mail."""
    name = f"lantern{uuid4().hex[:10]}"
    async with database.connect_as_migrator() as db:
        await db.execute(f"{TABLES}; grant all on lit, counted, oil to {database.app_role}")
    ports = (free_port(), free_port())
    told = environment(name, database.url, database.migrator_url, kafka, ports) | {"IDENTITY_URL": f"http://127.0.0.1:{free_port()}"}
    found = Lantern(name, told)
    status, said = await found.chore("migrate")
    assert status == 0, said
    async with found.running("worker"), found.running("api"):
        yield found


async def _text(url: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{url}/metrics", timeout=10)).text


async def _value(url: str, sample: str, **labels: str) -> float:
    """The sum of the samples of this name that have these labels; -1 where there is none."""
    found = [
        one.value
        for family in text_string_to_metric_families(await _text(url))
        for one in family.samples
        if one.name == sample and labels.items() <= one.labels.items()
    ]
    return sum(found) if found else -1.0


async def _reaches(url: str, sample: str, least: float, most: float = float("inf"), /, **labels: str) -> float:
    value = -1.0
    for _ in range(160):
        value = await _value(url, sample, **labels)
        if least <= value <= most:
            return value
        await asyncio.sleep(0.25)
    raise AssertionError((sample, labels, value))


async def _overdue(pool: Pool) -> None:
    """Two timers, one of them of nobody, and a mail: all due a minute ago."""
    await pool.execute(
        "insert into timers (name, stream, due_at) select name, 'lantern-1', now() - interval '1 minute'"
        " from unnest(array['burn-out', 'of-nobody']) name"
    )
    await pool.execute(
        "insert into outbox (id, person_id, fact, subject, text, due_at, next_try_at)"
        " values (gen_random_uuid(), gen_random_uuid(), 'lit', 'Luz', 'Acesa.', now() - interval '1 minute', now())"
    )


async def _behind(database: Database, pool: Pool, url: str, group: str) -> None:
    """Hold the table that the group writes, give it more than a batch, and let go only for moments, again and again: records wait."""
    lag = age = -1.0
    for _ in range(30):
        async with database.connect_as_migrator() as db, db.transaction():  # the app's own idle ones end after five seconds
            await db.execute("lock table counted in exclusive mode")
            await light(database, "ana", 700)
            await asyncio.sleep(2)
            lag, age = await _value(url, "consumer_lag_records", group=group), await _value(url, "consumer_age_seconds", group=group)
            if lag > 0 and age > 0:
                return
        await asyncio.sleep(0.5)
    raise AssertionError((lag, age, await pool.fetchval("select count(*) from counted")))


async def test_a_worker_measures_its_streams_readers_timers_and_mail(lantern: Lantern, database: Database) -> None:
    url, mine = lantern.url("worker"), {"service": lantern.name}
    async with database.pool() as pool, database.connect() as leading:
        await leading.execute("select pg_advisory_lock(hashtext('relay'))")
        await ready(url)
        before = await _reaches(url, "relay_position", 0, **mine)
        await light(database, "ana", 5)
        await _reaches(url, "events_appended_position", before + 5, **mine)
        await _reaches(url, "relay_lag_positions", 1, **mine)
        await _reaches(url, "relay_lag_seconds", 1, **mine)

        async with database.connect_as_migrator() as slow:  # the app's own transactions end after ten seconds
            held = slow.transaction()
            await held.start()
            await STORE.append(slow, f"lantern-{uuid4()}", [LanternLit(by="ana")], expected=0, cause=CAUSE)
            await light(database, "ana")
            assert await _reaches(url, "events_horizon_age_seconds", 1, **mine) < 60
            assert await _value(url, "events_horizon_position", **mine) < await _value(url, "events_appended_position", **mine)
            await held.rollback()
        await _reaches(url, "events_horizon_age_seconds", 0, 0, **mine)

        await leading.execute("select pg_advisory_unlock(hashtext('relay'))")
        await _reaches(url, "relay_position", before + 6, **mine)
        await _reaches(url, "relay_lag_positions", 0, 0, **mine)

        await _overdue(pool)
        await _reaches(url, "timer_lateness_seconds_sum", 60, 120, timer="burn-out", **mine)
        await _reaches(url, "timers_overdue", 1, 1, **mine)
        await _reaches(url, "outbox_age_seconds", 60, 180, **mine)

        await light(database, "wind")
        await _reaches(url, "parked_streams", 1, 1, reader="when_lantern_lit", **mine)
        await _behind(database, pool, url, f"{lantern.name}.reactions")
        await _reaches(url, "consumer_lag_records", 0, 0, group=f"{lantern.name}.reactions")


async def test_a_door_measures_requests_by_route_and_both_know_every_name(lantern: Lantern) -> None:
    door = lantern.url("api")
    await ready(door)
    await ready(lantern.url("worker"))
    async with httpx.AsyncClient(base_url=door) as client:
        for _ in range(3):
            assert (await client.get(f"/{lantern.name}/v1/parked-streams")).status_code == 401
    route = {"route": f"/{lantern.name}/v1/parked-streams", "method": "GET", "status": "401", "service": lantern.name}
    await _reaches(door, "http_request_seconds_count", 3, 3, **route)
    await _reaches(door, "http_request_seconds_sum", 0, 30, **route)
    for url in (door, lantern.url("worker")):
        known = {family.name for family in text_string_to_metric_families(await _text(url))}
        assert known >= (NAMES if url == door else NAMES - {"http_request_seconds"})
