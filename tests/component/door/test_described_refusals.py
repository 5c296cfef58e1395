"""What a door refuses is in its description: every route of every service is asked wrongly in every way there is, and answers by name.

Each answer that is no success must be a problem whose code stands among those the operation lists. What the rules of a route refuse
depends on its records and is heard by its own tests; here it is the door, and what every route rests on.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.home import SERVICES
from shared.eventsourcing.silence import note_progress
from shared.http.matrix import RouteAccess, routes_with_access
from shared.http.middleware import MAXIMUM_BODY
from shared.http.principal import Access
from shared.ids import new_id
from shared.kafka import PARTITIONS
from shared.testing.running import Running, running, settings_for
from tests.component.test_access_matrix import ROLES, STREAMS, fresh, may, service_named
from tests.conftest import Bucket, Database

EVERYWHERE = {"sign-in-required", "session-over", "role-required", "body-invalid", "body-too-big", "media-type-not-supported"}
PROVOKED = EVERYWHERE | {
    *("body-unreadable", "character-not-allowed", "cursor-unreadable"),
    *("idempotency-key-missing", "if-match-unreadable", "version-required"),
    *("session-unknown", "access-unknown"),
}
"""What the ways below provoke wherever an operation lists it."""


@dataclass(frozen=True)
class Wrong:
    """One way to ask, wrong or not, by what differs from an ordinary request."""

    why: str
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: bytes | None = None
    kind: str = "application/json"
    path: str | None = None
    query: str = ""


@dataclass
class Asking:
    """One operation, as it is described, and who may use it."""

    it: Running
    line: RouteAccess
    operation: dict[str, Any]

    @property
    def described(self) -> set[tuple[int, str]]:
        """Status and code of every refusal that the description lists."""
        found: set[tuple[int, str]] = set()
        for status, answer in self.operation["responses"].items():
            examples = answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
            found |= {(int(status), code) for code in examples}
        return found

    @property
    def caller(self) -> dict[str, str]:
        """Somebody who may."""
        if not isinstance(self.line.access, Access):
            return {}
        pid = uuid4()
        if may(self.line.access, "customer"):
            return dict(self.it.issuer.person(pid))
        if may(self.line.access, "service"):
            return dict(self.it.issuer.service("requests", self.it.app.state.service_name))
        return dict(self.it.issuer.staff(pid, *(role for role in ROLES if may(self.line.access, role))))

    async def ask(self, wrong: Wrong) -> httpx.Response:
        """Ask so."""
        path = re.sub(r"\{[^}]*\}", lambda _: wrong.path or str(uuid4()), self.line.path)
        headers = {"idempotency-key": str(uuid4()), "if-match": '"1"', "sec-fetch-site": "same-origin", **self.caller, **wrong.headers}
        body = self._body() if wrong.body is None else wrong.body
        if body and self.line.method != "GET":
            headers["content-type"] = wrong.kind
        else:
            body = b""
        sent = {name: value for name, value in headers.items() if value is not None}
        return await self.it.client.request(self.line.method, path + wrong.query, headers=sent, content=body or None)

    def _body(self) -> bytes:
        media = self.operation.get("requestBody", {}).get("content", {}).get("application/json")
        return httpx.Request("POST", "http://x", json=media["example"]).read() if media else b""


@pytest.fixture
def service_name(name: str) -> str:
    """The service that the test is about."""
    return name


@pytest.fixture
async def its(name: str, database: Database, storage: Bucket) -> AsyncIterator[Running]:
    """The service, whose readers have never read anything."""
    service = service_named(name)
    secrets = {"pepper": "only-for-tests-" * 3} if name == "identity" else {}
    async with running(service, settings_for(service, database, storage, **secrets)) as it:
        it.parts.platform.storage.bucket = storage.name
        yield it


def _operations(it: Running) -> Iterator[Asking]:
    paths = it.app.openapi()["paths"]
    for line in routes_with_access(it.app):
        operation = paths.get(line.path, {}).get(line.method.lower())
        if operation is not None and STREAMS not in line.path:
            yield Asking(it, line, operation)


async def _ways(one: Asking) -> list[Wrong]:
    ended = new_id()
    await one.it.parts.platform.pool.execute(
        "insert into ended_sessions (session_id, person_id, at) values ($1, $2, now()) on conflict do nothing", ended, uuid4()
    )
    same = str(uuid4())
    return [
        Wrong("as it should be"),
        Wrong("nobody", {"authorization": None, "Authorization": None}),
        Wrong("an ended session", {"Authorization": one.it.issuer.person(uuid4(), sid=ended)["Authorization"]}),
        Wrong("somebody else", {"Authorization": one.it.issuer.staff(uuid4(), "nothing")["Authorization"]}),
        Wrong("a person", {"Authorization": one.it.issuer.person(uuid4())["Authorization"]}),
        Wrong("a service", {"Authorization": one.it.issuer.service("access", one.it.app.state.service_name)["Authorization"]}),
        Wrong("no key", {"idempotency-key": None}),
        Wrong("a key", {"idempotency-key": same}),
        Wrong("a key again", {"idempotency-key": same}, body=b'{"another": "body"}'),
        Wrong("no version", {"if-match": None}),
        Wrong("no version of ours", {"if-match": "seven"}),
        Wrong("not JSON", body=b"{"),
        Wrong("no object", body=b"[]"),
        Wrong("an unknown field", body=b'{"never_heard_of": 1}'),
        Wrong("another kind", body=b"a=b", kind="application/x-www-form-urlencoded"),
        Wrong("too big", body=b'"' + b"x" * MAXIMUM_BODY + b'"'),
        Wrong("a path that is none", path="x"),
        Wrong("a character that no text has", path="%00"),
        Wrong("a cursor of nobody's", query="?cursor=%25%25"),
        Wrong("a limit that is none", query="?limit=0"),
    ]


async def _have_read(it: Running, name: str, readers: str) -> None:
    """As far as a running worker's readers would have come."""
    if readers == "fresh":
        await fresh(it, service_named(name))
    elif readers == "fresh on sessions":
        async with it.parts.platform.pool.acquire() as db:
            await note_progress(db, f"{name}.views", [("identity.session", partition) for partition in range(PARTITIONS)])


@pytest.mark.parametrize("name", SERVICES)
async def test_every_refusal_of_the_door_is_described_where_it_is_answered(name: str, its: Running) -> None:
    heard: set[str] = set()
    provoked = {code for one in _operations(its) for _, code in one.described} & PROVOKED
    surprises: list[str] = []
    for readers in ("silent", "fresh on sessions", "fresh"):
        for one in _operations(its):
            await _have_read(its, name, readers)
            for wrong in await _ways(one) if readers == "silent" else [Wrong("as it should be")]:
                said = await one.ask(wrong)
                if said.status_code < 400:
                    continue
                code = said.json().get("code", "")
                heard.add(code)
                if (said.status_code, code) not in one.described:
                    surprises.append(f"{one.line.method} {one.line.path}: {wrong.why}, {readers}: {said.status_code} {code}")
    assert not surprises, "\n".join(surprises)
    assert provoked & EVERYWHERE == EVERYWHERE
    assert provoked - heard == set()
