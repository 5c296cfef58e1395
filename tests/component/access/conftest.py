"""Access with Ana's two units in the register, Ana proven, Rui and Tiago approved."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest

from services.access.app import service
from services.access.parts import AccessParts
from shared.clock import utc_now
from shared.testing.running import Running, running, settings_for
from tests.component.access.story import ANA, BRUNO, RUI, TIAGO, Story, record
from tests.conftest import Bucket, Database


@pytest.fixture
async def story(database: Database, storage: Bucket) -> AsyncIterator[Story]:
    """The door of access, and what happened before it opened."""
    made_of = service()
    settings = settings_for(made_of, database, storage)
    async with running(made_of, settings) as it:
        told = Story(it, made_of, settings)
        await told.fresh()
        await told.register(record(1, ANA, legacy_number="12345"), record(2, ANA), record(3, BRUNO))
        await told.proven(ANA)
        await told.approved(RUI, utc_now().date() + timedelta(days=400))
        await told.approved(TIAGO, utc_now().date() + timedelta(days=400))
        yield told


@pytest.fixture
def it(story: Story) -> Running:
    """The running service."""
    return story.it


@pytest.fixture
def parts(story: Story) -> AccessParts:
    """What it is made of."""
    return cast("AccessParts", story.it.parts)
