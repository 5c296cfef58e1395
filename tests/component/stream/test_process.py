"""A service as a process: it begins without its database, recovers, ends within ten seconds, and its chores tell the truth."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from deploy.local.answers import free_port
from shared.eventsourcing.codec import Codec
from shared.eventsourcing.event import Cause
from shared.eventsourcing.store import Store
from shared.kafka import producer
from tests.component.stream.counters import eventually
from tests.component.stream.lantern import TABLES, LanternLit, LitLanterns, environment
from tests.conftest import Database

ROOT = Path(__file__).resolve().parents[3]
STORE = Store(Codec([LanternLit]), [LitLanterns()])
CAUSE = Cause("service:lantern", uuid4())


@dataclass(frozen=True)
class Lantern:
    """Where the service under test lives."""

    name: str
    environment: Mapping[str, str]

    def url(self, role: str) -> str:
        """The address of a role."""
        return f"http://127.0.0.1:{self.environment['LANTERN_WORKER_PORT' if role == 'worker' else 'LANTERN_PORT']}"

    async def chore(self, *words: str) -> tuple[int, str]:
        """Run a role that ends; its status and what it said."""
        process = await self._start(*words, stdout=asyncio.subprocess.PIPE)
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode()

    @asynccontextmanager
    async def running(self, role: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a role that stays."""
        process = await self._start(role)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _start(self, *words: str, stdout: int | None = None) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(ROOT / ".venv/bin/python"),
            "-m",
            "tests.component.stream.lantern",
            *words,
            cwd=ROOT,
            env=dict(self.environment),
            stdout=stdout,
        )


@pytest.fixture
async def lantern(database: Database, kafka: str) -> Lantern:
    name = f"lantern{uuid4().hex[:10]}"
    async with database.connect_as_migrator() as db:
        await db.execute(f"{TABLES}; grant all on lit, counted, oil to {database.app_role}")
    found = Lantern(name, environment(name, database.url, database.migrator_url, kafka, (free_port(), free_port())))
    status, said = await found.chore("migrate")
    assert status == 0, said
    return found


async def ready(url: str, *, expected: int = 200, seconds: float = 30) -> dict[str, object]:
    """Wait for this answer of the readiness question."""
    answer = None
    async with httpx.AsyncClient() as client:
        for _ in range(int(seconds * 5)):
            with suppress(httpx.HTTPError):
                answer = await client.get(f"{url}/health/ready", timeout=5)
                if answer.status_code == expected:
                    return dict(answer.json())
            await asyncio.sleep(0.2)
    raise AssertionError(answer.text if answer else "no answer")


async def light(database: Database, by: str, lanterns: int = 1) -> list[str]:
    """Light some, as a command of the service would."""
    streams = [f"lantern-{uuid4()}" for _ in range(lanterns)]
    async with database.connect() as db:
        for stream in streams:
            async with db.transaction():
                await STORE.append(db, stream, [LanternLit(by=by)], expected=0, cause=CAUSE)
    return streams


