"""Records of other systems: a client that hangs is made anew, and who is cut off from the broker does not say that it is at the end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from shared.eventsourcing.ingress import IngressReader
from shared.kafka import ensure_topics
from shared.postgres import Db, Pool
from shared.service import Ingress
from tests.component.stream.counters import KEYS, eventually, running, send, send_named
from tests.component.stream.hanging import clients, nothing, waits
from tests.conftest import Database

INGRESS = "shared.eventsourcing.ingress"


async def note(db: Db, key: bytes, _: Mapping[str, Any]) -> None:
    """Takes a record: a row of its key."""
    await db.execute("insert into taken values ($1)", key.decode())


@asynccontextmanager
async def reading(database: Database, kafka: str) -> AsyncIterator[tuple[str, Pool, IngressReader]]:
    """A source's name, and who reads its topic into the table `taken`."""
    source = f"elsewhere{uuid4().hex[:10]}"
    await ensure_topics(kafka, {f"{source}.counter": {}})
    async with database.connect_as_migrator() as db:
        await db.execute(f"create table taken (key text); grant all on taken to {database.app_role}")
    async with database.pool() as pool:
        sources = [Ingress(f"{source}.counter", note)]
        yield source, pool, IngressReader(group=f"{source}.ingress", sources=sources, pool=pool, keys=KEYS, bootstrap=kafka)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The readers look often and wait seconds."""
    monkeypatch.setattr("shared.eventsourcing.watch.STUCK_AFTER", 2.0)
    monkeypatch.setattr("shared.eventsourcing.ingress._NOTE_SECONDS", 0.2)
    return monkeypatch


@pytest.mark.parametrize(
    ("call", "does"), [("start", waits), ("commit", waits), ("position", waits), ("getmany", waits), ("getmany", nothing)]
)
async def test_a_client_that_hangs_or_brings_nothing_is_made_anew(
    database: Database, kafka: str, impatient: pytest.MonkeyPatch, call: str, does: Any
) -> None:
    made = clients(impatient, INGRESS, {call: does})
    async with reading(database, kafka) as (source, pool, reader), running(reader):
        for key in (b"one", b"two"):
            await send(kafka, source, key=key, value=b"{}", headers=[])
            await eventually(pool, f"select count(*) > 0 from taken where key = '{key.decode()}'", True, 40)
    assert len(made) == 2


async def test_who_is_given_nothing_is_at_the_end_only_where_nothing_lies_before_it(
    database: Database, kafka: str, impatient: pytest.MonkeyPatch
) -> None:
    made = clients(impatient, INGRESS, {"getmany": nothing}, all_of_them=True)
    async with reading(database, kafka) as (source, pool, reader):
        await send(kafka, source, key=b"one", value=b"{}", headers=[])
        async with running(reader):
            await eventually(pool, "select count(*) from reader_progress", 11)
            async with asyncio.timeout(20):
                while len(made) < 2:
                    await asyncio.sleep(0.1)
            assert await pool.fetchval("select count(*) from reader_progress") == 11


async def test_a_header_whose_name_is_not_utf8_stops_nobody(database: Database, kafka: str) -> None:
    async with reading(database, kafka) as (source, pool, reader), running(reader):
        await send_named(kafka, source, "situação".encode("latin-1"), key="one", value=b"{}", headers=[("x-source", b"1")])
        await send_named(kafka, source, b"\xff", key="two", value=b"not json", headers=[])
        await send(kafka, source, key=b"three", value=b"{}", headers=[])
        await eventually(pool, "select count(*) from taken", 2)
        await eventually(pool, "select count(*) from parked_records", 1)
