"""What happens to a request: the private events after filing; those of the draft and the published ones re-exported."""

from datetime import date, datetime
from uuid import UUID

from services.requests.domain.budget_request.draft_events import (
    BeneficiariesListed,
    Beneficiary,
    ContractorNamed,
    DeclarationsAccepted,
    DocumentAttached,
    DocumentRemoved,
    DraftDiscarded,
    DraftStarted,
    FastTrackTermAccepted,
    Inverter,
    InverterAdded,
    InverterChanged,
    InverterRemoved,
    Module,
    ModuleAdded,
    ModuleChanged,
    ModuleRemoved,
    MotiveChosen,
    OptionsChosen,
    PurposeChosen,
    ResponsibilityConfirmed,
    SiteAndLoadGiven,
    TechnicalResponsibleNamed,
)
from shared.contracts.requests.budget_request import (
    BudgetAccepted,
    BudgetApproved,
    BudgetCancelled,
    BudgetDeclined,
    BudgetDismissed,
    BudgetEnteredIntoForce,
    BudgetExpired,
    BudgetIssued,
    BudgetRequested,
    BudgetWithdrawn,
    ClockResumed,
    ClockSuspended,
    ContractsDelivered,
    ContractsReturned,
    FiledAfterAccessEnded,
    FilingContested,
    Options,
    WorksConcluded,
)
from shared.contracts.requests.parts import Clock, DeadlineMissed, DueDate
from shared.contracts.verdict import VerdictNotApplied
from shared.eventsourcing.event import Event

__all__ = [
    "PRIVATE",
    "PUBLISHED",
    "BeneficiariesListed",
    "Beneficiary",
    "BudgetAccepted",
    "BudgetApproved",
    "BudgetCancelled",
    "BudgetDeclined",
    "BudgetDismissed",
    "BudgetEnteredIntoForce",
    "BudgetExpired",
    "BudgetIssued",
    "BudgetReceived",
    "BudgetRequestEvent",
    "BudgetRequested",
    "BudgetWithdrawn",
    "Clock",
    "ClockResumed",
    "ClockSuspended",
    "ConnectionRecorded",
    "ContractorNamed",
    "ContractsDelivered",
    "ContractsReturned",
    "DeadlineMissed",
    "DeclarationsAccepted",
    "DocumentAttached",
    "DocumentRemoved",
    "DraftDiscarded",
    "DraftStarted",
    "DueDate",
    "FastTrackTermAccepted",
    "FiledAfterAccessEnded",
    "FilingContested",
    "FormRendered",
    "Inverter",
    "InverterAdded",
    "InverterChanged",
    "InverterRemoved",
    "Module",
    "ModuleAdded",
    "ModuleChanged",
    "ModuleRemoved",
    "MotiveChosen",
    "Options",
    "OptionsChosen",
    "PaymentRecorded",
    "PurposeChosen",
    "ResponsibilityConfirmed",
    "SiteAndLoadGiven",
    "TechnicalResponsibleNamed",
    "VerdictNotApplied",
    "WorksBegan",
    "WorksConcluded",
]


class FormRendered(Event):
    """A paper of this service is ready: the form, the receipt, the budget."""

    request_id: UUID
    document_id: UUID
    code: str
    sha256: str
    rendered_at: datetime


class BudgetReceived(Event):
    """The holder has the budget: the clock of art. 83 starts."""

    request_id: UUID
    received_by: UUID
    received_at: datetime
    due: tuple[DueDate, ...]


class PaymentRecorded(Event):
    """What was due is paid."""

    request_id: UUID
    recorded_by: UUID
    paid_on: date
    recorded_at: datetime


class WorksBegan(Event):
    """Contracts and payment are here: the works of the distributor run."""

    request_id: UUID
    began_at: datetime
    due: tuple[DueDate, ...]


class ConnectionRecorded(Event):
    """The commissioning of this request ended in a connected plant."""

    request_id: UUID
    commissioning_id: UUID
    connected_at: datetime


type BudgetRequestEvent = (
    DraftStarted
    | MotiveChosen
    | PurposeChosen
    | ModuleAdded
    | ModuleChanged
    | ModuleRemoved
    | InverterAdded
    | InverterChanged
    | InverterRemoved
    | SiteAndLoadGiven
    | BeneficiariesListed
    | OptionsChosen
    | DeclarationsAccepted
    | FastTrackTermAccepted
    | DocumentAttached
    | DocumentRemoved
    | TechnicalResponsibleNamed
    | ResponsibilityConfirmed
    | ContractorNamed
    | DraftDiscarded
    | BudgetRequested
    | FormRendered
    | BudgetAccepted
    | BudgetDismissed
    | BudgetIssued
    | BudgetReceived
    | BudgetApproved
    | BudgetDeclined
    | BudgetExpired
    | ContractsDelivered
    | ContractsReturned
    | PaymentRecorded
    | WorksBegan
    | WorksConcluded
    | BudgetEnteredIntoForce
    | ConnectionRecorded
    | BudgetWithdrawn
    | BudgetCancelled
    | ClockSuspended
    | ClockResumed
    | FiledAfterAccessEnded
    | FilingContested
    | DeadlineMissed
    | VerdictNotApplied
)

PUBLISHED: tuple[type[Event], ...] = (
    BudgetRequested,
    BudgetAccepted,
    BudgetDismissed,
    BudgetIssued,
    BudgetApproved,
    BudgetDeclined,
    BudgetExpired,
    ContractsDelivered,
    ContractsReturned,
    WorksConcluded,
    BudgetEnteredIntoForce,
    BudgetWithdrawn,
    BudgetCancelled,
    ClockSuspended,
    ClockResumed,
    FiledAfterAccessEnded,
    FilingContested,
    DeadlineMissed,
    VerdictNotApplied,
)

PRIVATE: tuple[type[Event], ...] = (
    DraftStarted,
    MotiveChosen,
    PurposeChosen,
    ModuleAdded,
    ModuleChanged,
    ModuleRemoved,
    InverterAdded,
    InverterChanged,
    InverterRemoved,
    SiteAndLoadGiven,
    BeneficiariesListed,
    OptionsChosen,
    DeclarationsAccepted,
    FastTrackTermAccepted,
    DocumentAttached,
    DocumentRemoved,
    TechnicalResponsibleNamed,
    ResponsibilityConfirmed,
    ContractorNamed,
    DraftDiscarded,
    FormRendered,
    BudgetReceived,
    PaymentRecorded,
    WorksBegan,
    ConnectionRecorded,
)
