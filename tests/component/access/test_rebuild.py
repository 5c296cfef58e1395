"""Views are rebuilt beside the live ones, and say no by the same names afterwards."""

from datetime import timedelta

import asyncpg

from services.access.domain.grant.refusals import AccessAlreadyLive, OfferAlreadyOpen
from services.access.views.grant_timers import EXPIRE, LAPSE, REMIND
from shared.eventsourcing.rebuild import compare, rebuild, switch, tables_of
from shared.eventsourcing.verify import Report, check_views
from shared.eventsourcing.view import View
from tests.component.access.story import ANA, Story, number
from tests.conftest import Database


async def test_a_rebuilt_view_is_the_same_and_refuses_by_the_same_names(story: Story, database: Database) -> None:
    await story.granted(1)
    await story.offer(2)
    await story.ask(number(3))
    async with database.connect_as_migrator() as db:
        for view in story.parts.store.views:
            if not getattr(view, "not_compared", ""):
                await _again(db, story, view, database.app_role)
    assert (await story.offer(1)).json()["code"] == AccessAlreadyLive.code
    assert (await story.offer(2)).json()["code"] == OfferAlreadyOpen.code
    assert (await story.ask(number(3))).json()["code"] == OfferAlreadyOpen.code
    assert len((await story.get("/v1/consumer-units", ANA)).json()["items"]) == 2


async def _findings(story: Story) -> list[str]:
    report = Report("access")
    async with story.parts.platform.pool.acquire() as db:
        await check_views(db, report, story.parts.store, story.parts.store.views)
    return report.findings


async def test_timers_lost_moved_or_set_by_nobody_are_found_and_put_right_and_those_that_are_due_are_left(
    story: Story, database: Database
) -> None:
    pool = story.parts.platform.pool
    for place in (1, 2):
        await story.offer(place)
    assert await _findings(story) == []
    assert await pool.fetchval("select count(*) from timers") == 4
    first, second = (row["stream"] for row in await pool.fetch("select distinct stream from timers order by stream"))
    await pool.execute("update timers set due_at = now() - interval '1 second' where stream = $1 and name = $2", first, REMIND)
    assert len(await _findings(story)) == 1, "it is not due, the events say: somebody has moved it"
    await pool.execute("delete from timers where stream = $1", first)
    await pool.execute("update timers set due_at = due_at + interval '1 day' where stream = $1 and name = $2", second, LAPSE)
    await pool.execute("insert into timers (name, stream, due_at) values ($1, $2, now() + interval '9 days')", EXPIRE, second)
    assert await _findings(story) == ["view grant_timers_1, table timers: 2 rows only live, 3 only in its rebuild"]
    await pool.execute("insert into timers (name, stream, due_at) values ('of-another-view', $1, now())", first)
    [view] = [view for view in story.parts.store.views if view.name == "grant_timers_1"]
    async with database.connect_as_migrator() as db:
        await _again(db, story, view, database.app_role, equal=False)
    assert await _findings(story) == []
    names = await pool.fetch("select name from timers order by name")
    assert [row["name"] for row in names] == [LAPSE, LAPSE, "of-another-view", REMIND, REMIND]


async def test_what_has_fired_or_was_put_off_by_its_nudge_is_as_the_events_say(story: Story) -> None:
    pool, parts = story.parts.platform.pool, story.parts
    await story.offer(1)
    await story.offer(2)
    reminded = parts.platform.clock() + timedelta(days=parts.terms.remind_after_days)
    first = await pool.fetchval("select min(stream) from timers")
    await pool.execute("delete from timers where stream = $1 and name = $2", first, REMIND)
    await pool.execute("update timers set due_at = due_at + interval '5 minutes' where name = $1", REMIND)
    report = Report("access")
    async with pool.acquire() as db:
        await check_views(db, report, parts.store, parts.store.views, lambda: reminded + timedelta(minutes=1))
    assert report.findings == []
    assert len(await _findings(story)) == 1, "before its time neither is right"


async def _again(db: "asyncpg.Connection[asyncpg.Record]", story: Story, view: View, role: str, *, equal: bool = True) -> None:
    names = "select indexname from pg_indexes where schemaname = 'public' and tablename = any($1::text[]) order by indexname"
    before = await db.fetch(names, list(tables_of(view)))
    position = await rebuild(db, story.parts.store, view)
    assert all(difference.equal for difference in await compare(db, view)) is equal
    await switch(db, story.parts.store, view, position, role)
    assert await db.fetch(names, list(tables_of(view))) == before
