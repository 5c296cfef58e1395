"""What may be asked of a review. Time, the acting person and what the queue demands come in with the command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.backoffice.domain.review.events import ReviewedDocument
from shared.contracts.backoffice.review import Content, Outcome, Reason, ReviewKind, Verdict


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of staff as the rules see them: a person, who may also be a party, with roles."""

    person_id: UUID
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the queue of a review demands: who may work on it, whose word suffices, and how long a claim may idle."""

    roles: frozenset[str]
    confirmation: Literal["never", "denials", "always"] = "denials"
    idle: timedelta = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class OpenReview:
    """Put a submission before reviewers (sent by a reaction)."""

    review_id: UUID
    kind: ReviewKind
    subject_stream: str
    submission: int
    protocol: str | None
    filed_at: datetime
    due_on: date | None
    parties: tuple[UUID, ...]
    documents: tuple[ReviewedDocument, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class ClaimNext:
    """Take the review that is next in the order of protocols."""

    officer: Officer
    rules: Rules
    now: datetime


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """Take this very review; `is_next` says whether an older one waits that the officer could take (art. 72, IV)."""

    officer: Officer
    rules: Rules
    is_next: bool
    reason: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class RenewClaim:
    """Say that one is still at it."""

    officer: Officer
    rules: Rules
    now: datetime


@dataclass(frozen=True, slots=True)
class ReleaseReview:
    """Give the review back to its queue."""

    officer: Officer
    now: datetime


@dataclass(frozen=True, slots=True)
class ReassignReview:
    """Give the review to somebody else (a supervisor)."""

    to: Officer
    reassigned_by: UUID
    rules: Rules
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ExpireClaim:
    """Nudge: release the review if its claim idled too long (sent by the timer)."""

    now: datetime


@dataclass(frozen=True, slots=True)
class JudgeDocument:
    """Give the verdict on one document; `catalogue` maps the codes of the closed list to their articles."""

    officer: Officer
    rules: Rules
    document_id: UUID
    verdict: Verdict
    reason: Reason | None
    catalogue: Mapping[str, str | None]
    now: datetime


@dataclass(frozen=True, slots=True)
class UndoJudgement:
    """Take the verdict on one document back."""

    officer: Officer
    rules: Rules
    document_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class ConcludeReview:
    """Conclude, once; or propose to, where a second person has to confirm."""

    officer: Officer
    rules: Rules
    outcome: Outcome
    reasons: tuple[Reason, ...]
    content: Content | None
    now: datetime
    catalogue: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfirmConclusion:
    """Confirm what somebody else proposed."""

    officer: Officer
    rules: Rules
    now: datetime


@dataclass(frozen=True, slots=True)
class ReturnConclusion:
    """Send a proposal back, saying why."""

    officer: Officer
    rules: Rules
    note: str
    now: datetime


@dataclass(frozen=True, slots=True)
class CloseReview:
    """The subject is gone or has moved on (sent by a reaction)."""

    why: str
    now: datetime


@dataclass(frozen=True, slots=True)
class EscalateReview:
    """Leave the review to a supervisor (sent by a reaction)."""

    why: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ReopenReview:
    """The owner did not apply the conclusion (sent by a reaction)."""

    why: str
    now: datetime


type ReviewCommand = (
    OpenReview
    | ClaimNext
    | ClaimReview
    | RenewClaim
    | ReleaseReview
    | ReassignReview
    | ExpireClaim
    | JudgeDocument
    | UndoJudgement
    | ConcludeReview
    | ConfirmConclusion
    | ReturnConclusion
    | CloseReview
    | EscalateReview
    | ReopenReview
)
