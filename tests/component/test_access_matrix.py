"""Who may knock at which door: every route of every service, tried by every kind of caller.

The rows stand in `access_matrix.csv`, so that a change of who may is seen in a review. A route without its row, a row without its
route, or another access than the row says, fails. The failing assertion shows the rows as they are.
"""

import csv
import importlib
import re
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI

from deploy.local.home import SERVICES
from shared.eventsourcing.silence import note_progress
from shared.http.matrix import RouteAccess, routes_with_access
from shared.http.principal import Access, Anyone
from shared.kafka import PARTITIONS
from shared.platform import reading
from shared.service import Service
from shared.testing.running import Running, running, settings_for
from tests.conftest import Bucket, Database

ROWS = Path(__file__).with_name("access_matrix.csv")
ROLES = ("admin", "attendant", "reviewer", "analyst", "inspector", "supervisor", "catalogue-editor", "auditor", "operator")
DOORS_OWN = {"sign-in-required", "role-required", "step-up-required"}
STREAMS = "/live/"
SURPRISES = range(500, 503)


def service_named(name: str) -> Service:
    """The service as its app declares it."""
    service: Service = importlib.import_module(f"services.{name}.app").service()
    return service


def rows_of(app: FastAPI, name: str) -> list[tuple[str, str, str, str]]:
    """The matrix of one service, from its routes."""
    return [(name, line.method, line.path, line.label) for line in routes_with_access(app)]


def kept_rows(name: str) -> list[tuple[str, ...]]:
    """The matrix of one service, as it was agreed."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file, delimiter=";") if row and row[0] == name]


@pytest.fixture
def service_name(name: str) -> str:
    """The service that the test is about."""
    return name


async def fresh(it: Running, service: Service) -> None:
    """The readers have just been at the end of every topic, as a running worker would say."""
    ends = [(topic, partition) for topic in reading(service) for partition in range(PARTITIONS)]
    async with it.parts.platform.pool.acquire() as db:
        for group in (f"{service.name}.views", f"{service.name}.reactions"):
            await note_progress(db, group, ends)


def callers(it: Running, audience: str) -> dict[str, dict[str, str]]:
    """One of each kind, with the headers that say so."""
    return {
        "anonymous": {},
        "customer": dict(it.issuer.person(uuid4())),
        "service": dict(it.issuer.service("requests", audience)),
        **{role: dict(it.issuer.staff(uuid4(), role)) for role in ROLES},
    }


def may(access: Access | Anyone, caller: str) -> bool:
    """What the marker says of this caller."""
    if isinstance(access, Anyone):
        return True
    kind = caller if caller in {"customer", "service"} else "staff"
    if caller == "anonymous" or kind not in access.kinds:
        return False
    return kind != "staff" or not access.roles or caller in access.roles


async def answer(it: Running, line: RouteAccess, headers: dict[str, str]) -> tuple[int, str]:
    """What the door says to an empty request about a record that nobody has: status, and code if it refused."""
    path = re.sub(r"\{[^}]*\}", lambda _: str(uuid4()), line.path)
    more = {"idempotency-key": str(uuid4()), "if-match": '"1"', "sec-fetch-site": "same-origin"}
    said = await it.client.request(
        line.method, path, headers={**more, **headers}, json={} if line.method in {"POST", "PUT", "PATCH"} else None
    )
    kind = said.headers.get("content-type", "")
    return said.status_code, said.json().get("code", "") if kind.startswith("application/problem+json") else ""


@pytest.mark.parametrize("name", SERVICES)
async def test_every_route_has_its_row_and_lets_in_exactly_whom_it_says(name: str, database: Database, storage: Bucket) -> None:
    service = service_named(name)
    secrets = {"pepper": "only-for-tests-" * 3} if name == "identity" else {}
    async with running(service, settings_for(service, database, storage, **secrets)) as it:
        assert rows_of(it.app, name) == kept_rows(name), "access changed: look at it, then put the new rows into access_matrix.csv"
        surprises = []
        for line in routes_with_access(it.app):
            if STREAMS in line.path:
                continue
            await fresh(it, service)
            for caller, headers in callers(it, name).items():
                status, code = await answer(it, line, headers)
                let_in = code not in DOORS_OWN
                if status in SURPRISES or let_in != may(line.access, caller):
                    surprises.append(f"{line.method} {line.path} ({line.label}) said {status} {code} to {caller}")
        assert surprises == []
