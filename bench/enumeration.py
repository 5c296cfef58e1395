"""`python -m bench.enumeration`: can whoever asks tell a registered CPF or CNPJ from an unknown one, by words, status or time?

A real identity service answers over HTTP, on a database of its own on a real PostgreSQL. Three groups of people take turns, one
request at a time: registered ones, unknown ones, and as many unknown ones again, who show what chance alone does.
"""

import argparse
import asyncio
import base64
import json
import os
import platform
import random
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import uvloop

from bench.compare import Compared, compare
from deploy.local.answers import free_port
from deploy.local.home import Home
from deploy.local.servers.postgres import admin_url
from services.identity.app import ROOT
from shared.postgres import migrate
from shared.testing.people import cnpj, cpf, phone
from shared.testing.tokens import new_key

HERE = Path(__file__).parent
KERNEL = HERE.parent / "shared" / "migrations"
PASSWORD = "girassol-amarelo-42"  # noqa: S105 - of people who exist only here
GROUPS = ("registered", "unknown", "unknown again")
MISSES = ("first", "second", "third, which blocks", "while blocked")
_READY_SECONDS = 60
_EACH_COMPANY = 4
_VOLATILE = re.compile(r'"[^"]*\d[^"]*"|\b\d+\b')


@dataclass(frozen=True)
class Somebody:
    """A person, or every fourth a company, of one group."""

    group: str
    number: int

    @property
    def document(self) -> str:
        """Every number is used once in a run."""
        seed = GROUPS.index(self.group) * 10_000 + self.number
        return cnpj(seed) if self.is_company else cpf(70_000_000 + seed)

    @property
    def is_company(self) -> bool:
        """Companies name who acts for them."""
        return self.number % _EACH_COMPANY == 0

    @property
    def email(self) -> str:
        """An address that nobody else types."""
        return f"pessoa.{GROUPS.index(self.group)}.{self.number}@exemplo.test"


