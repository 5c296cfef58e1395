"""What may be asked of a request. Time, the acting person, facts and the calendar come in with the command."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.requests.domain.budget_request.draft_commands import (
    AcceptDeclarations,
    AddInverter,
    AddModule,
    AttachDocument,
    ChangeInverter,
    ChangeModule,
    ChooseMotive,
    ChooseOptions,
    ChoosePurpose,
    ConfirmResponsibility,
    DiscardDraft,
    GiveSiteAndLoad,
    ListBeneficiaries,
    NameContractor,
    NameTechnicalResponsible,
    RemoveDocument,
    RemoveInverter,
    RemoveModule,
    StartCorrection,
    StartDraft,
)
from services.requests.domain.budget_request.readiness import World
from services.requests.domain.facts import Attachment, Doer
from shared.calendar import Calendar
from shared.contracts.backoffice.review import BudgetTerms
from shared.contracts.requests.parts import Clock, NonConformity

__all__ = [
    "AcceptBudgetRequest",
    "AcceptDeclarations",
    "AddInverter",
    "AddModule",
    "ApproveBudget",
    "AttachDocument",
    "BudgetRequestCommand",
    "CancelBudget",
    "ChangeInverter",
    "ChangeModule",
    "ChooseMotive",
    "ChooseOptions",
    "ChoosePurpose",
    "ConfirmResponsibility",
    "ContestFiling",
    "ContestHandedOver",
    "DeclineBudget",
    "DeliverContracts",
    "DiscardDraft",
    "DismissBudgetRequest",
    "GiveSiteAndLoad",
    "IssueBudget",
    "LetTimePass",
    "ListBeneficiaries",
    "NameContractor",
    "NameTechnicalResponsible",
    "RecordConnection",
    "RecordForm",
    "RecordPayment",
    "RecordReceipt",
    "RecordWorksConclusion",
    "RemoveDocument",
    "RemoveInverter",
    "RemoveModule",
    "RequestBudget",
    "ResumeClock",
    "ReturnContracts",
    "StartCorrection",
    "StartDraft",
    "SuspendClock",
    "WithdrawBudget",
]


@dataclass(frozen=True, slots=True)
class RequestBudget:
    """File: everything is checked again, once, in the deciding transaction."""

    world: World
    protocol: str
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordForm:
    """A paper is ready."""

    document_id: UUID
    code: str
    sha256: str
    now: datetime


@dataclass(frozen=True, slots=True)
class AcceptBudgetRequest:
    """Triage found the documents conform."""

    review_id: UUID
    submission: int
    now: datetime


@dataclass(frozen=True, slots=True)
class DismissBudgetRequest:
    """Triage found non-conformities: all of them, once."""

    review_id: UUID
    submission: int
    non_conformities: tuple[NonConformity, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class IssueBudget:
    """The analysis ended in a budget."""

    review_id: UUID
    submission: int
    terms: BudgetTerms | None
    now: datetime


@dataclass(frozen=True, slots=True)
class SuspendClock:
    """Let the budget's clock stand still, for one of the reasons of art. 64, §2."""

    reason: Literal["outra-distribuidora", "ons", "autoridade"]
    staff_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """Let it go on."""

    staff_id: UUID
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """The budget is in the hands of whom it is for."""

    doer: Doer
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class ApproveBudget:
    """Approve expressly."""

    doer: Doer
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class DeclineBudget:
    """Do not want it."""

    doer: Doer
    reason: str
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class DeliverContracts:
    """The contracts are with the customer."""

    documents: tuple[Attachment, ...]
    staff_id: UUID
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class ReturnContracts:
    """The signed contracts are back."""

    doer: Doer
    documents: tuple[Attachment, ...]
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """What was due is paid."""

    paid_on: date
    staff_id: UUID
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordWorksConclusion:
    """The distributor's works are done."""

    concluded_on: date
    staff_id: UUID
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordConnection:
    """The plant was connected."""

    commissioning_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class WithdrawBudget:
    """Give up."""

    doer: Doer
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class CancelBudget:
    """End it, as a supervisor."""

    reason: str
    note: str | None
    staff_id: UUID
    now: datetime
    commissioning_under_way: bool = False


@dataclass(frozen=True, slots=True)
class LetTimePass:
    """Nudge: see whether a clock is over, and what follows (sent by the timer)."""

    clock: Clock
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class ContestFiling:
    """The grant that the filing relied on had ended before it."""

    grant_id: UUID
    access_ended_at: datetime


@dataclass(frozen=True, slots=True)
class ContestHandedOver:
    """Since an instant the account of one of its people was in a stranger's hands."""

    person_id: UUID
    acted_since: datetime
    now: datetime


type BudgetRequestCommand = (
    StartDraft
    | StartCorrection
    | ChooseMotive
    | ChoosePurpose
    | AddModule
    | ChangeModule
    | RemoveModule
    | AddInverter
    | ChangeInverter
    | RemoveInverter
    | GiveSiteAndLoad
    | ListBeneficiaries
    | ChooseOptions
    | AcceptDeclarations
    | AttachDocument
    | RemoveDocument
    | NameTechnicalResponsible
    | ConfirmResponsibility
    | NameContractor
    | DiscardDraft
    | RequestBudget
    | RecordForm
    | AcceptBudgetRequest
    | DismissBudgetRequest
    | IssueBudget
    | SuspendClock
    | ResumeClock
    | RecordReceipt
    | ApproveBudget
    | DeclineBudget
    | DeliverContracts
    | ReturnContracts
    | RecordPayment
    | RecordWorksConclusion
    | RecordConnection
    | WithdrawBudget
    | CancelBudget
    | LetTimePass
    | ContestFiling
    | ContestHandedOver
)
