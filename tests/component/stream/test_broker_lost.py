"""The broker is killed under a running service: nothing is parked, nothing is lost, it says so, and goes on by itself."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from deploy.local.answers import free_port
from deploy.local.home import Home
from deploy.local.servers import kafka as broker
from tests.component.stream.counters import eventually
from tests.component.stream.lantern import TABLES, environment
from tests.component.stream.test_process import Lantern, end, light, ready
from tests.conftest import Database
from tests.infra.servers import temporary_home


@pytest.fixture
def home() -> Iterator[Home]:
    """A directory for a broker of this test's own."""
    found = temporary_home()
    found.make()
    broker.prepare(found)
    yield found
    shutil.rmtree(found.path, ignore_errors=True)


@contextmanager
def running_broker(home: Home) -> Iterator["subprocess.Popen[bytes]"]:
    """The broker, until the block ends: then it is killed, not asked."""
    process = subprocess.Popen(broker.program(home).command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def answers(home: Home) -> None:
    """Wait for the broker to take connections."""
    async with asyncio.timeout(60):
        while not broker.ready(home):
            await asyncio.sleep(0.2)


@pytest.fixture
async def tables(database: Database) -> Database:
    async with database.connect_as_migrator() as db:
        await db.execute(f"{TABLES}; grant all on lit, counted, oil to {database.app_role}")
    return database


async def test_a_killed_broker_is_waited_for(tables: Database, home: Home) -> None:
    name = f"lantern{uuid4().hex[:10]}"
    address = f"127.0.0.1:{home.ports['kafka']}"
    lantern = Lantern(name, environment(name, tables.url, tables.migrator_url, address, (free_port(), free_port())))
    async with tables.pool() as pool:
        with running_broker(home):
            await answers(home)
            status, said = await lantern.chore("migrate")
            assert status == 0, said
        async with lantern.running("all") as process:
            missing = await ready(lantern.url("all"), expected=503)
            assert "broker" in str(missing)
            await light(tables, "ana", 5)
            with running_broker(home):
                await ready(lantern.url("all"))
                await eventually(pool, "select count(*) from counted", 5, 60)
                await light(tables, "ana", 5)
            await light(tables, "ana", 5)
            await ready(lantern.url("all"), expected=503)
            assert process.returncode is None
            with running_broker(home):
                await ready(lantern.url("all"))
                await eventually(pool, "select count(*) from counted", 15, 60)
                assert await pool.fetchval("select count(*) from parked") == 0
                status, said = await lantern.chore("verify")
                assert (status, "15 events, 15 published, 15 in topics" in said) == (0, True), said
            assert await end(process) < 10
