"""How much one transaction may append: a hundred times; many streams in one statement count once."""

from uuid import uuid4

import pytest

from shared.eventsourcing.bulk import Appending, append_many
from shared.eventsourcing.limit import MAXIMUM_APPENDS, TooManyAppends
from shared.eventsourcing.transaction import transact
from shared.postgres import Db
from tests.component.stream.counters import CAUSE, STORE, CounterMoved
from tests.conftest import Database


async def test_a_hundred_appends_in_a_transaction_and_not_one_more(database: Database) -> None:
    async def append(db: Db, times: int) -> None:
        for _ in range(times):
            await STORE.append(db, f"counter-{uuid4()}", [CounterMoved(by=1)], expected=0, cause=CAUSE)

    async with database.pool() as pool:
        with pytest.raises(TooManyAppends):
            await transact(pool, lambda db: append(db, MAXIMUM_APPENDS + 1))
        assert await pool.fetchval("select count(*) from events") == 0
        for _ in range(2):
            await transact(pool, lambda db: append(db, MAXIMUM_APPENDS))
        assert await pool.fetchval("select count(*) from events") == 2 * MAXIMUM_APPENDS


async def test_many_streams_in_one_statement_are_one_append(database: Database) -> None:
    batch = [Appending(f"counter-{uuid4()}", 0, [CounterMoved(by=1)]) for _ in range(3 * MAXIMUM_APPENDS)]

    async def twice(db: Db) -> None:
        await append_many(db, STORE, batch, CAUSE)
        await append_many(db, STORE, [Appending(one.stream, 1, one.events) for one in batch], CAUSE)

    async with database.pool() as pool:
        await transact(pool, twice)
        assert await pool.fetchval("select count(*) from events") == 6 * MAXIMUM_APPENDS
