"""Nothing that commits late is lost: the gap and order cases, with explicit transactions."""

import asyncio
import json
import random
from uuid import uuid4

import asyncpg
import pytest

from shared.postgres import Db
from tests.component.store.readers import horizon_reader, naive_reader, one_statement_reader
from tests.conftest import Database

INSERT = (
    "insert into events (stream, version, id, type, schema, data, metadata) values ($1, $2, $3, 'Tried', 1, '{}', $4) returning position"
)


async def insert(db: Db, stream: str | None = None, version: int = 1) -> int:
    """One event; answers its position."""
    position: int = await db.fetchval(INSERT, stream or f"trial-{uuid4()}", version, uuid4(), json.dumps({}))
    return position


async def test_an_append_in_flight_holds_the_horizon_and_is_read_once_committed(database: Database) -> None:
    async with database.connect() as slow, database.connect() as fast, database.connect() as reader:
        transaction = slow.transaction()
        await transaction.start()
        first = await insert(slow)
        second = await insert(fast)
        assert await horizon_reader(reader, 0) == []
        await transaction.commit()
        assert await horizon_reader(reader, 0) == [first, second]


async def test_commits_out_of_order_are_read_in_position_order(database: Database) -> None:
    async with database.connect() as a, database.connect() as b, database.connect() as c, database.connect() as reader:
        transactions = [db.transaction() for db in (a, b, c)]
        positions = []
        for db, transaction in zip((a, b, c), transactions, strict=True):
            await transaction.start()
            positions.append(await insert(db))
        await transactions[2].commit()
        assert await horizon_reader(reader, 0) == []
        await transactions[0].commit()
        assert await horizon_reader(reader, 0) == positions[:1]
        await transactions[1].commit()
        assert await horizon_reader(reader, positions[0]) == positions[1:]


async def test_a_rolled_back_append_leaves_a_hole_and_stalls_nobody(database: Database) -> None:
    async with database.connect() as a, database.connect() as b, database.connect() as reader:
        transaction = a.transaction()
        await transaction.start()
        await insert(a)
        kept = await insert(b)
        await transaction.rollback()
        assert await horizon_reader(reader, 0) == [kept]


async def test_a_killed_append_leaves_a_hole_and_stalls_nobody(database: Database) -> None:
    async with database.connect() as a, database.connect() as b, database.connect() as reader:
        transaction = a.transaction()
        await transaction.start()
        await insert(a)
        kept = await insert(b)
        a.terminate()
        async with asyncio.timeout(5):
            while await horizon_reader(reader, 0) != [kept]:
                await asyncio.sleep(0.02)


async def test_an_open_transaction_that_appends_nothing_stalls_nobody(database: Database) -> None:
    async with database.connect() as other, database.connect() as b, database.connect() as reader:
        await other.execute("begin; insert into timers values ('trial', 'trial', now())")
        kept = await insert(b)
        assert await horizon_reader(reader, 0) == [kept]
        await other.execute("rollback")


async def test_versions_of_one_stream_are_read_in_order(database: Database) -> None:
    stream = f"trial-{uuid4()}"
    async with database.connect() as a, database.connect() as b, database.connect() as reader:
        transaction = a.transaction()
        await transaction.start()
        first = await insert(a, stream, 1)
        waiting = asyncio.create_task(insert(b, stream, 1))
        await asyncio.sleep(0.1)
        await transaction.commit()
        with pytest.raises(asyncpg.UniqueViolationError):
            await waiting
        second = await insert(b, stream, 2)
        assert await horizon_reader(reader, 0) == [first, second]


async def test_the_naive_reader_is_seen_to_lose(database: Database) -> None:
    async with database.connect() as slow, database.connect() as fast, database.connect() as reader:
        transaction = slow.transaction()
        await transaction.start()
        late = await insert(slow)
        early = await insert(fast)
        seen = await naive_reader(reader, 0)
        await transaction.commit()
        seen += await naive_reader(reader, seen[-1])
        assert seen == [early]
        assert late not in seen


