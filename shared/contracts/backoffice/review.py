"""What the back office publishes about reviews: who took one, and how it was concluded.

A judgement travels as `ReviewConcluded`; the owner of the subject decides what follows from it, and refuses a conclusion
about another submission. `content` is typed by the kind of review: an approved profile carries its `ProfileTerms`, an
analysis its `BudgetTerms` (REN ANEEL 1.000/2021, art. 69), an inspection its `InspectionReport` (arts. 93-94).
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.eventsourcing.event import Event

type ReviewKind = Literal["profile", "triage", "analysis", "commissioning", "inspection"]
type Outcome = Literal["approved", "rejected"]
type Verdict = Literal["accepted", "refused"]
type StaffText = Annotated[str, Field(max_length=1000)]
"""Free text by staff: at most 1,000 characters, refused where it holds a CPF, CNPJ, e-mail or phone."""


class Part(BaseModel):
    """A part of a published event; frozen and strict, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Reason(Part):
    """Why: a code of the closed list, the article shown to the citizen, and what exactly, in words."""

    code: str
    article: str | None = None
    text: StaffText | None = None


class Judged(Part):
    """The verdict on one document."""

    id: UUID
    verdict: Verdict
    reason: Reason | None = None


class ProfileTerms(Part):
    """What an approved profile is worth: until when, and whether the title's attribution for this field was confirmed."""

    type: Literal["profile-terms"] = "profile-terms"
    valid_until: date
    attribution_confirmed: bool


class Work(Part):
    """A work that the connection needs, its cost, and who bears how much of it (arts. 69, 108-110)."""

    description: StaffText
    cost: Decimal
    participation: Decimal
    days: int


class Alternative(Part):
    """Another way to connect that the customer may choose (art. 69)."""

    code: str
    description: StaffText
    participation: Decimal


class BudgetTerms(Part):
    """The connection budget of art. 69; `simplified` for micro without power increase (§3)."""

    type: Literal["budget-terms"] = "budget-terms"
    simplified: bool
    free_of_charge: bool
    participation: Decimal
    connection_point: StaffText
    voltage_v: Decimal
    works: tuple[Work, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    metering_cost: Decimal = Decimal(0)
    contracts: tuple[str, ...] = ()
    validity_business_days: int
    inspection_rule: Literal["on-request", "as-soon-as-possible"]


class Finding(Part):
    """One item looked at during the visit; a failed one names its reason of the closed list and the fix."""

    item: str
    passed: bool
    reason: Reason | None = None
    fix: StaffText | None = None


class InspectionReport(Part):
    """What the visit found (arts. 93-94)."""

    type: Literal["inspection-report"] = "inspection-report"
    visited_on: date
    findings: tuple[Finding, ...]
    meter_number: str | None = None
    installed_kw: Decimal | None = None


type Content = Annotated[ProfileTerms | BudgetTerms | InspectionReport, Field(discriminator="type")]


class ReviewClaimed(Event):
    """Somebody took a review; until `expires_at` unless renewed."""

    review_id: UUID
    kind: ReviewKind
    subject_stream: str
    submission: int
    claimed_by: UUID
    claimed_at: datetime
    expires_at: datetime
    out_of_order: bool
    reason: StaffText | None = None


class ReviewConcluded(Event):
    """A review was concluded, once: what the owner of the subject decides upon. `concluded_by` names a person."""

    review_id: UUID
    subject_stream: str
    submission: int
    kind: ReviewKind
    outcome: Outcome
    reasons: tuple[Reason, ...]
    documents: tuple[Judged, ...]
    content: Content | None = None
    concluded_by: UUID
    confirmed_by: UUID | None = None
    concluded_at: datetime
