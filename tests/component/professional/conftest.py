"""Professional with its catalogues published and a person verified."""

from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

import pytest

from services.professional.app import service
from services.professional.parts import ProfessionalParts
from shared.clock import utc_now
from shared.contracts.identity.user import UserVerified
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.silence import note_progress
from shared.testing.happened import happened, told
from shared.testing.running import Running, running, settings_for
from tests.component.professional.journey import ANA, BAKERY, RUI
from tests.conftest import Bucket, Database


@pytest.fixture
async def door(database: Database, storage: Bucket, clamd: str) -> AsyncIterator[Running]:
    """The door of professional; Rui, Ana and the bakery are verified."""
    made_of = service()
    async with running(made_of, settings_for(made_of, database, storage, clamd_address=clamd)) as it:
        await fresh(it)
        await happened(it, made_of, verified(RUI, "cpf"), verified(ANA, "cpf"), verified(BAKERY, "cnpj"))
        yield it


@pytest.fixture
def parts(door: Running) -> ProfessionalParts:
    """What the door is made of."""
    return cast("ProfessionalParts", door.parts)


def verified(person: UUID, kind: str) -> Recorded[Event]:
    """Identity has verified somebody."""
    fact = UserVerified.model_validate(
        {"user_id": person, "person_id": person, "kind": kind, "root_id": None, "verified_at": utc_now()}, strict=False
    )
    return told(fact, f"user-{person}", 1)


async def fresh(it: Running) -> None:
    """The reader of ended sessions is at its end, and stays there however slow the machine is."""
    async with it.parts.platform.pool.acquire() as db:
        await note_progress(db, "professional.views", [("identity.session", 0)])
        await db.execute("update reader_progress set caught_up_at = caught_up_at + interval '1 hour'")
