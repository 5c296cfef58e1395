"""Timers nudge once each, in order of lateness; one that fails does not hold the others."""

import asyncio
from datetime import UTC, datetime, timedelta

from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.timers import Timers, arm, disarm
from shared.postgres import Db
from tests.conftest import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_what_is_due_fires_once_the_latest_first_and_the_rest_waits(database: Database) -> None:
    fired: list[str] = []

    async def fire(_db: Db, stream: str, _now: datetime) -> None:
        fired.append(stream)

    async with database.pool() as pool:
        async with pool.acquire() as db:
            await arm(db, "lapse", "offer-1", NOW - timedelta(minutes=1))
            await arm(db, "lapse", "offer-2", NOW - timedelta(minutes=2))
            await arm(db, "lapse", "offer-3", NOW + timedelta(seconds=1))
            await arm(db, "lapse", "offer-4", NOW - timedelta(minutes=3))
            await disarm(db, "lapse", "offer-4")
            await arm(db, "unknown", "offer-5", NOW - timedelta(days=1))
        timers = Timers(pool, {"lapse": fire}, lambda: NOW)
        while await timers.fire_one():
            pass
        assert fired == ["offer-2", "offer-1"]
        assert await pool.fetchval("select count(*) from timers") == 2


async def test_one_that_fails_is_tried_again_later_and_its_work_is_undone(database: Database) -> None:
    fired: list[str] = []

    async def fire(db: Db, stream: str, _now: datetime) -> None:
        await db.execute("insert into reader_progress values ($1, now())", stream)
        if stream == "offer-1":
            raise Refusal
        if stream == "offer-2":
            await db.execute("select $1::int", 2**40)
        fired.append(stream)

    async with database.pool() as pool:
        async with pool.acquire() as db:
            for n in (1, 2, 3):
                await arm(db, "lapse", f"offer-{n}", NOW - timedelta(minutes=5 - n))
        timers = Timers(pool, {"lapse": fire}, lambda: NOW)
        while await timers.fire_one():
            pass
        assert fired == ["offer-3"]
        assert [row["reader"] for row in await pool.fetch("select reader from reader_progress")] == ["offer-3"]
        assert {row["due_at"] for row in await pool.fetch("select due_at from timers")} == {NOW + timedelta(minutes=5)}


async def test_a_timer_that_another_process_is_at_is_passed_over_and_not_waited_for(database: Database) -> None:
    fired: list[str] = []
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(_db: Db, stream: str, _now: datetime) -> None:
        began.set()
        await may_go_on.wait()
        fired.append(stream)

    async def quick(_db: Db, stream: str, _now: datetime) -> None:
        fired.append(stream)

    async with database.pool() as pool:
        async with pool.acquire() as db:
            await arm(db, "lapse", "offer-1", NOW - timedelta(minutes=2))
            await arm(db, "lapse", "offer-2", NOW - timedelta(minutes=1))
        first = asyncio.create_task(Timers(pool, {"lapse": slow}, lambda: NOW).fire_one())
        try:
            await began.wait()
            async with asyncio.timeout(10):
                other = Timers(pool, {"lapse": quick}, lambda: NOW)
                assert await other.fire_one()
                assert not await other.fire_one()
        finally:
            may_go_on.set()
        assert await first
        assert fired == ["offer-2", "offer-1"]
        assert await pool.fetchval("select count(*) from timers") == 0
