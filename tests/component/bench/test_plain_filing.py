"""The filing that is written by hand does what ours does, as often and for the same people: else it would be no measure."""

import json
from collections.abc import AsyncIterator, Mapping
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bench import bare_app, plain_tables
from shared.protocols import valid_protocol
from shared.testing.tokens import Issuer
from tests.infra.servers import Servers

ISSUER, RUI = Issuer(), uuid4()
WRITTEN = {"clocks": 2, "timers": 2, "papers": 2, "outbox": 2, "timeline": 1, "audit": 1, "idempotency": 1}

type Db = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def db(infrastructure: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Db]:
    """The bare application's database, of this test alone."""
    name, admin = f"plain_{uuid4().hex[:8]}", infrastructure["TEST_POSTGRES_URL"]
    server = await asyncpg.connect(admin)
    await server.execute(f"create database {name}")
    connection = await asyncpg.connect(admin, database=name)
    monkeypatch.setenv("BENCH_URL", str(httpx.URL(admin).copy_with(path=f"/{name}")))
    monkeypatch.setenv("BENCH_JWKS", json.dumps({"keys": [ISSUER._key.as_dict(private=False)]}))
    yield connection
    await connection.close()
    await server.execute(f"drop database {name} with (force)")
    await server.close()


@pytest.fixture
async def door(db: Db) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - its address is in the environment
    """The bare application."""
    transport = httpx.ASGITransport(bare_app.app)
    async with bare_app.connected(bare_app.app), httpx.AsyncClient(transport=transport, base_url="http://bare") as client:
        yield client


async def filed(door: httpx.AsyncClient, request: UUID, who: Mapping[str, str], key: str | None = None) -> httpx.Response:
    """One filing."""
    return await door.post(f"/filings-by-hand/{request}", headers={**who, "Idempotency-Key": key or str(uuid4())})


async def rows(db: Db) -> Mapping[str, int]:
    """How many rows there are of what a filing writes."""
    return {table: await db.fetchval(f"select count(*) from {table}") for table in WRITTEN}


async def test_a_filing_writes_what_ours_writes_once(db: Db, door: httpx.AsyncClient) -> None:
    first, second = uuid4(), uuid4()
    await plain_tables.fill(db, [first, second], RUI)
    key = str(uuid4())
    answer = await filed(door, first, ISSUER.person(RUI), key)
    assert answer.status_code == 201, answer.text
    assert valid_protocol(answer.json()["protocol"])
    assert await rows(db) == WRITTEN
    again = await filed(door, first, ISSUER.person(RUI), key)
    assert (again.status_code, again.json()) == (201, answer.json())
    assert (await filed(door, first, ISSUER.person(RUI))).status_code == 409
    assert (await filed(door, second, ISSUER.person(RUI), key)).status_code == 422
    assert await rows(db) == WRITTEN
    other = await filed(door, second, ISSUER.person(RUI))
    assert int(other.json()["protocol"][:-1]) == int(answer.json()["protocol"][:-1]) + 1
    assert await rows(db) == {table: 2 * count for table, count in WRITTEN.items()}


@pytest.mark.parametrize(
    ("lost", "status"),
    [
        ("delete from modules", 422),
        ("delete from documents where code = 'MEMORIAL'", 422),
        ("update documents set state = 'infected' where code = 'MEMORIAL'", 422),
        ("update requests set declarations = declarations[2:]", 422),
        ("update requests set contractor = null", 422),
        ("update units set available_kw = 4", 422),
        ("update units set active = false", 422),
        ("update grants set state = 'ended'", 403),
        ("update grants set ends_on = current_date - 2", 403),
        ("update profiles set approved = false", 403),
    ],
)
async def test_what_is_missing_is_found_and_nothing_is_written(db: Db, door: httpx.AsyncClient, lost: str, status: int) -> None:
    request = uuid4()
    await plain_tables.fill(db, [request], RUI)
    await db.execute(lost)
    assert (await filed(door, request, ISSUER.person(RUI))).status_code == status
    assert set((await rows(db)).values()) == {0}


async def test_nobody_else_files_and_no_ended_session_does(db: Db, door: httpx.AsyncClient) -> None:
    request, session = uuid4(), uuid4()
    await plain_tables.fill(db, [request], RUI)
    await db.execute("insert into ended_sessions values ($1, $2, now())", session, RUI)
    assert (await filed(door, request, ISSUER.person(RUI, sid=session))).status_code == 401
    assert (await filed(door, request, Issuer().person(RUI))).status_code == 401
    assert (await filed(door, request, ISSUER.person(uuid4()))).status_code == 403
    assert set((await rows(db)).values()) == {0}
