"""Filing, a queue's page and tracking at 200 requests a second, against a bare FastAPI and asyncpg route that does one statement."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from bench import bare_app, plain_tables
from bench.load import Asked, Door, at_rate
from bench.place import SERVERS, connected
from bench.rounds import Measured, Plan, at_most, beside, in_turn, percentile
from bench.stored import fill_events
from bench.story import CPF, Draft, drafts
from deploy.local import services
from deploy.local.answers import free_port
from deploy.local.environment import of_service
from deploy.local.home import LOOPBACK, ROOT, Home
from deploy.local.program import Program
from deploy.local.servers.postgres import admin_url
from deploy.local.servers.s3 import make_buckets
from deploy.local.supervisor import Supervisor
from shared.testing.tokens import Issuer

PER_SECOND, MODEST = 200, 50
_REVIEWS = """
insert into {table} ({columns}) select uuidv7(), 'triage', lpad(n::text, 14, '0'), now() - n * interval '1 minute', current_date,
 'waiting', 5{more} from generate_series(1, 2000) n"""
_OLD_REQUESTS = """
insert into budget_requests (request_id, unit_id, unit_number, holder_id, started_by, state, is_open, protocol, motive, purpose, porte,
  installed_kw, filed_at, started_at, moved_at, version)
select uuidv7(), gen_random_uuid(), lpad(n::text, 10, '0'), gen_random_uuid(), gen_random_uuid(), 'connected', false,
  lpad(n::text, 15, '0'), 'ligacao-nova', 'geracao', 'micro', 5, now() - n * interval '1 minute', now() - n * interval '1 minute', now(), 40
  from generate_series(1, $1::bigint) n"""
_OLD_REVIEWS = """
insert into reviews (review_id, kind, subject_stream, submission, protocol, filed_at, due_on, parties, documents, state, outcome,
  concluded_at, opened_at, version)
select uuidv7(), 'triage', 'budget-request-' || gen_random_uuid(), 1, lpad(n::text, 15, '0'), now() - n * interval '1 minute',
  current_date, '{}', 5, 'concluded', 'accepted', now(), now(), 4 from generate_series(1, $1::bigint) n"""
_OLD_FILINGS = """
insert into bare_filings (request_id, key, protocol, filed_at)
select uuidv7(), gen_random_uuid()::text, lpad(n::text, 15, '0'), now() - n * interval '1 minute' from generate_series(1, $1::bigint) n"""
_OLD_BARE_REVIEWS = """
insert into bare_reviews (review_id, kind, protocol, filed_at, due_on, state, documents)
select uuidv7(), 'concluded', lpad(n::text, 15, '0'), now() - n * interval '1 minute', current_date, 'concluded', 5
  from generate_series(1, $1::bigint) n"""
_STAFF = uuid4()


@dataclass(frozen=True)
class Doors:
    """Requests, the back office, and what they are held against; with an issuer that both services believe."""

    requests: Door
    backoffice: Door
    bare: Door
    issuer: Issuer
    filings: Sequence[Draft]
    bare_url: str


@contextlib.asynccontextmanager
async def opened(home: Home, filings: int, *, worker: bool = False) -> AsyncIterator[Doors]:
    """The two services' doors and the bare application, each a process of its own, over the same PostgreSQL; a worker where asked for."""
    issuer, bare_port = Issuer(), free_port()
    jwks = json.dumps({"keys": [issuer._key.as_dict(private=False)]})
    bare_url = await _bare_database(home)
    await asyncio.to_thread(_migrate, home)
    files = f"http://{LOOPBACK}:{home.ports['s3']}"
    more_told = {"IDENTITY_JWKS_URL": f"http://{LOOPBACK}:{bare_port}/jwks", "S3_PUBLIC_URL": files}
    told = {name: {**of_service(home, name), **more_told} for name in ("requests", "backoffice")}
    async with connected(admin_url(home, "backoffice")) as db:
        columns = "review_id, kind, protocol, filed_at, due_on, state, documents, subject_stream, submission, parties, opened_at, version"
        more = ", 'budget-request-' || uuidv7(), 1, '{}', now(), 1"
        await db.execute(_REVIEWS.format(table="reviews", columns=columns, more=more))
    os.environ.update(told["requests"])
    made = await drafts(filings) if filings else []
    bare = {**os.environ, "BENCH_URL": bare_url, "BENCH_JWKS": jwks, "BENCH_PORT": str(bare_port)}
    commands: list[tuple[str, list[str], Mapping[str, str]]] = [("bench.bare_app", [], bare)]
    ours = [(f"services.{name}", ["api"], told[name]) for name in told]
    if worker:
        supervised = _supervised(home, [*ours, ("services.requests", ["worker"], told["requests"])])
    else:
        supervised, commands = [], [*commands, *ours]
    processes = [_started(home, module, words, env) for module, words, env in commands]
    ports = (home.ports["requests"], home.ports["backoffice"], bare_port)
    doors = [Door(LOOPBACK, port) for port in ports]
    try:
        for door, path in zip(doors, ("/health/ready", "/health/ready", "/jwks"), strict=True):
            await _answers(door, path)
        yield Doors(doors[0], doors[1], doors[2], issuer, made, bare_url)
    finally:
        for door in doors:
            door.close()
        for name in supervised:
            Supervisor(home).stop(name)
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)


