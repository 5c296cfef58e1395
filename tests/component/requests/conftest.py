"""Requests with its catalogues published, a house whose holder is proven, and an engineer under a live grant."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.access.consumer_unit import ConsumerUnitRegistered
from shared.contracts.access.grant import AccessGranted
from shared.contracts.identity.user import HolderProven
from shared.contracts.professional.profile import ProfileApproved
from shared.eventsourcing.silence import note_progress
from shared.testing.happened import happened, told
from shared.testing.running import Running, running, settings_for
from tests.component.requests.journey import ANA, CLARA, GRANT, RUI, UNIT, UNIT_NUMBER
from tests.conftest import Bucket, Database

TOPICS = ("identity.session", "identity.user", "professional.profile", "access.consumer-unit", "access.grant")


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


def house() -> ConsumerUnitRegistered:
    """Ana's house: two-phase, 220 V, 12 kW."""
    return ConsumerUnitRegistered(
        unit_id=UNIT,
        number=UNIT_NUMBER,
        holder_id=ANA,
        holder_kind="cpf",
        group="B",
        subgroup="B1",
        consumer_class="residencial",
        voltage_v=Decimal(220),
        phases=2,
        available_kw=Decimal(12),
        municipality_ibge="1302603",
        connected_before_2022_01_07=True,
        registered_at=utc_now(),
    )


def approved(person: UUID, profession: str, *, technical: bool) -> ProfileApproved:
    """Somebody's profile is approved for a year."""
    return ProfileApproved(
        profile_id=person,
        person_id=person,
        submission=1,
        profession=profession,
        council="CREA" if technical else "CRECI",
        uf="AM",
        may_file=("technical", "commercial") if technical else ("commercial",),
        ceiling_kva=None,
        valid_until=utc_now().date() + timedelta(days=365),
        approved_at=utc_now(),
    )


def granted(grant_id: UUID, professional: UUID) -> AccessGranted:
    """Ana lets somebody act for her house for a year."""
    ends_on = utc_now().date() + timedelta(days=365)
    return AccessGranted(
        grant_id=grant_id,
        unit_id=UNIT,
        holder_id=ANA,
        professional_id=professional,
        may_decide=False,
        ends_on=ends_on,
        granted_at=utc_now(),
    )


async def fresh(it: Running) -> None:
    """The readers are at their ends, and stay there for as long as a busy machine takes for one test."""
    async with it.parts.platform.pool.acquire() as db:
        await note_progress(db, "requests.views", [(topic, 0) for topic in TOPICS])
        await db.execute("update reader_progress set caught_up_at = caught_up_at + interval '10 minutes'")
