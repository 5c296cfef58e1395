"""What happens to a commissioning: the private events, and the published ones re-exported."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.requests.domain.budget_request.events import Inverter, Module
from shared.contracts.requests.commissioning import (
    CommissioningAccepted,
    CommissioningDismissed,
    CommissioningRequested,
    CommissioningWithdrawn,
    GenerationConnected,
    InspectionFailed,
    InspectionScheduled,
)
from shared.contracts.requests.parts import DeadlineMissed, Part, Porte
from shared.contracts.verdict import VerdictNotApplied
from shared.eventsourcing.event import Event, Personal

__all__ = [
    "PRIVATE",
    "PUBLISHED",
    "CommissioningAccepted",
    "CommissioningDismissed",
    "CommissioningRequested",
    "CommissioningWithdrawn",
    "DeadlineMissed",
    "GenerationConnected",
    "InspectionFailed",
    "InspectionScheduled",
    "Inverter",
    "Module",
    "VerdictNotApplied",
]


class ApprovedPlant(Part):
    """What the budget in force allows: the plant as it was approved, whose it is and who answers for it."""

    request_id: UUID
    unit_id: UUID
    unit_number: str
    holder_id: UUID
    responsible_id: UUID
    purpose: str
    source: str
    porte: Porte
    installed_kw: Decimal
    existing_kw: Decimal
    voltage_v: Decimal
    modules: tuple[Module, ...]
    inverters: tuple[Inverter, ...]


class CommissioningStarted(Event):
    """Somebody began to ask for the connection of an approved plant."""

    commissioning_id: UUID
    approved: ApprovedPlant
    started_by: UUID
    attempt: int
    previous: UUID | None
    started_at: datetime


class AsBuiltConfirmed(Event):
    """The equipment as it was built, against what was approved."""

    commissioning_id: UUID
    modules: tuple[Module, ...]
    inverters: tuple[Inverter, ...]
    installed_kw: Decimal
    differs: bool
    confirmed_by: UUID
    confirmed_at: datetime


class CommissioningDocumentAttached(Event):
    """A verified document took its place."""

    commissioning_id: UUID
    document_id: UUID
    code: str
    sha256: str
    attached_by: UUID
    attached_at: datetime


class CommissioningDocumentRemoved(Event):
    """A document less."""

    commissioning_id: UUID
    document_id: UUID


class InstallerNamed(Event):
    """Who built it: the responsible alone, or a company."""

    commissioning_id: UUID
    kind: Literal["autonomous", "company"]
    company_id: UUID | None
    company_name: Personal[str | None]
    named_at: datetime


type CommissioningEvent = (
    CommissioningStarted
    | AsBuiltConfirmed
    | CommissioningDocumentAttached
    | CommissioningDocumentRemoved
    | InstallerNamed
    | CommissioningRequested
    | CommissioningAccepted
    | CommissioningDismissed
    | InspectionScheduled
    | GenerationConnected
    | InspectionFailed
    | CommissioningWithdrawn
    | DeadlineMissed
    | VerdictNotApplied
)

PUBLISHED: tuple[type[Event], ...] = (
    CommissioningRequested,
    CommissioningAccepted,
    CommissioningDismissed,
    InspectionScheduled,
    GenerationConnected,
    InspectionFailed,
    CommissioningWithdrawn,
    DeadlineMissed,
    VerdictNotApplied,
)

PRIVATE: tuple[type[Event], ...] = (
    CommissioningStarted,
    AsBuiltConfirmed,
    CommissioningDocumentAttached,
    CommissioningDocumentRemoved,
    InstallerNamed,
)