async def _bare_database(home: Home) -> str:
    """What the bare application answers from; its address."""
    name = f"bare_{uuid4().hex[:8]}"
    async with connected(admin_url(home)) as server:
        await server.execute(f"create database {name}")
    url = admin_url(home, name)
    async with connected(url) as db:
        await db.execute(bare_app.TABLES)
        columns = "review_id, kind, protocol, filed_at, due_on, state, documents"
        await db.execute(_REVIEWS.format(table="bare_reviews", columns=columns, more=""))
    return url


def _started(home: Home, module: str, words: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    with (home.logs / f"{module}-{'-'.join(words)}.log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", module, *words], env=environment, cwd=ROOT, stdout=log, stderr=log)


def _supervised(home: Home, commands: Sequence[tuple[str, list[str], Mapping[str, str]]]) -> list[str]:
    """In one session with the servers, as `make up` has them: the scheduler heeds who stands back only within a session."""
    programs = [
        Program(f"{module}-{words[0]}".replace(".", "-"), [sys.executable, "-m", module, *words], lambda _: True, (), environment=env)
        for module, words, env in commands
    ]
    supervisor = Supervisor(home)
    supervisor.start([*(server.program(home) for server in SERVERS), *programs])
    for program in programs:
        supervisor.launch(program.name)
    return [program.name for program in programs]


def _migrate(home: Home) -> None:
    services.make_databases(home)
    make_buckets(home)
    for name in ("requests", "backoffice"):
        services.run(home, name, ["migrate"])


async def _answers(door: Door, path: str) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if (await door.send(Asked("GET", path)))[0] == 200:
                    return
            await asyncio.sleep(0.1)


async def measure(home: Home, plan: Plan, stored: int = 0) -> list[Measured]:
    """The three routes, each beside its bare likeness; with so many events, requests and reviews stored, filing at the modest rate only."""
    seconds = max(4 * plan.scale, 1)
    paces = (MODEST,) if stored else (MODEST, PER_SECOND)
    async with opened(home, sum(int(pace * seconds) for pace in paces) * (plan.rounds + 1)) as doors:
        if stored:
            await _fill(home, doors, stored)
        rows = await _filings(plan, doors, paces, seconds, by_hand=not stored)
        staff = doors.issuer.staff(_STAFF, "reviewer")
        page = Asked("GET", "/v1/queues/triage/reviews?limit=50", staff)
        rows.append(
            await _beside(
                plan, "queue page", (doors.backoffice, lambda _: page, 200), (doors.bare, lambda _: Asked("GET", "/queue"), 200), seconds
            )
        )
        filed = await _protocols(admin_url(home, "requests"), "select protocol from budget_requests where is_open and protocol is not null")
        bare_filed = await _protocols(doors.bare_url, "select protocol from bare_filings order by filed_at desc limit 1000")
        rows.append(
            await _beside(
                plan,
                "tracking",
                (doors.requests, tracking("/v1/tracking", filed), 200),
                (doors.bare, tracking("/tracking", bare_filed), 200),
                seconds,
            )
        )
        return rows


