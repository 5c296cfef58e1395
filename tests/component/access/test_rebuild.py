"""Views are rebuilt beside the live ones, and say no by the same names afterwards."""

import asyncpg

from services.access.domain.grant.refusals import AccessAlreadyLive, OfferAlreadyOpen
from shared.eventsourcing.rebuild import compare, rebuild, switch, tables_of
from shared.eventsourcing.view import View
from tests.component.access.story import ANA, Story, number
from tests.conftest import Database


async def test_a_rebuilt_view_is_the_same_and_refuses_by_the_same_names(story: Story, database: Database) -> None:
    await story.granted(1)
    await story.offer(2)
    await story.ask(number(3))
    async with database.connect_as_migrator() as db:
        for view in story.parts.store.views:
            if getattr(view, "tables", ()):
                await _again(db, story, view, database.app_role)
    assert (await story.offer(1)).json()["code"] == AccessAlreadyLive.code
    assert (await story.offer(2)).json()["code"] == OfferAlreadyOpen.code
    assert (await story.ask(number(3))).json()["code"] == OfferAlreadyOpen.code
    assert len((await story.get("/v1/consumer-units", ANA)).json()["items"]) == 2


async def _again(db: "asyncpg.Connection[asyncpg.Record]", story: Story, view: View, role: str) -> None:
    names = "select indexname from pg_indexes where schemaname = 'public' and tablename = any($1::text[]) order by indexname"
    before = await db.fetch(names, list(tables_of(view)))
    position = await rebuild(db, story.parts.store, view)
    assert all(difference.equal for difference in await compare(db, view))
    await switch(db, story.parts.store, view, position, role)
    assert await db.fetch(names, list(tables_of(view))) == before
