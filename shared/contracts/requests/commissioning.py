"""What is published about commissioning: the request for inspection and metering, and how it ended (arts. 91-95)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.contracts.requests.parts import DueDate, FiledDocument, NonConformity, StaffText
from shared.eventsourcing.event import Event


class CommissioningRequested(Event):
    """Commissioning was requested; opens the check of its documents."""

    commissioning_id: UUID
    protocol: str
    submission: int
    filed_at: datetime
    request_id: UUID
    unit_id: UUID
    holder_id: UUID
    filed_by: UUID
    responsible_id: UUID
    attempt: int
    previous: UUID | None
    as_built_digest: str
    installed_kw: Decimal
    voltage_v: Decimal
    documents: tuple[FiledDocument, ...]
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class CommissioningAccepted(Event):
    """The documents conform; the visit is to be scheduled."""

    commissioning_id: UUID
    protocol: str
    submission: int
    accepted_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class CommissioningDismissed(Event):
    """Dismissed, with every non-conformity."""

    commissioning_id: UUID
    request_id: UUID
    protocol: str
    submission: int
    non_conformities: tuple[NonConformity, ...]
    dismissed_at: datetime
    parties: tuple[UUID, ...]


class InspectionScheduled(Event):
    """When the visit will be; opens its review. A visit moved is scheduled again, with the next submission."""

    commissioning_id: UUID
    protocol: str
    submission: int
    filed_at: datetime
    visit_on: date
    window: Literal["morning", "afternoon", "day"]
    scheduled_by: UUID
    scheduled_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class GenerationConnected(Event):
    """Inspected, metered and connected: the plant generates (arts. 91, 655-W)."""

    commissioning_id: UUID
    request_id: UUID
    protocol: str
    unit_id: UUID
    holder_id: UUID
    connected_on: date
    installed_kw: Decimal
    modules_kwp: Decimal
    inverters_kw: Decimal
    module_count: int
    array_area_m2: Decimal
    module_maker: str
    module_model: str
    inverter_maker: str
    inverter_model: str
    purpose: str
    source: str
    porte: Literal["micro", "mini"]
    meter_number: str | None
    connected_at: datetime
    parties: tuple[UUID, ...]


class InspectionFailed(Event):
    """The visit found what must be fixed first (art. 94): each reason with its fix, and until when to ask again."""

    commissioning_id: UUID
    request_id: UUID
    protocol: str
    submission: int
    visited_on: date
    reasons: tuple[NonConformity, ...]
    fixes: tuple[StaffText, ...]
    failed_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class CommissioningWithdrawn(Event):
    """Given up by whom may."""

    commissioning_id: UUID
    request_id: UUID
    protocol: str
    by: UUID
    reason: str
    withdrawn_at: datetime
    parties: tuple[UUID, ...]