async def _fill(home: Home, doors: Doors, rows: int) -> None:
    """Concluded requests and reviews of other years, and as many events; in the bare tables as many rows."""
    async with connected(admin_url(home, "requests")) as db:
        await fill_events(db, rows)
        await db.execute(_OLD_REQUESTS, rows)
        await db.execute("vacuum analyze events, budget_requests")
    async with connected(admin_url(home, "backoffice")) as db:
        await db.execute(_OLD_REVIEWS, rows)
        await db.execute("vacuum analyze reviews")
    async with connected(doors.bare_url) as db:
        await db.execute(_OLD_FILINGS, rows)
        await db.execute(_OLD_BARE_REVIEWS, rows)
        await db.execute("vacuum analyze bare_filings, bare_reviews")


type Side = tuple[Door, Callable[[int], Asked], int]


async def _filings(plan: Plan, doors: Doors, paces: Sequence[int], seconds: float, *, by_hand: bool) -> list[Measured]:
    """Ours beside the bare insert, whose rows come first; and, in the same rounds, beside the same written by hand."""
    rui = doors.issuer.person(doors.filings[0].filer)
    sides: list[Side] = [(doors.requests, _filing(doors, "/v1/budget-requests/{}/filing", rui), 201), (doors.bare, _bare_filing, 201)]
    if by_hand:
        async with connected(doors.bare_url) as db:
            await plain_tables.fill(db, [draft.request_id for draft in doors.filings], doors.filings[0].filer)
        sides.append((doors.bare, _filing(doors, "/filings-by-hand/{}", rui), 201))
    rows, read = [], []
    for pace in paces:
        ours, bare, *plain = await _in_turn(plan, sides, seconds, pace)
        rows.append(at_most(_named("filing", pace), list(zip(ours, bare, strict=True)), 2))
        read += [beside(_by_hand(pace), list(zip(ours, theirs, strict=True))) for theirs in plain]
    return rows + read


def _filing(doors: Doors, path: str, rui: Mapping[str, str]) -> Callable[[int], Asked]:
    """Files one draft after another, each once."""
    left = iter(doors.filings)
    return lambda _: Asked("POST", path.format(next(left).request_id), {**rui, "idempotency-key": str(uuid4())})


async def _beside(plan: Plan, name: str, ours: Side, peer: Side, seconds: float) -> Measured:
    mine, theirs = await _in_turn(plan, (ours, peer), seconds, PER_SECOND)
    return at_most(_named(name, PER_SECOND), list(zip(mine, theirs, strict=True)), 2)


async def _in_turn(plan: Plan, sides: Sequence[Side], seconds: float, per_second: int) -> list[list[float]]:
    async def p99(side: Side, length: float = seconds) -> float:
        door, ask, status = side
        return percentile(await at_rate(door, ask, status, per_second, length), 0.99)

    for side in sides:
        await p99(side, seconds / 2)
    return await in_turn(plan, *(partial(p99, side) for side in sides))


def _named(name: str, per_second: int) -> str:
    return f"{name} at {per_second} requests/s / bare FastAPI and asyncpg route, p99 ms"


def _by_hand(per_second: int) -> str:
    return f"filing at {per_second} requests/s / the same written by hand (FastAPI, asyncpg, SQL), p99 ms"


def _bare_filing(_: int) -> Asked:
    return Asked("POST", f"/filings/{uuid4()}")


def tracking(path: str, protocols: Sequence[str]) -> Callable[[int], Asked]:
    """Asks for these protocols in turn."""

    def ask(number: int) -> Asked:
        body: Mapping[str, str] = {"protocol": protocols[number % len(protocols)], "cpf_or_cnpj": CPF}
        return Asked("POST", path, {}, json.dumps(body).encode())

    return ask


async def _protocols(url: str, query: str) -> Sequence[str]:
    async with connected(url) as db:
        return [row[0] for row in await db.fetch(query)]
