"""Whose is a record: every route that names one in its path, tried with a real one by nobody, by another person, by each role, by its own.

The routes come from the application, what is sent from the examples of its description. A route whose record nobody made here, and
that is not excepted with a reason, is a surprise like any other. Whoever is shut out is answered as if the record did not exist, and
nothing has happened; whoever is not may be refused by the rules of the deed, but never because of whose the record is.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from shared.http.matrix import RouteAccess, routes_with_access
from shared.http.principal import Anyone
from shared.testing.running import Running
from tests.component.test_access_matrix import ROLES, SURPRISES, may

JSON = "application/json"
_NAMED = re.compile(r"\{([^}]*)\}")
_SHUT = {401, 403}
_EDITS = {"PUT", "DELETE"}


@dataclass
class Record:
    """A record of somebody's: what names it in a path, and who is let in."""

    ids: Mapping[str, str]
    own: Sequence[httpx.AsyncClient]
    """Its people, none where staff see it by their role alone; what one of two may not do, the other may."""
    roles: Collection[str] = ()
    """Any colleague of these roles is let in, where the route names theirs."""
    but: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Other roles for some routes, by the last word of the path."""
    bodies: Mapping[str, Any] = field(default_factory=dict)
    """What opens it, by the last word of the path, where the example's words cannot."""


type Make = Callable[[], Awaitable[Record]]


@dataclass(frozen=True)
class Said:
    """How a try was answered."""

    status: int
    code: str

    def shuts_out(self, unknown: "Said") -> bool:
        """Whether it says no because of who asks."""
        return self.status in _SHUT or (self.status == unknown.status and self.code == unknown.code)


def client(it: Running, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """Somebody at the door, with nothing in their browser."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=it.app, raise_app_exceptions=False), base_url="http://door", headers=dict(headers or {})
    )


class Matrix:
    """The routes of one service, and the records that they name."""

    def __init__(self, it: Running, makes: Mapping[str, Make], excepted: Mapping[str, str], another: httpx.AsyncClient) -> None:
        self._it = it
        self._makes = makes
        self._excepted = excepted
        self._another = another
        self._paths: Mapping[str, Any] = it.app.openapi()["paths"]
        self.tried = 0

    async def surprises(self) -> list[str]:
        """What is not as it should be."""
        found: list[str] = []
        lines = [line for line in routes_with_access(self._it.app) if "{" in line.path]
        unused = [prefix for prefix in (*self._makes, *self._excepted) if not any(line.path.startswith(prefix) for line in lines)]
        for line in lines:
            if self._longest(self._excepted, line.path) is not None:
                continue
            prefix = self._longest(self._makes, line.path)
            found += [f"{line.method} {line.path} has no record"] if prefix is None else await self._try(line, self._makes[prefix])
        return found + [f"{prefix} names no route" for prefix in unused]

    @staticmethod
    def _longest(prefixes: Mapping[str, Any], path: str) -> str | None:
        return max((prefix for prefix in prefixes if path.startswith(prefix)), key=len, default=None)

    async def _try(self, line: RouteAccess, make: Make) -> list[str]:
        self.tried += 1
        record, found = await make(), list[str]()
        unknown = await self._unknown(line, record)
        before = await self._events()
        nobody = client(self._it)
        shut = {"nobody": nobody, "another person": self._another}
        by_role = {role: client(self._it, self._it.issuer.staff(uuid4(), role)) for role in ROLES}
        admitted = {role for role in record.but.get(_last(line), record.roles) if may(line.access, role)}
        for who, browser in {**shut, **{role: one for role, one in by_role.items() if role not in admitted}}.items():
            said = await self._say(line, record, browser)
            wanted = 401 if who == "nobody" and not isinstance(line.access, Anyone) else None
            if not said.shuts_out(unknown) or (wanted is not None and said.status != wanted):
                found.append(f"{line.method} {line.path} said {said.status} {said.code} to {who}")
        if await self._events() != before:
            found.append(f"{line.method} {line.path} did something for whom it is not")
        if may(line.access, "customer") or not record.roles:
            found += await self._let_in_its_own(line, make, len(record.own), unknown)
        for role in sorted(admitted):
            record = await make()
            said = await self._say(line, record, by_role[role], record.bodies.get(_last(line)))
            if said.shuts_out(unknown) or said.status in SURPRISES:
                found.append(f"{line.method} {line.path} said {said.status} {said.code} to {role}")
        return found

    async def _let_in_its_own(self, line: RouteAccess, make: Make, people: int, unknown: Said) -> list[str]:
        """To none of them is it unknown, and somebody of them may."""
        heard: list[Said] = []
        for number in range(people):
            record = await make()
            heard.append(await self._say(line, record, record.own[number], record.bodies.get(_last(line))))
        none_may = bool(heard) and all(said.status in _SHUT for said in heard)
        wrong = [said for said in heard if said == unknown or said.status in SURPRISES]
        return [f"{line.method} {line.path} said {heard} to its own"] if none_may or wrong else []

    async def _unknown(self, line: RouteAccess, record: Record) -> Said:
        """What is answered about a record that nobody has, to one who might have it."""
        nobodys = Record({name: str(uuid4()) if _is_id(value) else value for name, value in record.ids.items()}, record.own)
        staff = [client(self._it, self._it.issuer.staff(uuid4(), role)) for role in ROLES if may(line.access, role)]
        said = await self._say(line, nobodys, [*record.own, *staff][0])
        if said.status in _SHUT:
            said = await self._say(line, nobodys, staff[0])
        assert said.status == 404, f"{line.method} {line.path} said {said} about a record that nobody has"
        return said

    async def _say(self, line: RouteAccess, record: Record, browser: httpx.AsyncClient, body: object = None) -> Said:
        path = _NAMED.sub(lambda named: record.ids[named[1]], line.path)
        headers = {"idempotency-key": str(uuid4()), "sec-fetch-site": "same-origin"} | (
            {"if-match": '"1"'} if line.method in _EDITS else {}
        )
        sent = self._example(line) if body is None else body
        answer = await browser.request(line.method, path, headers=headers, json=sent)
        problem = answer.headers.get("content-type", "").startswith("application/problem+json")
        return Said(answer.status_code, answer.json()["code"] if problem else "")

    def _example(self, line: RouteAccess) -> object:
        return self._paths[line.path][line.method.lower()].get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")

    async def _events(self) -> int:
        found: int = await self._it.parts.platform.pool.fetchval("select count(*) from events")
        return found


def _last(line: RouteAccess) -> str:
    return line.path.rsplit("/", 1)[-1]


def _is_id(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f-]{36}", value) is not None
