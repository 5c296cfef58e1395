"""The guide from sign-up to the connected generator, on a copy of its own: up, demo twice, verify, down, up again with its data."""

import asyncio
import secrets
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from deploy.local import system as local
from deploy.local.status import tree_memory
from deploy.local.steps import Steps
from shared.testing.people import RUNS, Cast
from tests.e2e.erased import missing, traces, walk
from tests.infra.system import System, running_system, said

pytestmark = pytest.mark.e2e

MEMORY_MIB = 1536


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with running_system() as running:
        yield running


def test_the_demo_walks_the_whole_guide_for_two_at_once(system: System) -> None:
    done = system.python("demo", "--at-once", "2")
    assert done.returncode == 0, said(done)


def test_store_topics_and_views_agree_in_all_five(system: System) -> None:
    assert system.verify() == {}


def test_whoever_is_erased_leaves_no_trace_in_any_table_topic_object_or_log(system: System) -> None:
    cast = Cast(secrets.randbelow(RUNS), "002")
    held = asyncio.run(walk(system, cast))
    assert missing(held, cast) == set(), "the search sees what there is"
    assert asyncio.run(traces(system, cast)) == []


def test_the_whole_system_fits_in_its_memory(system: System) -> None:
    used = tree_memory(system.supervisor.pid())
    sys.stdout.write(f"  {used:.0f} MiB\n")
    assert used <= MEMORY_MIB, f"{used:.0f} MiB"


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json", "/docs", "/.well-known/jwks.json"])
def test_the_gateway_serves_the_contracts(system: System, path: str) -> None:
    assert httpx.get(f"{system.gateway}{path}").status_code == 200


@pytest.mark.parametrize("path", ["/v1/people/names", "/v1/mails", "/health/ready", "/health/live", "/metrics", "/identity/metrics"])
def test_what_is_for_services_only_is_not_routed(system: System, path: str) -> None:
    reply = httpx.get(f"{system.gateway}{path}")
    assert reply.status_code == 404
    assert reply.json()["code"] == "not-found"


def test_a_warm_start_keeps_the_data(system: System) -> None:
    before = _mails(system)
    local.down(system.home, Steps())
    assert not system.supervisor.running()
    start = time.monotonic()
    local.up(system.home, Steps())
    sys.stdout.write(f"  warm start in {time.monotonic() - start:.1f} s\n")
    assert _mails(system) >= before
    assert system.verify() == {}


def test_it_walks_again_over_what_is_there(system: System) -> None:
    done = system.python("demo", "--until", "2")
    assert done.returncode == 0, said(done)


def test_up_again_while_up_changes_nothing(system: System) -> None:
    pids = {name: row["pid"] for name, row in system.supervisor.states().items()}
    local.up(system.home, Steps())
    assert {name: row["pid"] for name, row in system.supervisor.states().items()} == pids


def _mails(system: System) -> int:
    return int(httpx.get(f"{system.inbox}/api/email/summary").json()["storeTotal"])
