"""What may be asked of a commissioning."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.requests.domain.commissioning.events import ApprovedPlant, Inverter, Module
from services.requests.domain.facts import Attachment, DocumentRule, Doer, Profile
from shared.calendar import Calendar
from shared.contracts.backoffice.review import InspectionReport
from shared.contracts.requests.parts import Clock, NonConformity


@dataclass(frozen=True, slots=True)
class StartCommissioning:
    """Begin; `approved` is the plant of a budget in force, or none."""

    commissioning_id: UUID
    doer: Doer
    approved: ApprovedPlant | None
    attempt: int
    previous: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ConfirmAsBuilt:
    """Say what was built."""

    doer: Doer
    modules: tuple[Module, ...]
    inverters: tuple[Inverter, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class AttachDocument:
    """Put a verified document in its place."""

    doer: Doer
    attachment: Attachment
    rules: tuple[DocumentRule, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """Take a document away."""

    doer: Doer
    document_id: UUID


@dataclass(frozen=True, slots=True)
class NameContractor:
    """Say who built it."""

    doer: Doer
    kind: Literal["autonomous", "company"]
    company_id: UUID | None
    company_name: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """Everything outside the commissioning that its filing rests on."""

    doer: Doer
    budget_in_force: bool
    commissioning_open: bool
    responsible: Profile | None
    rules: tuple[DocumentRule, ...]
    today: date


@dataclass(frozen=True, slots=True)
class RequestCommissioning:
    """File."""

    site: Site
    protocol: str
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class AcceptCommissioning:
    """The documents conform."""

    review_id: UUID
    submission: int
    now: datetime


@dataclass(frozen=True, slots=True)
class DismissCommissioning:
    """They do not."""

    review_id: UUID
    submission: int
    non_conformities: tuple[NonConformity, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class ScheduleInspection:
    """Give the visit a date, or another one."""

    visit_on: date
    window: Literal["morning", "afternoon", "day"]
    staff_id: UUID
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class ConnectGeneration:
    """The visit went well."""

    review_id: UUID
    submission: int
    report: InspectionReport | None
    now: datetime


@dataclass(frozen=True, slots=True)
class FailInspection:
    """The visit found what must be fixed."""

    review_id: UUID
    submission: int
    report: InspectionReport | None
    reasons: tuple[NonConformity, ...]
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class WithdrawCommissioning:
    """Give up."""

    doer: Doer
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class LetTimePass:
    """Nudge: see whether a clock is over (sent by the timer)."""

    clock: Clock
    calendar: Calendar
    now: datetime


type CommissioningCommand = (
    StartCommissioning
    | ConfirmAsBuilt
    | AttachDocument
    | RemoveDocument
    | NameContractor
    | RequestCommissioning
    | AcceptCommissioning
    | DismissCommissioning
    | ScheduleInspection
    | ConnectGeneration
    | FailInspection
    | WithdrawCommissioning
    | LetTimePass
)