@dataclass
class Seen:
    """What one kind of request answered, for each group: how long it took, and what was said."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {group: [] for group in GROUPS})
    said: dict[str, set[str]] = field(default_factory=lambda: {group: set() for group in GROUPS})


class Asker:
    """Asks one thing after the other, and notes what came back."""

    def __init__(self, url: str, database: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=30)
        self._database = database
        self.seen: dict[str, Seen] = {}

    async def close(self) -> None:
        """Nothing more is asked."""
        await self._http.aclose()

    async def ask(self, step: str, who: Somebody, method: str, path: str, body: Any = None) -> Mapping[str, Any]:
        """One request, measured from before it is sent until its answer is read."""
        headers = {"Idempotency-Key": str(uuid4())}
        began = time.perf_counter()
        answer = await self._http.request(method, path, json=body, headers=headers)
        seconds = time.perf_counter() - began
        seen = self.seen.setdefault(step, Seen())
        seen.seconds[who.group].append(seconds)
        seen.said[who.group].add(f"{answer.status_code} {sorted(answer.headers)} {_VOLATILE.sub('#', answer.text)}")
        content: Mapping[str, Any] = answer.json()
        return content

    async def walk(self, who: Somebody) -> str:
        """A sign-up up to its last step; answers its path."""
        self._http.cookies.clear()
        started = await self.ask("sign-up: begin", who, "POST", "/v1/sign-ups", {"cpf_or_cnpj": who.document, "email": who.email})
        path = f"/v1/sign-ups/{started['id']}"
        await self.ask("sign-up: look", who, "GET", path)
        text = await self._database.fetchval("select text from mails where address = $1 and fact = 'sign-up-code'", who.email)
        code = re.search(r"\b\d{6}\b", str(text))
        right = code[0] if code else ""
        await self.ask("sign-up: wrong code", who, "POST", f"{path}/proofs", {"code": f"{(int(right) + 1) % 1_000_000:06d}"})
        await self.ask("sign-up: right code", who, "POST", f"{path}/proofs", {"code": right})
        body: dict[str, Any] = {"name": "Pessoa Qualquer", "phone": phone(7, who.number)}
        if who.is_company:
            body["representative"] = {"cpf": cpf(1), "name": "Quem Representa"}
        await self.ask("sign-up: name and phone", who, "POST", f"{path}/name-and-phone", body)
        return path

    async def register(self, who: Somebody, terms: str) -> None:
        """The last step too; what is measured on the way is forgotten."""
        path = await self.walk(who)
        answer = await self._http.post(f"{path}/password", json={"password": PASSWORD, "terms_version": terms})
        answer.raise_for_status()

    async def terms(self) -> str:
        """The version of the terms that holds."""
        return str((await self._http.get("/v1/terms")).json()["version"])

    async def knock(self, who: Somebody) -> None:
        """Wrong passwords until the log-in is blocked, and recoveries with the wrong details until they are."""
        self._http.cookies.clear()
        wrong = {"cpf_or_cnpj": who.document, "password": "não-é-esta"}
        details = {"cpf_or_cnpj": who.document, "email": "outro@exemplo.test", "phone": phone(8, who.number)}
        for miss in MISSES:
            await self.ask(f"log-in: wrong password, {miss}", who, "POST", "/v1/sessions", wrong)
        for miss in MISSES:
            await self.ask(f"recovery: other details, {miss}", who, "POST", "/v1/recoveries", details)


@asynccontextmanager
async def identity(admin: str) -> AsyncIterator[tuple[str, str]]:
    """A running identity service and its database; both are gone afterwards."""
    name, port = f"bench_{uuid4().hex[:8]}", free_port()
    server = await asyncpg.connect(admin)
    url = admin.rsplit("/", 1)[0] + f"/{name}"
    await server.execute(f"create database {name}")
    await migrate(url, "current_user", [KERNEL, ROOT / "migrations"])
    environment = os.environ | _settings(url, port)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.identity", "api", env=environment, stdout=asyncio.subprocess.DEVNULL, cwd=HERE.parent
    )
    try:
        await _ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", url
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        await server.execute(f"drop database if exists {name} with (force)")
        await server.close()


def _settings(database_url: str, port: int) -> dict[str, str]:
    """What the service must be told; its secrets are made for this run."""
    keys = {name: f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}" for name in ("PERSON_KEYS", "IDENTITY_KEKS")}
    return keys | {
        "ENVIRONMENT": "test",
        "IDENTITY_DATABASE_URL": database_url,
        "IDENTITY_SERVICE_KEY": new_key(),
        "IDENTITY_SERVICE_JWKS": '{"keys": []}',
        "IDENTITY_PEPPER": secrets.token_urlsafe(48),
        "GD_PORT_IDENTITY": str(port),
        "LOG_LEVEL": "error",
    }


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_READY_SECONDS), httpx.AsyncClient(base_url=url) as http:
        while process.returncode is None:
            try:
                if (await http.get("/health/live")).is_success:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    message = "identity did not start"
    raise RuntimeError(message)


async def run(admin: str, tries: int) -> tuple[list[Compared], str]:
    """Ask for everybody once, in an order that chance decides; answers one row for each kind of request."""
    async with identity(admin) as (url, database_url):
        database = await asyncpg.connect(database_url)
        asker = Asker(url, database)
        try:
            terms = await asker.terms()
            for number in range(tries):
                await asker.register(Somebody("registered", number), terms)
            await database.execute("delete from mails; delete from attempts")
            asker.seen.clear()
            for number in range(tries):
                for group in random.sample(GROUPS, len(GROUPS)):
                    await asker.walk(Somebody(group, number))
                    await asker.knock(Somebody(group, number))
            version = await database.fetchval("show server_version")
        finally:
            await asker.close()
            await database.close()
    rows = [compare(step, *(seen.seconds[group] for group in GROUPS), same_words=_alike(seen)) for step, seen in asker.seen.items()]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, PostgreSQL {version}"
    return rows, f"{tries} tries of each group. {machine}, load {os.getloadavg()[1]:.1f}."


def _alike(seen: Seen) -> bool:
    """Whether every group was told the same, numbers and dates apart."""
    return len({frozenset(said) for said in seen.said.values()}) == 1


def table(rows: Sequence[Compared]) -> str:
    """The rows as people read them."""
    heads = ("request", "words and status", "median registered", "median unknown", "difference", "AUC", "p (U)", "KS D", "p (KS)")
    lines = [f"| {' | '.join((*heads, 'chance: AUC', 'chance: KS D'))} |", "|" + "---|" * (len(heads) + 2)]
    lines += [row.line() for row in rows]
    return "\n".join(lines)


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(prog="bench.enumeration", description=__doc__)
    parser.add_argument(
        "--admin", default=os.environ.get("BENCH_ADMIN_URL"), help="a superuser's PostgreSQL address; default: the local one"
    )
    parser.add_argument("--tries", type=int, default=500, help="people of each group")
    parser.add_argument("--keep", action="store_true", help="write bench/enumeration.md and bench/enumeration.json")
    chosen = parser.parse_args()
    rows, machine = uvloop.run(run(chosen.admin or admin_url(Home.from_environment()), chosen.tries))
    print(f"{machine}\n\n{table(rows)}")
    if chosen.keep:
        page = HERE / "enumeration.md"
        head, mark, _ = page.read_text(encoding="utf-8").partition("<!-- table -->")
        page.write_text(f"{head}{mark}\n{machine}\n\n{table(rows)}\n", encoding="utf-8")
        (HERE / "enumeration.json").write_text(json.dumps([row.figures() for row in rows], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
