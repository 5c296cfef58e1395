"""A decision that must not rest on old news waits while its readers are behind, stopped or were never there."""

from uuid import uuid4

import pytest

from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import forget_topics_but, must_be_fresh, note_progress, silent_for
from tests.component.stream.counters import consumer_of, eventually, prepared, running
from tests.conftest import Database


class AccessUnknown(Unavailable):
    """What the decision rests on is not known."""


async def test_readers_that_stand_at_the_end_are_fresh_and_silence_is_refused(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    group = f"{service}.views"
    async with database.pool() as pool:
        async with pool.acquire() as db:
            with pytest.raises(AccessUnknown):
                await must_be_fresh(db, group, AccessUnknown)
        async with running(consumer_of(service, pool, kafka)):
            await eventually(pool, f"select count(*) from reader_progress where reader like '{group}|%'", 12)
            async with pool.acquire() as db:
                await must_be_fresh(db, group, AccessUnknown)
                await must_be_fresh(db, group, AccessUnknown, [f"{service}.counter"])
        async with pool.acquire() as db:
            await db.execute("update reader_progress set caught_up_at = caught_up_at - interval '11 seconds' where reader like '%|7'")
            with pytest.raises(AccessUnknown):
                await must_be_fresh(db, group, AccessUnknown)


async def test_a_topic_no_longer_read_is_no_silence(database: Database) -> None:
    group = f"trial{uuid4().hex[:8]}.views"
    async with database.connect() as db:
        await note_progress(db, group, [("a.b", 0), ("c.d", 0)])
        await db.execute("update reader_progress set caught_up_at = now() - interval '1 day' where reader like '%|c.d|0'")
        with pytest.raises(AccessUnknown):
            await must_be_fresh(db, group, AccessUnknown)
        await must_be_fresh(db, group, AccessUnknown, ["a.b"])
        await forget_topics_but(db, group, ["a.b"])
        await must_be_fresh(db, group, AccessUnknown)
        silence = await silent_for(db, group)
        assert silence is not None
        assert silence.total_seconds() < 10
