"""Ana's house, Rui the engineer, and what happened between them, as events and commands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from services.access.domain.consumer_unit.commands import Characteristics, Holder, Place, TakeRegisterRecord
from services.access.domain.consumer_unit.events import ConsumerUnitRegistered
from services.access.domain.grant.commands import OfferAccess, ProfileNow, RequestAccess, UnitNow
from services.access.domain.grant.events import AccessGranted, AccessOffered, AccessRequested, AskNotMatched, UnitTyped
from services.access.domain.grant.present import Present
from shared.calendar import Calendar

ANA, RUI, TIAGO, BRUNO = (UUID(int=n) for n in range(1, 5))
UNIT, GRANT_ID = UUID(int=100), UUID(int=200)
NUMBER = "000000000100200"
MONDAY = datetime(2026, 11, 23, 14, tzinfo=UTC)
NOW = Present(MONDAY, Calendar())
END = date(2027, 11, 23)
LAPSES = datetime(2026, 12, 1, 4, tzinfo=UTC)

APPROVED = ProfileNow(approved=True, valid_until=date(2027, 12, 31))
HOUSE = UnitNow(UNIT, ANA, active=True)
PROTOCOL = "20263000000011"

OFFER = OfferAccess(GRANT_ID, ANA, RUI, HOUSE, END, may_decide=False, proven=True, profile=APPROVED, already_live=False, present=NOW)
ASK = RequestAccess(GRANT_ID, RUI, NUMBER, ANA, HOUSE, APPROVED, already_live=False, asks_today=0, protocol=PROTOCOL, present=NOW)

OFFERED = AccessOffered(
    grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, may_decide=False, ends_on=END, offered_at=MONDAY, lapses_at=LAPSES
)
TYPED = UnitTyped(grant_id=GRANT_ID, professional_id=RUI, number=NUMBER, asked_of_id=ANA, typed_at=MONDAY)
REQUESTED = AccessRequested(
    grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, protocol=PROTOCOL, requested_at=MONDAY, lapses_at=LAPSES
)
NOT_MATCHED = AskNotMatched(grant_id=GRANT_ID, professional_id=RUI, protocol=PROTOCOL, requested_at=MONDAY, lapses_at=LAPSES)
GRANTED = AccessGranted(
    grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, may_decide=False, ends_on=END, granted_at=MONDAY
)

LIKE = Characteristics(
    "B", "B1", "residencial", Decimal(220), 2, Decimal(12), None, "1302603", connected_before_2022_01_07=True, plant=None
)
AT = Place("Rua das Flores, 10", None)
RECORD = TakeRegisterRecord(
    UNIT, 1, None, NUMBER, "12345", None, Holder(ANA, "cpf", None), LIKE, AT, closed=False, origin_protocol=None, now=MONDAY
)
REGISTERED = ConsumerUnitRegistered(
    unit_id=UNIT,
    number=NUMBER,
    legacy_number="12345",
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
    registered_at=MONDAY,
)


def at(now: datetime) -> Present:
    """Another present."""
    return replace(NOW, now=now)


def after(**length: float) -> Present:
    """Later, by so much."""
    return at(MONDAY + timedelta(**length))
