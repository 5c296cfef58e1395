"""What a request can be; states that cannot be, cannot be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.requests.domain.budget_request.events import (
    BeneficiariesListed,
    BudgetApproved,
    BudgetIssued,
    BudgetRequested,
    ClockSuspended,
    ContractorNamed,
    ContractsDelivered,
    ContractsReturned,
    DeclarationsAccepted,
    DocumentAttached,
    DraftStarted,
    FormRendered,
    Inverter,
    Module,
    MotiveChosen,
    Options,
    PurposeChosen,
    SiteAndLoadGiven,
)
from shared.contracts.requests.parts import DueDate


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nothing yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been given so far."""

    started: DraftStarted
    motive: MotiveChosen | None = None
    purpose: PurposeChosen | None = None
    modules: Mapping[UUID, Module] = field(default_factory=dict)
    inverters: Mapping[UUID, Inverter] = field(default_factory=dict)
    site: SiteAndLoadGiven | None = None
    beneficiaries: BeneficiariesListed | None = None
    options: Options | None = None
    declarations: DeclarationsAccepted | None = None
    fast_track_term: bool = False
    documents: Mapping[UUID, DocumentAttached] = field(default_factory=dict)
    responsible_id: UUID | None = None
    confirmed: bool = False
    contractor: ContractorNamed | None = None


@dataclass(frozen=True, slots=True)
class Discarded:
    """The draft was thrown away."""

    started: DraftStarted


@dataclass(frozen=True, slots=True)
class Case:
    """What a filed request carries through all its phases."""

    draft: Draft
    filed: BudgetRequested
    clocks: Mapping[str, DueDate]
    missed: frozenset[str] = frozenset()
    papers: Mapping[str, FormRendered] = field(default_factory=dict)
    contested: bool = False


@dataclass(frozen=True, slots=True)
class UnderTriage:
    """Documents are being looked at."""

    case: Case


@dataclass(frozen=True, slots=True)
class UnderAnalysis:
    """The budget is being made."""

    case: Case
    suspended: ClockSuspended | None = None


@dataclass(frozen=True, slots=True)
class AwaitingApproval:
    """The budget is with the customer."""

    case: Case
    issued: BudgetIssued
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwaitingContracts:
    """Approved: contracts go out, come back, and are paid."""

    case: Case
    issued: BudgetIssued
    approved: BudgetApproved
    delivered: ContractsDelivered | None = None
    returned: ContractsReturned | None = None
    paid: bool = False


@dataclass(frozen=True, slots=True)
class WorksUnderWay:
    """The distributor builds."""

    case: Case
    issued: BudgetIssued
    approved: BudgetApproved


@dataclass(frozen=True, slots=True)
class InForce:
    """The generation may be commissioned."""

    case: Case
    issued: BudgetIssued
    since: datetime


@dataclass(frozen=True, slots=True)
class Connected:
    """The plant generates."""

    case: Case
    commissioning_id: UUID


@dataclass(frozen=True, slots=True)
class Over:
    """Ended before the plant was connected."""

    case: Case
    how: Literal["dismissed", "declined", "expired", "cancelled", "withdrawn"]
    at: datetime


type Open = UnderTriage | UnderAnalysis | AwaitingApproval | AwaitingContracts | WorksUnderWay | InForce
type Filed = Open | Connected | Over
type BudgetRequest = NotStarted | Draft | Discarded | Filed

NAMES: Mapping[type, str] = {
    NotStarted: "not-started",
    Draft: "draft",
    Discarded: "discarded",
    UnderTriage: "under-triage",
    UnderAnalysis: "under-analysis",
    AwaitingApproval: "awaiting-approval",
    AwaitingContracts: "awaiting-contracts",
    WorksUnderWay: "works-under-way",
    InForce: "in-force",
    Connected: "connected",
}


def name_of(state: BudgetRequest) -> str:
    """The name of a state as programs read it."""
    return state.how if isinstance(state, Over) else NAMES[type(state)]
