"""The restore drill: each database put back to an instant, a lost topic; nothing lost that was published, nothing done twice."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import services
from deploy.local.home import LOOPBACK
from deploy.local.servers.postgres import admin_url
from shared.testing.people import RUNS, Cast
from tests.faults import at_rest, truth
from tests.faults.load import Register, SignUps, settled
from tests.faults.test_short_run import SEED, say
from tests.faults.witness import Witness
from tests.infra.system import ROOT, System, said

pytestmark = pytest.mark.faults

OWNER, READER, TOPIC = "access", "requests", "access.consumer-unit"
OTHERS = ("identity", "professional", "backoffice")
LOAD_SECONDS = 12.0
_ON_BEING_ENDED = 130


class Drill:
    """What was told to the system before and after the instant to which it is put back."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.cast = Cast((SEED * 7 + 2) % RUNS, "002")
        self.register = Register(f"{LOOPBACK}:{system.home.ports['kafka']}", self.cast)

    async def load(self) -> None:
        """Units are told, and somebody signs up, for a while; then all is published."""
        until = time.monotonic() + LOAD_SECONDS
        people = SignUps(self.system.gateway, self.system.inbox, self.cast, Witness(1), len(self.register.told) % 90)
        await asyncio.gather(self.register.work(until), people.work(until))
        await at_rest.nudged(self.system.home)
        assert await settled(lambda: not self.system.verify("--foreign"), at_rest.SETTLING), self.system.verify("--foreign")

    def chore(self, service: str, *words: str) -> tuple[int, str]:
        """An operator's command: its status and what it said."""
        done = services.invoke(self.system.home, service, words, capture=True)
        sys.stdout.write(f"\n$ python -m services.{service} {' '.join(words)}\n{done.stdout}")
        return done.returncode, done.stdout + done.stderr

    async def put_back(self, service: str, folder: Path, instant: str) -> None:
        """As the runbook prints it."""
        words = ("deploy.local", "restore", service, str(folder), instant)
        done = await asyncio.to_thread(self.system.python, *words)
        sys.stdout.write(f"\n$ python -m {' '.join(words)}\n{done.stdout}")
        assert done.returncode == 0, said(done)

    async def started(self, service: str) -> None:
        """The service's processes run again."""
        for name in self.system.supervisor.states():
            if name == service or name.startswith(f"{service}_"):
                self.system.supervisor.launch(name)
        await at_rest.everything_is_up(self.system)

    async def units(self) -> dict[str, int]:
        """The registered units of this drill, and how often."""
        seen = await truth.stored(self.system.home, OWNER, "ConsumerUnitRegistered", "number")
        return {number: times for number, times in seen.items() if number in self.register.told}

    async def clean(self) -> None:
        """Store, topics, own and foreign views agree, and no unit is missing or doubled."""
        assert await settled(lambda: not self.system.verify("--foreign"), at_rest.SETTLING), self.system.verify("--foreign")
        assert await self.units() == dict.fromkeys(self.register.told, 1)
        assert await truth.parked(self.system.home) == []


@pytest.fixture(scope="module")
def drill(system: System) -> Drill:
    say(f"seed {SEED}")
    return Drill(system)


@dataclass(frozen=True)
class Backup:
    """A base backup that is being taken, and the log that is received from then on."""

    folder: Path
    said: IO[str]

    async def taken(self) -> None:
        """The base is there."""
        assert "receiving the log until Ctrl-C" in await asyncio.to_thread(self.said.readline)


@pytest.fixture(scope="module")
def backup(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backup]:
    made = tmp_path_factory.mktemp("backup")
    command = [sys.executable, "-m", "deploy.local", "backup", str(made)]
    with subprocess.Popen(command, cwd=ROOT, env=dict(system.environment), stdout=subprocess.PIPE, text=True) as taking:
        try:
            assert taking.stdout is not None
            yield Backup(made, taking.stdout)
            assert taking.poll() is None
        finally:
            taking.send_signal(signal.SIGTERM)
            assert taking.wait(20) == _ON_BEING_ENDED


async def now(system: System) -> str:
    """The cluster's own clock, as an operator would note it."""
    connection = await asyncpg.connect(admin_url(system.home), timeout=10)
    try:
        return str(await connection.fetchval("select clock_timestamp()::text"))
    finally:
        await connection.close()


async def test_the_drill(system: System, drill: Drill, backup: Backup) -> None:
    await asyncio.gather(drill.load(), backup.taken())
    instant = await now(system)
    before = set(await drill.units())
    await drill.load()
    assert set(await drill.units()) > before
    await drill.put_back(OWNER, backup.folder, instant)
    assert set(await drill.units()) == before
    assert await _taken_back(drill, OWNER)
    await drill.put_back(READER, backup.folder, instant)
    assert not await _taken_back(drill, READER)
    await _topic_lost(drill)
    behind = {}
    for service in OTHERS:
        await drill.put_back(service, backup.folder, instant)
        behind[service] = await _taken_back(drill, service)
    assert behind["identity"], "people signed up after the instant"


async def _taken_back(drill: Drill, service: str) -> bool:
    """From a database that was put back to the service as it was before; answers whether it had published more than it held."""
    behind, told = drill.chore(service, "relay", "look")
    if behind:
        assert "events that it lacks" in told, told
        status, told = drill.chore(service, "relay", "accept", "--because", "restore drill")
        assert status == 0, told
    assert drill.chore(service, "reread")[0] == 0
    await drill.started(service)
    await drill.clean()
    return bool(behind)


async def _topic_lost(drill: Drill) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{LOOPBACK}:{drill.system.home.ports['kafka']}")
    await admin.start()
    try:
        await admin.delete_topics([TOPIC])
    finally:
        await admin.close()
    assert await settled(lambda: drill.chore(OWNER, "migrate")[0] == 0, at_rest.RECOVERY)
    assert drill.system.verify()
    assert drill.chore(OWNER, "relay", "republish")[0] == 0
    await drill.clean()
