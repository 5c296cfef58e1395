"""A transaction whose BEGIN and COMMIT take a statement along: what fails is undone and told, and the connection is clean afterwards."""

import asyncio
import contextlib
from collections.abc import Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.eventsourcing.transaction import transact, transact_in_block
from shared.http.idempotency import IdempotencyKeyReused, Once, Reply, StillRunning
from shared.postgres import LOST, Block, Db, Pool, Undone, literal, savepoint
from tests.component.stream.counters import CAUSE, STORE, CounterMoved
from tests.conftest import Database

type Part = Callable[[Db], contextlib.AbstractAsyncContextManager[None]]


async def append(db: Db) -> str:
    stream = f"counter-{uuid4()}"
    await STORE.append(db, stream, [CounterMoved(by=1)], expected=0, cause=CAUSE)
    return stream


async def stored(pool: Pool) -> int:
    """How many events there are, asked on a connection that was used before: it must not be in a transaction any more."""
    count: int = await pool.fetchval("select count(*) from events")
    return count


async def test_a_failed_statement_that_was_swallowed_does_not_pass_for_done(database: Database) -> None:
    async def work(db: Db) -> None:
        await append(db)
        with contextlib.suppress(asyncpg.DivisionByZeroError):
            await db.execute("select 1 / 0")

    async with database.pool() as pool:
        with pytest.raises(Undone):
            await transact(pool, work)
        assert await stored(pool) == 0


async def test_what_fails_along_with_begin_is_told_and_nothing_was_begun(database: Database) -> None:
    async def work(block: Block) -> None:
        await append(block.db)

    async with database.pool() as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await transact_in_block(pool, work, first="select 1 / 0")
        assert await stored(pool) == 0


async def test_what_fails_along_with_commit_undoes_the_whole(database: Database) -> None:
    async def work(block: Block) -> None:
        await append(block.db)
        block.last = "select 1 / 0"

    async with database.pool() as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await transact_in_block(pool, work)
        assert await stored(pool) == 0
        await transact(pool, append)
        assert await stored(pool) == 1


async def test_who_is_cancelled_leaves_nothing_and_a_clean_connection(database: Database) -> None:
    appended = asyncio.Event()

    async def work(db: Db) -> None:
        await append(db)
        appended.set()
        await db.execute("select pg_sleep(30)")

    async with database.pool() as pool:
        task = asyncio.ensure_future(transact(pool, work))
        await appended.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await stored(pool) == 0
        assert await pool.fetchval("select count(*) from pg_stat_activity where state like 'idle in transaction%'") == 0


@pytest.mark.parametrize("part", [contextlib.nullcontext, savepoint], ids=["whole", "part"])
async def test_what_led_to_the_end_is_told_not_that_the_connection_was_gone_by_then(database: Database, part: Part) -> None:
    async def work(db: Db) -> None:
        async with part(db):
            await append(db)
            with contextlib.suppress(*LOST):
                await db.execute("select pg_terminate_backend(pg_backend_pid())")
            raise LookupError

    async with database.pool() as pool:
        with pytest.raises(LookupError):
            await transact(pool, work)
        assert await stored(pool) == 0


async def test_a_part_that_fails_is_undone_alone_also_inside_another(database: Database) -> None:
    async def work(db: Db) -> list[str]:
        kept = [await append(db)]
        async with savepoint(db):
            kept.append(await append(db))
            with contextlib.suppress(asyncpg.DivisionByZeroError):
                async with savepoint(db):
                    await append(db)
                    await db.execute("select 1 / 0")
        return kept

    async with database.pool() as pool:
        kept = await transact(pool, work)
        assert [row["stream"] for row in await pool.fetch("select stream from events order by position")] == kept


@pytest.mark.parametrize("text", ["it's", "''", "\\'; drop table events; --", 'a"b', "\\x41", "$1", "ação"])
async def test_a_literal_is_the_text_itself(database: Database, text: str) -> None:
    async with database.pool() as pool:
        assert await transact(pool, lambda db: db.fetchval(f"select {literal(text)}")) == text


def test_a_text_that_no_column_holds_is_no_literal() -> None:
    with pytest.raises(ValueError, match="NUL"):
        literal("a\0b")


@pytest.mark.parametrize("key", ["key-key-key", "it's;--'\\", "\\\\'''$$''"])
async def test_a_deed_is_done_once_under_any_key(database: Database, key: str) -> None:
    made = uuid4()
    once = Once(f"person:{uuid4()}", key, b"\x00\xff'")

    async def work(db: Db) -> Reply:
        return Reply(201, f"/v1/it's/{made}", {"id": str(made), "stream": await append(db)}, 1)

    async with database.pool() as pool:
        first = await once.transact(pool, work)
        assert await once.transact(pool, work) == first
        assert UUID(first.ids["id"]) == made
        assert await stored(pool) == 1
        with pytest.raises(IdempotencyKeyReused):
            await Once(once.actor, once.key, b"another").transact(pool, work)


async def test_while_one_is_at_it_the_other_is_told_and_takes_over_when_the_first_gave_up(database: Database) -> None:
    once = Once(f"person:{uuid4()}", "key-key-key", b"fingerprint")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def gives_up(db: Db) -> Reply:
        await append(db)
        begun.set()
        await go_on.wait()
        raise LookupError

    async def work(db: Db) -> Reply:
        return Reply(201, None, {"stream": await append(db)}, 1)

    async with database.pool() as pool:
        task = asyncio.ensure_future(once.transact(pool, gives_up))
        await begun.wait()
        with pytest.raises(StillRunning):
            await once.transact(pool, work)
        go_on.set()
        with pytest.raises(LookupError):
            await task
        reply = await once.transact(pool, work)
        assert [row["stream"] for row in await pool.fetch("select stream from events")] == [reply.ids["stream"]]
