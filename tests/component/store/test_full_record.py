"""A record that people filled: they repeat nothing in it; a first time, a reaction and a timer still find room."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from shared.eventsourcing.codec import Codec
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Cause, Event
from shared.eventsourcing.handler import MOST_OF_PEOPLE, Handler
from shared.eventsourcing.refusal import RecordFull
from shared.eventsourcing.store import MAXIMUM_STREAM, Store
from tests.conftest import Database


class DraftChanged(Event):
    """Once more."""


class DraftDropped(Event):
    """The end of it."""


def decide(command: type[Event], _state: int) -> Sequence[Event]:
    """What is asked for."""
    return [command()]


STORE = Store(Codec([DraftChanged, DraftDropped]))
DRAFTS: Handler[type[Event], int, Event] = Handler("draft", Decider(0, decide, lambda count, _: count + 1), STORE)
SERVICE = Cause("service:test", uuid4(), uuid4())
PEOPLE = (Cause(f"person:{uuid4()}", uuid4()), Cause(f"staff:{uuid4()}", uuid4()))


@pytest.mark.parametrize("cause", PEOPLE)
async def test_people_stop_at_their_limit_and_what_must_follow_does_not(database: Database, cause: Cause) -> None:
    draft = uuid4()
    async with database.connect() as db:
        await STORE.append(db, f"draft-{draft}", [DraftChanged()] * (MOST_OF_PEOPLE - 1), expected=0, cause=SERVICE)
        assert (await DRAFTS(db, draft, DraftChanged, cause)).version == MOST_OF_PEOPLE
        with pytest.raises(RecordFull):
            await DRAFTS(db, draft, DraftChanged, cause)
        assert (await DRAFTS(db, draft, DraftDropped, cause)).version == MOST_OF_PEOPLE + 1
        with pytest.raises(RecordFull):
            await DRAFTS(db, draft, DraftDropped, cause)
        assert (await DRAFTS(db, draft, DraftDropped, SERVICE, reaction="when_erased")).version == MOST_OF_PEOPLE + 2
        assert (await DRAFTS(db, draft, DraftChanged, Cause("timer:lapse", uuid4()))).version == MOST_OF_PEOPLE + 3
        assert MOST_OF_PEOPLE + 50 <= MAXIMUM_STREAM
