"""How grants, units and clients are answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.http.body import Answer, Deed

type GrantState = Literal["offered", "requested", "live", "declined", "withdrawn", "lapsed", "revoked", "expired"]
type SideName = Literal["holder", "professional"]


class PersonAnswer(Answer):
    """A person the caller may see; the name is null where it may not be shown yet."""

    person_id: UUID
    display_name: str | None


class GrantUnitAnswer(Answer):
    """The unit of a grant. Who asks sees only the number they typed, until the holder allows it."""

    unit_id: UUID | None
    number: str
    legacy_number: str | None


class ExtensionAnswer(Answer):
    """A later last day that one side proposes."""

    proposed_by: SideName
    ends_on: date


class GrantAnswer(Answer):
    """An offer, ask or grant, as one of its two sides sees it."""

    id: UUID
    state: GrantState
    side: SideName
    asked_by: SideName
    unit: GrantUnitAnswer
    holder: PersonAnswer
    professional: PersonAnswer
    may_decide: bool
    ends_on: date | None
    protocol: str | None
    opened_at: datetime
    lapses_at: datetime | None
    granted_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    extension: ExtensionAnswer | None
    suspended: bool
    dormant: bool
    actions: dict[str, Deed]
    version: int
    server_time: datetime


class ClientAnswer(Answer):
    """A unit that a professional may act for: what is picked at the top of every screen."""

    grant_id: UUID
    client: PersonAnswer
    unit_id: UUID
    number: str
    legacy_number: str | None
    municipality_ibge: str
    ends_on: date
    may_decide: bool
    suspended: bool
    dormant: bool


class PlantAnswer(Answer):
    """Generation that is already connected."""

    source: str
    installed_kw: Decimal


class UnitAnswer(Answer):
    """A consumer unit, as its holder or a professional with access sees it."""

    id: UUID
    number: str
    legacy_number: str | None
    other_numbers: list[str]
    holder: PersonAnswer
    group: str
    subgroup: str
    consumer_class: str
    voltage_v: Decimal
    phases: int
    available_kw: Decimal
    contracted_kw: Decimal | None
    municipality_ibge: str
    address: str | None
    plant: PlantAnswer | None
    state: Literal["active", "closed"]
    acting_as: SideName
    actions: dict[str, Deed]
    version: int
    server_time: datetime


class UnitsAnswer(Answer):
    """A holder's units; `listing` says why there are none to see when the account is not proven to be the holder's."""

    items: list[UnitAnswer]
    next_cursor: str | None
    listing: Deed


class MomentAnswer(Answer):
    """One thing that happened, in a sentence."""

    at: datetime
    code: str
    sentence: str
    actor_role: Literal["holder", "professional", "register", "system"]


class TimelineAnswer(Answer):
    """What happened to a grant, oldest first, and the cursor of what follows."""

    items: list[MomentAnswer]
    next_cursor: str | None
    server_time: datetime
