"""90 seconds of deaths and stops under load; then what was acknowledged, stored, published and shown are compared as sets."""

import asyncio
import os
import random
import secrets
import sys
import time
from collections.abc import Iterator

import pytest

from deploy.local import system as local
from deploy.local.home import LOOPBACK
from shared.testing.people import RUNS, Cast
from tests.faults import truth
from tests.faults.load import Register, SignUps, settled
from tests.faults.trouble_maker import TroubleMaker
from tests.infra.system import System, running_system

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("SECONDS_OF_FAULTS", "90"))
SEED = int(os.environ.get("SEED") or secrets.randbelow(10**6))
RECOVERY = 120.0
SETTLING = 120.0


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with running_system() as running:
        yield running


async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(system: System) -> None:
    cast = Cast(random.Random(SEED).randrange(RUNS), "002")
    people = [SignUps(system.gateway, system.inbox, cast, _next=20 + 20 * n) for n in range(3)]
    register = Register(f"{LOOPBACK}:{system.home.ports['kafka']}", cast)
    trouble = TroubleMaker(system.supervisor, SEED)
    until = time.monotonic() + SECONDS
    sys.stdout.write(f"\n  seed {SEED}: {SECONDS:.0f} s\n")
    await asyncio.gather(trouble.work(SECONDS - 5), register.work(until), *(one.work(until) for one in people))
    sys.stdout.write(f"  {dict(trouble.done)}\n")

    wanted = local.programs(system.home)
    assert await settled(lambda: all(program.ready(system.home) for program in wanted), RECOVERY), "not everything came back"
    done = set[str]().union(*(one.done for one in people))
    doubt = set[str]().union(*(one.in_doubt for one in people)) - done
    sys.stdout.write(f"  signed up {len(done)}, in doubt {len(doubt)}, units told {len(register.told)}\n")
    assert trouble.done
    assert register.told
    await _units_exactly_as_told(system, register)
    await _people_exactly_as_acknowledged(system, done, doubt)
    assert await truth.parked(system.home) == []
    assert await settled(lambda: not system.verify(), SETTLING), system.verify()


async def _units_exactly_as_told(system: System, register: Register) -> None:
    seen = await _until_equal(system, register.told)
    assert sorted(register.told - set(seen)) == [], "told and lost"
    assert sorted(set(seen) - register.told - register.in_doubt) == [], "never told"
    assert {number for number, times in seen.items() if times > 1} == set()


async def _until_equal(system: System, told: set[str]) -> dict[str, int]:
    deadline = time.monotonic() + SETTLING
    while True:
        seen = await truth.stored(system.home, "access", "ConsumerUnitRegistered", "number")
        if set(seen) >= told or time.monotonic() > deadline:
            return dict(seen)
        await asyncio.sleep(1)


async def _people_exactly_as_acknowledged(system: System, done: set[str], doubt: set[str]) -> None:
    seen = await truth.stored(system.home, "identity", "UserVerified", "person_id")
    acknowledged, possible = truth.person_ids(system.home, done), truth.person_ids(system.home, done | doubt)
    assert acknowledged <= set(seen) <= possible
    assert {person for person, times in seen.items() if times > 1} == set()
    deadline = time.monotonic() + SETTLING
    while await truth.ids_published(system.home, "identity.user", "UserVerified") != await truth.ids_stored(
        system.home, "identity", "UserVerified"
    ):
        assert time.monotonic() < deadline, "store and topic differ"
        await asyncio.sleep(1)
