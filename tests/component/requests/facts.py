"""What other services have published, as requests hears it: a house, profiles of a year, grants of a year."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from shared.clock import utc_now
from shared.contracts.access.consumer_unit import ConsumerUnitRegistered
from shared.contracts.access.grant import AccessGranted
from shared.contracts.professional.profile import ProfileApproved
from tests.component.requests.journey import ANA, UNIT, UNIT_NUMBER

TOPICS = ("identity.session", "identity.user", "professional.profile", "access.consumer-unit", "access.grant")


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
