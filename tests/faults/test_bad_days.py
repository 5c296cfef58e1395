"""Bad days, one after the other, under load: what is full, slow, refusing, overloaded, of another time or of an older release."""

import asyncio
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from deploy.local import system as local
from deploy.local.answers import url_answers
from deploy.local.environment import of_service
from deploy.local.home import LOOPBACK, Home
from deploy.local.servers.postgres import admin_url
from deploy.local.steps import Steps
from shared.testing.inbox import Inbox
from shared.testing.people import RUNS, Cast
from tests.faults import at_rest, truth
from tests.faults.effects import differences
from tests.faults.impostor import OVERLOADED, REFUSING, instead_of
from tests.faults.load import Register, SignUps, settled
from tests.faults.machine import fill, may_mount, on_a_small_volume, slow_disk, tree
from tests.faults.players import Company, Household, Officers, Professionals, assembled, back_in
from tests.faults.test_short_run import SEED, say, told
from tests.faults.witness import Watched, Witness
from tests.infra.system import ROOT, System

pytestmark = pytest.mark.faults

DAY = 86_400
SLOW_WRITES = 60
MOST_CONNECTIONS = 220


@dataclass
class Town:
    """People at work who do not know what kind of day it is."""

    system: System
    company: Company
    register: Register
    professionals: Professionals
    household: Household
    people: list[SignUps]
    witness: Witness
    days: int = 0
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Load meanwhile; afterwards nothing acknowledged is lost and nothing was done twice."""
        self.days += 1
        forever = time.monotonic() + 3600
        players = (self.professionals, Officers(self.company), self.household)
        person = SignUps(self.system.gateway, self.system.inbox, self.company.stage.cast, self.witness, 1_000 * self.days)
        self.people.append(person)
        works = (self.register.work(forever), person.work(forever), *(self.company.repeatedly(one.one, forever) for one in players))
        tasks = self._tasks = [asyncio.ensure_future(work) for work in works]
        try:
            await asyncio.sleep(3)
            yield
            await at_rest.everything_is_up(self.system)
            self.company.refused.clear()
            await self._everybody_gets_on()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self.well()

    async def _everybody_gets_on(self) -> None:
        """Each kind of work gets done again."""
        before = self._done()

        async def stuck() -> dict[str, list[str]]:
            for task in self._tasks:
                if task.done():  # nobody's work is over: whatever ended it is the finding
                    task.result()
            return {name: [f"{did} done", str(dict(self.company.refused))] for name, did in self._done().items() if did <= before[name]}

        assert await at_rest.until_none(stuck) == {}

    def _done(self) -> dict[str, int]:
        company = self.company
        done = {"profiles": company.profiles, "judged": company.judged, "filed": company.filed, "told": self.register.told}
        return {"signed up": sum(len(one.done) for one in self.people), **{name: len(deeds) for name, deeds in done.items()}}

    async def well(self) -> None:
        """Everything came back, and the sets are equal."""
        await at_rest.everything_is_up(self.system)
        await at_rest.nudged(self.system.home)
        await at_rest.swept(self.system)
        say(f"{told(self.company, self.witness)}; {dict(self.company.refused.most_common(5))}")
        assert await at_rest.until_none(lambda: differences(self.system.home, self.witness, self.company)) == {}
        assert await truth.parked(self.system.home) == []
        assert await at_rest.until_none(self._verified) == {}
        seen = await truth.stored(self.system.home, "access", "ConsumerUnitRegistered", "number")
        assert {number: seen[number] for number in self.register.told} == dict.fromkeys(self.register.told, 1)

    async def _verified(self) -> dict[str, list[str]]:
        found = await asyncio.to_thread(self.system.verify, "--foreign")
        return {name: [text] for name, text in found.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(system: System) -> AsyncIterator[Town]:
    say(f"seed {SEED}")
    cast, witness = Cast((SEED * 7 + 1) % RUNS, "002"), Witness(SEED)
    bootstrap = f"{LOOPBACK}:{system.home.ports['kafka']}"
    company = await assembled(Watched(system.gateway, cast, Inbox(system.inbox), loud=False, witness=witness), bootstrap)
    register = Register(bootstrap, cast)
    yield Town(system, company, register, Professionals(company), Household(company, register), [], witness)
    await company.stage.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_postgresql_is_out_of_connections(town: Town) -> None:
    async with town.at_work(), AsyncExitStack() as held:
        taken = 0
        with suppress(asyncpg.PostgresError, OSError):
            while taken < MOST_CONNECTIONS:
                connection = await asyncpg.connect(admin_url(town.system.home, "access"), timeout=5)
                held.callback(connection.terminate)
                taken += 1
        say(f"{taken} connections held")
        await asyncio.sleep(10)
    assert 0 < taken < MOST_CONNECTIONS, "PostgreSQL never ran out"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_file_store_answers_503(town: Town) -> None:
    async with town.at_work(), instead_of(town.system, "s3", "s3", OVERLOADED) as given:
        await asyncio.sleep(12)
    assert given[0]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_mail_server_refuses(town: Town) -> None:
    async with town.at_work(), instead_of(town.system, "mail", "smtp", REFUSING) as given:
        await asyncio.sleep(12)
    assert given[0]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_supervisor_is_killed_and_the_next_start_finds_what_it_left(town: Town) -> None:
    home = town.system.home
    async with town.at_work():
        left = {int(row["pid"]) for row in town.system.supervisor.states().values()}
        os.kill(town.system.supervisor.pid(), signal.SIGKILL)
        await asyncio.sleep(3)
        await asyncio.to_thread(local.up, home, Steps(quiet=True))
    assert not left & {int(row["pid"]) for row in town.system.supervisor.states().values()}


@pytest.mark.asyncio(loop_scope="module")
async def test_the_clock_jumps_by_a_day_and_back(town: Town) -> None:
    home = town.system.home
    jumped = replace(home, settings={**home.settings, "CLOCK_OFFSET": str(DAY)})
    async with town.at_work():
        before = await _facts_of_tomorrow(home)
        await asyncio.to_thread(local.up, jumped, Steps(quiet=True))

        async def of_today() -> dict[str, list[str]]:
            return {} if await _facts_of_tomorrow(home) > before else {"no fact bears tomorrow's date": [str(before)]}

        assert await at_rest.until_none(of_today) == {}
        await asyncio.sleep(5)
        await asyncio.to_thread(local.up, home, Steps(quiet=True))
        await back_in(town.company)


async def _facts_of_tomorrow(home: Home) -> int:
    """Mails whose delivery a service dates by its own clock to a day after the database took it down."""
    question = (
        "select count(*) as n from events where type = 'MailDelivered' and (data->>'at')::timestamptz > recorded_at + interval '20 hours'"
    )
    [row] = await truth.rows(home, "identity", question)
    return int(row["n"])


@pytest.mark.asyncio(loop_scope="module")
async def test_a_worker_of_an_older_release_beside_the_new_one(town: Town, tmp_path: Path) -> None:
    home, supervisor = town.system.home, town.system.supervisor
    async with town.at_work():
        with older_worker(town.system, tmp_path) as process:
            assert await settled(lambda: url_answers(home.ports["access_standby"], "/health/ready"), at_rest.RECOVERY)
            await asyncio.sleep(10)
            assert process.poll() is None
            await asyncio.to_thread(supervisor.stop, "access")
            try:  # what is stored now, the older one has stored
                units = len(await _units(home))

                async def idle() -> dict[str, list[str]]:
                    return {} if len(await _units(home)) > units else {"the older worker stores nothing": [str(units)]}

                assert await at_rest.until_none(idle) == {}
            finally:
                await asyncio.to_thread(supervisor.launch, "access")


async def _units(home: Home) -> Counter[str]:
    return await truth.stored(home, "access", "ConsumerUnitRegistered", "number")


@contextmanager
def older_worker(system: System, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The worker of access as the release before the last change of shared code or of that service had it, from the history."""
    paths = ("shared", "services/access")
    found = subprocess.run(["git", "log", "-2", "--format=%H", "--", *paths], cwd=ROOT, check=False, capture_output=True, text=True)
    commits = found.stdout.split()
    if found.returncode or len(commits) < 2:
        pytest.skip("no history here to take an older release from")
    packed = subprocess.run(["git", "archive", commits[1]], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "x", "-C", str(folder)], input=packed.stdout, check=True)
    told = {**of_service(system.home, "access"), "ACCESS_WORKER_PORT": str(system.home.ports["access_standby"])}
    with (system.home.logs / "older-worker.log").open("ab") as log:
        command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "services.access", "worker"]
        process = subprocess.Popen(command, cwd=folder, env=told, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("program", ["postgres", "kafka"])
async def test_a_volume_is_full(town: Town, program: str) -> None:
    if reason := may_mount():
        pytest.skip(reason)
    with on_a_small_volume(town.system, program) as volume:
        async with town.at_work():
            ballast = await asyncio.to_thread(fill, volume)
            await asyncio.sleep(12)
            ballast.unlink()
    await town.well()


@pytest.mark.asyncio(loop_scope="module")
async def test_the_disk_is_slow(town: Town) -> None:
    states = town.system.supervisor.states()
    pids = [pid for name in ("postgres", "kafka") for pid in tree(int(states[name]["pid"]))]
    async with town.at_work():
        with slow_disk(pids, town.system.home.path, SLOW_WRITES):
            await asyncio.sleep(15)
