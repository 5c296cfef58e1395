"""90 seconds of deaths and stops under load; then what was acknowledged, stored, published, done and shown are compared as sets."""

import asyncio
import os
import random
import secrets
import sys
import time
from collections.abc import Awaitable, Callable

import pytest

from deploy.local.home import LOOPBACK
from shared.testing.inbox import Inbox
from shared.testing.people import RUNS, Cast
from tests.faults import at_rest, rates, truth
from tests.faults.effects import differences
from tests.faults.load import Register, SignUps, settled
from tests.faults.players import Company, Household, Officers, Professionals, assembled
from tests.faults.trouble_maker import TroubleMaker
from tests.faults.witness import Watched, Witness
from tests.infra.system import System

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("SECONDS_OF_FAULTS", "90"))
SEED = int(os.environ.get("SEED") or secrets.randbelow(10**6))
QUIET_END = 3.0
SECONDS_OF_ALL, SECONDS_OF_BOTH = 90, 150
"""One round of everybody; two rounds of everybody, one to kill and one to stop, with time to spare."""


async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(system: System) -> None:
    say(f"seed {SEED}: {SECONDS:.0f} s")
    cast, witness = Cast(random.Random(SEED).randrange(RUNS), "002"), Witness(SEED)
    bootstrap = f"{LOOPBACK}:{system.home.ports['kafka']}"
    company = await assembled(Watched(system.gateway, cast, Inbox(system.inbox), loud=False, witness=witness), bootstrap)
    people = [SignUps(system.gateway, system.inbox, cast, witness, 1_000 * n) for n in (1, 2)]
    register, trouble = Register(bootstrap, cast), TroubleMaker(system.supervisor, SEED)
    players = (Professionals(company), Officers(company), Household(company, register))
    judged_before = len(company.judged)
    until = time.monotonic() + SECONDS
    await asyncio.gather(
        trouble.work(SECONDS - QUIET_END),
        register.work(until),
        *(one.work(until) for one in people),
        *(company.repeatedly(one.one, until) for one in players),
    )
    say(f"{dict(sorted(trouble.done.items()))}")
    await at_rest.everything_is_up(system)
    worked = company.profiles and company.granted and len(company.judged) > judged_before
    await _everybody_gets_on(company, *players)
    await at_rest.nudged(system.home)
    done = set[str]().union(*(one.done for one in people))
    doubt = set[str]().union(*(one.in_doubt for one in people)) - done
    say(f"signed up {len(done)}, in doubt {len(doubt)}, units told {len(register.told)}; {told(company, witness)}")
    say(f"torn and why: {dict(company.refused.most_common(5))}")
    assert SECONDS < SECONDS_OF_ALL or trouble.untouched() == set()
    assert trouble.spared(int(SECONDS / SECONDS_OF_BOTH)) == set(), "in a long run each is both killed and stopped, several times"
    assert SECONDS < SECONDS_OF_ALL or worked, "nobody got anything done while processes died"
    assert register.told
    assert witness.versions
    assert len(doubt) < len(done), "most sign-ups were torn"
    assert company.given_up < len(company.profiles) + len(company.judged) + len(company.granted), "most deeds were torn"
    await _units_exactly_as_told(system, register)
    await _people_exactly_as_acknowledged(system, done, doubt | company.people)
    await at_rest.swept(system)
    assert await at_rest.until_none(lambda: differences(system.home, witness, company)) == {}
    assert await truth.parked(system.home) == []
    await _rates_near_and_then_exact(system, trouble.kills("live"))
    assert await settled(lambda: not system.verify("--foreign"), at_rest.SETTLING), system.verify("--foreign")
    assert await at_rest.until_none(lambda: truth.not_relayed(system.home)) == {}
    assert await differences(system.home, witness, company) == {}, "something was lost or doubled later"
    await _units_exactly_as_told(system, register)
    await _people_exactly_as_acknowledged(system, done, doubt | company.people)


def say(line: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"\n  {line}")
    sys.stdout.flush()


def told(company: Company, witness: Witness) -> str:
    """How much was done."""
    deeds = f"profiles {len(company.profiles)}, judged {len(company.judged)}, grants {len(company.granted)}, filed {len(company.filed)}"
    return f"{deeds}; torn {company.given_up}; versions acknowledged {len(witness.versions)}, asked twice {witness.repeated}"


async def _everybody_gets_on(company: Company, professionals: Professionals, officers: Officers, household: Household) -> None:
    """Now that all is up, each kind of work gets done."""
    deadline = time.monotonic() + at_rest.SETTLING

    async def once_more(deed: Callable[[], Awaitable[None]], done: list[str]) -> int:
        before = len(done)
        while len(done) == before and time.monotonic() < deadline:
            await company.repeatedly(deed, time.monotonic() + 1)
        return len(done) - before

    works = ((professionals.one, company.profiles), (officers.one, company.judged), (household.one, company.filed))
    more = await asyncio.gather(*(once_more(deed, done) for deed, done in works))
    assert all(more), f"profiles, judged, filed once all was up: {more}; {dict(company.refused.most_common(5))}"


async def _units_exactly_as_told(system: System, register: Register) -> None:
    seen = await _until_equal(system, register.told)
    assert sorted(register.told - set(seen)) == [], "told and lost"
    assert sorted(set(seen) - register.told - register.in_doubt) == [], "never told"
    assert {number for number, times in seen.items() if times > 1} == set()


async def _until_equal(system: System, wanted: set[str]) -> dict[str, int]:
    deadline = time.monotonic() + at_rest.SETTLING
    while True:
        seen = await truth.stored(system.home, "access", "ConsumerUnitRegistered", "number")
        if set(seen) >= wanted or time.monotonic() > deadline:
            return dict(seen)
        await asyncio.sleep(1)


async def _people_exactly_as_acknowledged(system: System, done: set[str], doubt: set[str]) -> None:
    seen = await truth.stored(system.home, "identity", "UserVerified", "person_id")
    assert truth.person_ids(system.home, done) <= set(seen) <= truth.person_ids(system.home, done | doubt)
    assert {person for person, times in seen.items() if times > 1} == set()


async def _rates_near_and_then_exact(system: System, kills: int) -> None:
    async def far() -> dict[str, list[str]]:
        return {} if await rates.near(system.home, kills) else {"far": [str(await rates.rates(system.home))]}

    assert await at_rest.until_none(far) == {}
    say(f"live and exact counts: {rates.apart(await rates.rates(system.home))}; allowed: 1 %, and {rates.PER_KILL} per kill of {kills}")
    for metric, (live, exact) in (await rates.after_the_hour(system.home)).items():
        assert live == exact, metric