async def test_horizon_and_rows_in_one_statement_are_seen_to_lose(database: Database) -> None:
    async with database.connect() as slow, database.connect() as fast, database.connect() as reader:
        transaction = slow.transaction()
        await transaction.start()
        late = await insert(slow)
        early = await insert(fast)
        reading = asyncio.create_task(one_statement_reader(reader, 0))
        await asyncio.sleep(0.2)
        await transaction.commit()
        seen = await reading
        assert seen == [early]
        seen += await horizon_reader(reader, seen[-1])
        assert late not in seen


async def slowed(database: Database, *, turned_round: bool) -> None:
    """`slow_after`: `events_after` with a pause between the two looks of the horizon, which it takes as it does or the other way round."""
    async with database.connect_as_migrator() as db:
        body: str = await db.fetchval("select prosrc from pg_proc where proname = 'events_horizon'")
        first, second = sorted(body.index(look) for look in ("top := coalesce(", "select min("))
        before, one, other, after = body[:first], body[first:second], body[second : (end := body.index("return least("))], body[end:]
        if turned_round:
            one, other = other, one
        await db.execute(
            "create function slow_horizon() returns bigint language plpgsql volatile as"
            f" $${before}{one} perform pg_sleep(1); {other}{after}$$;"
            " create function slow_after() returns setof bigint language plpgsql volatile as $$"
            " declare top bigint := slow_horizon();"
            " begin return query select position from events where position <= top order by position; end $$"
        )


async def read_while_appending(database: Database) -> tuple[list[int], list[int]]:
    """What the slowed reader sees of one append that commits and one that is in flight, both begun in its pause; and their positions."""
    async with database.connect() as slow, database.connect() as fast, database.connect() as reader:
        reading = asyncio.create_task(reader.fetch("select slow_after()"))
        await asyncio.sleep(0.3)
        transaction = slow.transaction()
        await transaction.start()
        positions = [await insert(slow), await insert(fast)]
        seen = [row[0] for row in await reading]
        await transaction.commit()
        return seen, positions


async def test_what_begins_between_the_two_looks_of_the_horizon_is_not_lost(database: Database) -> None:
    await slowed(database, turned_round=False)
    seen, _ = await read_while_appending(database)
    assert seen == []


async def test_locks_first_and_sequence_second_are_seen_to_lose(database: Database) -> None:
    await slowed(database, turned_round=True)
    seen, [late, early] = await read_while_appending(database)
    assert (seen, late < early) == ([early], True)


async def test_the_horizon_refuses_a_repeatable_read(database: Database) -> None:
    async with database.connect() as db:
        with pytest.raises(asyncpg.RaiseError):
            async with db.transaction(isolation="repeatable_read"):
                await horizon_reader(db, 0)


async def test_the_app_role_may_neither_change_nor_remove_an_event(database: Database) -> None:
    async with database.connect() as db:
        await insert(db)
        for statement in ("update events set type = 'Other'", "delete from events", "truncate events"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.execute(statement)


async def test_many_writers_and_readers_lose_nothing(database: Database) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    stored: set[int] = set()
    seen: list[list[int]] = [[], []]
    over = asyncio.Event()

    async def write() -> None:
        async with database.connect() as db:
            for _ in range(150):
                transaction = db.transaction()
                await transaction.start()
                positions = [await insert(db) for _ in range(chance.randrange(1, 3))]
                if chance.random() < 0.05:
                    await asyncio.sleep(chance.random() * 0.02)
                if chance.random() < 0.15:
                    await transaction.rollback()
                else:
                    await transaction.commit()
                    stored.update(positions)

    async def read(into: list[int]) -> None:
        async with database.connect() as db:
            while True:
                done = over.is_set()
                new = await horizon_reader(db, into[-1] if into else 0)
                into += new
                if done and not new:
                    return

    readers = [asyncio.create_task(read(into)) for into in seen]
    await asyncio.gather(*(write() for _ in range(8)))
    over.set()
    await asyncio.gather(*readers)
    for into in seen:
        assert into == sorted(stored), f"seed {seed}"
