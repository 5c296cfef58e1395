"""What a commissioning can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.requests.domain.commissioning.events import (
    AsBuiltConfirmed,
    CommissioningDocumentAttached,
    CommissioningRequested,
    CommissioningStarted,
    InspectionFailed,
    InspectionScheduled,
    InstallerNamed,
)
from shared.contracts.requests.parts import DueDate


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nothing yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been given so far."""

    started: CommissioningStarted
    as_built: AsBuiltConfirmed | None = None
    documents: Mapping[UUID, CommissioningDocumentAttached] = field(default_factory=dict)
    contractor: InstallerNamed | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What a filed commissioning carries through its phases."""

    draft: Draft
    filed: CommissioningRequested
    clocks: Mapping[str, DueDate]
    missed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UnderReview:
    """Documents are being looked at."""

    case: Case


@dataclass(frozen=True, slots=True)
class AwaitingInspection:
    """The documents conform; the visit has no date yet."""

    case: Case


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The visit has a date."""

    case: Case
    visit: InspectionScheduled


@dataclass(frozen=True, slots=True)
class Connected:
    """The plant generates."""

    case: Case
    at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """The visit found what must be fixed first."""

    case: Case
    report: InspectionFailed


@dataclass(frozen=True, slots=True)
class Dismissed:
    """The documents did not conform."""

    case: Case
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Given up."""

    case: Case
    at: datetime


type Commissioning = NotStarted | Draft | UnderReview | AwaitingInspection | Scheduled | Connected | Failed | Dismissed | Withdrawn

NAMES: Mapping[type, str] = {
    NotStarted: "not-started",
    Draft: "draft",
    UnderReview: "under-review",
    AwaitingInspection: "awaiting-inspection",
    Scheduled: "scheduled",
    Connected: "connected",
    Failed: "failed",
    Dismissed: "dismissed",
    Withdrawn: "withdrawn",
}


def name_of(state: Commissioning) -> str:
    """The name of a state as programs read it."""
    return NAMES[type(state)]
