"""What happens to a review: the private events, and the published ones re-exported."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts.backoffice.review import (
    Content,
    Judged,
    Outcome,
    Part,
    Reason,
    ReviewClaimed,
    ReviewConcluded,
    ReviewKind,
    StaffText,
    Verdict,
)
from shared.eventsourcing.event import Event

__all__ = [
    "ClaimRenewed",
    "ConclusionProposed",
    "ConclusionReturned",
    "DocumentJudged",
    "JudgementUndone",
    "ReviewClaimed",
    "ReviewClosed",
    "ReviewConcluded",
    "ReviewEscalated",
    "ReviewEvent",
    "ReviewOpened",
    "ReviewReassigned",
    "ReviewReleased",
    "ReviewReopened",
    "ReviewedDocument",
]


class ReviewedDocument(Part):
    """A document put before the reviewer, as its owner announced it."""

    id: UUID
    code: str
    sha256: str


class ReviewOpened(Event):
    """Something waits for a judgement. Its place in the queue is the instant of its protocol."""

    review_id: UUID
    kind: ReviewKind
    subject_stream: str
    submission: int
    protocol: str | None
    filed_at: datetime
    due_on: date | None
    parties: tuple[UUID, ...]
    documents: tuple[ReviewedDocument, ...]
    opened_at: datetime


class ClaimRenewed(Event):
    """Whoever holds the review is still at it."""

    review_id: UUID
    renewed_by: UUID
    renewed_at: datetime
    expires_at: datetime


class ReviewReleased(Event):
    """The review waits again: given back by its holder, or idle for too long."""

    review_id: UUID
    claimed_by: UUID
    why: Literal["given-back", "idle"]
    released_at: datetime


class ReviewReassigned(Event):
    """A supervisor gave the review to somebody."""

    review_id: UUID
    claimed_by: UUID
    taken_from: UUID | None
    reassigned_by: UUID
    reason: StaffText
    reassigned_at: datetime
    expires_at: datetime


class DocumentJudged(Event):
    """A verdict on one document; the last one holds."""

    review_id: UUID
    document_id: UUID
    verdict: Verdict
    reason: Reason | None
    judged_by: UUID
    judged_at: datetime
    expires_at: datetime


class JudgementUndone(Event):
    """The verdict on a document was taken back."""

    review_id: UUID
    document_id: UUID
    undone_by: UUID
    undone_at: datetime
    expires_at: datetime


class ConclusionProposed(Event):
    """A conclusion that a second person has to confirm."""

    review_id: UUID
    outcome: Outcome
    reasons: tuple[Reason, ...]
    documents: tuple[Judged, ...]
    content: Content | None
    proposed_by: UUID
    proposed_at: datetime


class ConclusionReturned(Event):
    """The second person did not agree, and says why; the review is again with whoever proposed."""

    review_id: UUID
    returned_by: UUID
    note: StaffText
    returned_at: datetime
    expires_at: datetime


class ReviewClosed(Event):
    """The subject was withdrawn or moved on: nothing is left to judge."""

    review_id: UUID
    why: str
    protocol: str | None
    claimed_by: UUID | None
    closed_at: datetime


class ReviewEscalated(Event):
    """From now on only a supervisor may take the review; whoever held it holds it no more."""

    review_id: UUID
    why: str
    escalated_at: datetime


class ReviewReopened(Event):
    """The owner of the subject did not apply the conclusion; the review waits again."""

    review_id: UUID
    why: str
    reopened_at: datetime


type ReviewEvent = (
    ReviewOpened
    | ReviewClaimed
    | ClaimRenewed
    | ReviewReleased
    | ReviewReassigned
    | DocumentJudged
    | JudgementUndone
    | ConclusionProposed
    | ConclusionReturned
    | ReviewConcluded
    | ReviewClosed
    | ReviewEscalated
    | ReviewReopened
)