async def end(process: asyncio.subprocess.Process) -> float:
    """SIGTERM, and how long it took to end."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    return time.monotonic() - began


async def test_a_service_streams_reacts_takes_ingress_and_ends_in_time(lantern: Lantern, database: Database, kafka: str) -> None:
    async with database.pool() as pool, lantern.running("all") as process:
        await ready(lantern.url("all"))
        await light(database, "ana", 20)
        await light(database, "nobody")
        await eventually(pool, "select count(*) from counted", 20)
        await eventually(pool, "select count(*) from applied where reader = 'when_lantern_lit'", 21)
        await pool.execute(
            "insert into access_log (id, actor, what, object, purpose, channel)"
            " values (gen_random_uuid(), 'staff:x', 'lantern', 'y', 'z', 'staff')"
        )
        await eventually(pool, "select count(*) from access_log where sent_at is not null", 1)
        async with producer(kafka, "utility") as sender:
            for key, value in ((b"good", b'{"litres": 3}'), (b"empty", b'{"litres": 0}'), (b"odd", b"CPF 123"), (b"none", b"{}")):
                await sender.send_and_wait(f"utility.{lantern.name}", value, key=key)
        await eventually(pool, "select count(*) from oil", 1)
        await eventually(pool, "select count(*) from parked_records where reader like '%.ingress'", 3)
        assert await pool.fetchval("select count(*) from parked_records where position('CPF' in encode(wrapped, 'escape')) > 0") == 0
        async with httpx.AsyncClient() as client:
            metrics = (await client.get(f"{lantern.url('all')}/metrics")).text
        assert "relay_position" in metrics
        assert await end(process) < 10
    status, said = await lantern.chore("verify")
    assert status == 0, said
    assert "21 events, 21 published, 21 in topics" in said


async def test_a_worker_waits_for_its_database_and_goes_on(lantern: Lantern, database: Database) -> None:
    async with gate(database) as (url, opened):
        there = {**lantern.environment, "LANTERN_DATABASE_URL": url}
        away = Lantern(lantern.name, there)
        async with database.pool() as pool, away.running("worker") as process:
            missing = await ready(away.url("worker"), expected=503)
            assert "database" in str(missing)
            await light(database, "ana")
            opened.set()
            await ready(away.url("worker"))
            await eventually(pool, "select count(*) from counted", 1)
            assert process.returncode is None
            opened.clear()
            await ready(away.url("worker"), expected=503)
            await light(database, "rui")
            opened.set()
            await ready(away.url("worker"))
            await eventually(pool, "select count(*) from counted", 2)
            opened.clear()
            assert await end(process) < 10


async def test_two_workers_share_the_work_and_one_dies(lantern: Lantern, database: Database) -> None:
    other = Lantern(lantern.name, {**lantern.environment, "LANTERN_WORKER_PORT": str(free_port())})
    async with database.pool() as pool, lantern.running("worker") as first, other.running("worker"):
        await ready(lantern.url("worker"))
        await ready(other.url("worker"))
        await light(database, "ana", 50)
        first.kill()
        await light(database, "ana", 50)
        await eventually(pool, "select count(*) from counted", 100, 40)
        assert await pool.fetchval("select count(distinct (stream, version)) from counted") == 100


async def test_a_worker_that_hangs_is_replaced_and_does_no_harm_when_it_wakes(lantern: Lantern, database: Database) -> None:
    other = Lantern(lantern.name, {**lantern.environment, "LANTERN_WORKER_PORT": str(free_port())})
    async with database.pool() as pool, lantern.running("worker") as first:
        await ready(lantern.url("worker"))
        await light(database, "ana", 20)
        await eventually(pool, "select count(*) from counted", 20)
        async with other.running("worker"):
            await ready(other.url("worker"))
            first.send_signal(signal.SIGSTOP)
            await light(database, "ana", 20)
            await eventually(pool, "select count(*) from counted", 40, 40)
            first.send_signal(signal.SIGCONT)
            await light(database, "ana", 20)
            await eventually(pool, "select count(*) from counted", 60, 40)
            await asyncio.sleep(1)
            assert await pool.fetchval("select count(distinct (stream, version)) from counted") == 60
            assert await pool.fetchval("select count(*) from counted") == 60


async def test_what_is_parked_is_announced_and_replayed_by_the_command(lantern: Lantern, database: Database) -> None:
    async with database.pool() as pool:
        async with lantern.running("worker"):
            await light(database, "wind")
            await eventually(pool, "select count(*) from parked where reader = 'when_lantern_lit'", 1)
        assert await pool.fetchval("select data->>'because' from events where type = 'EventParked'") == "ValueError"
        status, said = await lantern.chore("replay", "when_lantern_lit")
        assert (status, "still parked" in said) == (1, True)
        status, said = await lantern.chore("verify")
        assert (status, "1 parked streams" in said) == (1, True)
        await pool.execute("insert into oil values ('x', 1)")
        status, said = await lantern.chore("replay", "--all")
        assert (status, "1 applied" in said) == (0, True)
        assert await pool.fetchval("select count(*) from counted") == 1
        assert await pool.fetchval("select data->>'events' from events where type = 'EventReplayed'") == "1"
        async with lantern.running("worker"):
            await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))
        status, said = await lantern.chore("verify")
        assert status == 0, said


async def test_a_process_whose_reader_parks_too_many_is_not_ready(lantern: Lantern, database: Database) -> None:
    async with lantern.running("worker") as process:
        await ready(lantern.url("worker"))
        await light(database, "wind", 22)
        stopped = await ready(lantern.url("worker"), expected=503)
        assert "TooManyParked" in str(stopped)
        assert await end(process) < 10


@pytest.mark.parametrize(("seconds", "answered"), [(2, True), (60, False)])
async def test_a_request_on_its_way_is_answered_before_the_end_but_holds_it_up_for_ever_no_more(
    lantern: Lantern, seconds: int, *, answered: bool
) -> None:
    async with lantern.running("api") as process, httpx.AsyncClient(timeout=30) as client:
        await ready(lantern.url("api"))
        asking = asyncio.create_task(client.get(f"{lantern.url('api')}/v1/nights/{seconds}"))
        await asyncio.sleep(1)
        assert await end(process) < 10
        [answer] = await asyncio.gather(asking, return_exceptions=True)
        assert (isinstance(answer, httpx.Response) and answer.status_code == 200) is answered


async def test_a_view_is_rebuilt_by_the_command(lantern: Lantern, database: Database) -> None:
    await light(database, "ana", 3)
    async with database.connect() as db:
        await db.execute("delete from lit where ctid in (select ctid from lit limit 1)")
    status, said = await lantern.chore("verify")
    assert status == 1
    assert "view lit_1" in said
    status, said = await lantern.chore("rebuild", "--all")
    assert status == 0, said
    assert "switched" in said
    async with database.connect() as db:
        assert await db.fetchval("select count(*) from lit") == 3


async def test_misuse_is_told(lantern: Lantern) -> None:
    assert (await lantern.chore("shine"))[0] == 2
    assert await lantern.chore("light", "it") == (0, "lantern it\n")
    unset = Lantern(lantern.name, {name: value for name, value in lantern.environment.items() if name != "PERSON_KEYS"})
    assert (await unset.chore("api"))[0] == 2


@asynccontextmanager
async def gate(database: Database) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The database behind a door that can be shut: connections through it are cut, new ones refused."""
    parts = urlsplit(database.url)
    opened = asyncio.Event()
    pipes: set[asyncio.StreamWriter] = set()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while content := await source.read(65536):
                target.write(content)
                await target.drain()
        target.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not opened.is_set():
            writer.close()
            return
        inner_reader, inner = await asyncio.open_connection(parts.hostname, parts.port)
        pipes.update({writer, inner})
        await asyncio.gather(pump(reader, inner), pump(inner_reader, writer))

    async def shut() -> None:
        while True:
            await opened.wait()
            while opened.is_set():
                await asyncio.sleep(0.02)
            for pipe in pipes:
                pipe.transport.abort()
            pipes.clear()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    shutter = asyncio.create_task(shut())
    port = server.sockets[0].getsockname()[1]
    try:
        yield parts._replace(netloc=parts.netloc.replace(f"@{parts.hostname}:{parts.port}", f"@127.0.0.1:{port}")).geturl(), opened
    finally:
        shutter.cancel()
        for pipe in pipes:
            pipe.transport.abort()
        server.close()
