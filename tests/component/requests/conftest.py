"""Requests with its catalogues published, a house whose holder is proven, and an engineer under a live grant."""

from collections.abc import AsyncIterator

import pytest

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.identity.user import HolderProven
from shared.eventsourcing.silence import note_progress
from shared.testing.happened import happened, told
from shared.testing.running import Running, running, settings_for
from tests.component.requests.facts import TOPICS, approved, granted, house
from tests.component.requests.journey import ANA, CLARA, GRANT, RUI, UNIT
from tests.conftest import Bucket, Database


@pytest.fixture
async def door(database: Database, storage: Bucket) -> AsyncIterator[Running]:
    """The door of requests; others have said what there is to know."""
    made_of = service()
    async with running(made_of, settings_for(made_of, database, storage)) as it:
        await fresh(it)
        await happened(it, made_of, told(house(), f"consumer-unit-{UNIT}", 1))
        await happened(it, made_of, told(HolderProven(user_id=ANA, person_id=ANA, how="attendant", proven_at=utc_now()), f"user-{ANA}", 1))
        await happened(it, made_of, told(approved(RUI, "engenheiro", technical=True), f"profile-{RUI}", 1))
        await happened(it, made_of, told(approved(CLARA, "corretor", technical=False), f"profile-{CLARA}", 1))
        await happened(it, made_of, told(granted(GRANT, RUI), f"grant-{GRANT}", 2))
        yield it


async def fresh(it: Running) -> None:
    """The readers are at their ends, and stay there for as long as a busy machine takes for one test."""
    async with it.parts.platform.pool.acquire() as db:
        await note_progress(db, "requests.views", [(topic, 0) for topic in TOPICS])
        await db.execute("update reader_progress set caught_up_at = caught_up_at + interval '10 minutes'")
