"""What a filing asks before it decides: each thing once, in few statements; and old news are refused before anything is told."""

from uuid import uuid4

from asyncpg.connection import LoggedQuery

from shared.testing.running import Running
from tests.component.requests import journey as j

ASKED = (
    "select exists (select 1 from ended_sessions",
    "begin isolation level read committed;select where idempotency_unseen",
    "with record as",
    "select case version when 1",
    "with profile as",
    "insert into protocol_numbers",
)
"""The session; the key; who acts, for which unit; what they have drafted, and its key; what else there is; the number, last of all."""


async def test_a_filing_asks_six_times_before_it_decides(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.prepared(rui)
    asked: list[LoggedQuery] = []
    async with door.parts.platform.pool.acquire() as db:
        db.add_query_logger(asked.append)  # the pool hands out last what was given back last
    assert (await rui.post(f"{path}/filing")).status_code == 201
    queries = [one.query for one in asked]
    before = queries[: next(n for n, query in enumerate(queries) if "insert into events" in query)]
    assert [query for query, begins in zip(before, ASKED, strict=True) if not query.startswith(begins)] == []


async def test_old_news_are_refused_before_it_is_told_whether_a_request_is_there(door: Running) -> None:
    rui, clara = j.walker(door, j.RUI), j.walker(door, j.CLARA)
    path = await j.prepared(rui)
    for who, where in ((rui, path), (clara, path), (rui, f"/v1/budget-requests/{uuid4()}")):
        expected = 201 if who is rui and where is path else 404
        async with door.parts.platform.pool.acquire() as db:
            await db.execute("update reader_progress set caught_up_at = clock_timestamp() - interval '11 seconds'")
        assert (await who.post(f"{where}/filing")).json()["code"] == "session-unknown"
        async with door.parts.platform.pool.acquire() as db:
            await db.execute("update reader_progress set caught_up_at = clock_timestamp() where reader like '%|identity.session|%'")
        assert (await who.post(f"{where}/filing")).json()["code"] == "access-unknown"
        async with door.parts.platform.pool.acquire() as db:
            await db.execute("update reader_progress set caught_up_at = clock_timestamp() + interval '10 minutes'")
        assert (await who.post(f"{where}/filing")).status_code == expected
