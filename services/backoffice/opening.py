"""Opening and closing reviews, as the reactions do it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.backoffice.domain.review.commands import CloseReview, OpenReview, ReviewCommand
from services.backoffice.domain.review.events import ReviewedDocument, ReviewEvent
from services.backoffice.domain.review.states import Review
from services.backoffice.views.review_queue import about
from shared.contracts.backoffice.review import ReviewKind
from shared.contracts.requests.parts import DueDate
from shared.eventsourcing.event import Cause, Recorded
from shared.eventsourcing.handler import Handler
from shared.ids import derived_id
from shared.postgres import Db

type Reviews = Handler[ReviewCommand, Review, ReviewEvent]

ACTOR = "service:backoffice"


class Document(Protocol):
    """A document as owners announce it."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def code(self) -> str:
        """Its place in the checklist."""

    @property
    def sha256(self) -> str:
        """Its digest."""


class Filed(Protocol):
    """What every event that opens a review carries."""

    @property
    def submission(self) -> int:
        """Which submission is put before the reviewer."""

    @property
    def protocol(self) -> str:
        """The protocol of the filing."""

    @property
    def filed_at(self) -> datetime:
        """When it was filed: its place in the queue."""

    @property
    def parties(self) -> tuple[UUID, ...]:
        """Who may not review it."""


def cause_of(event: Recorded[Any]) -> Cause:
    """Why this service acts: because of that event."""
    return Cause(ACTOR, event.cause.correlation, event.id, event.cause.trace)


def review_id(event: Recorded[Any], kind: ReviewKind) -> UUID:
    """The one review that an event opens."""
    return derived_id(event.id, f"review/{kind}")


def due_of(due: Iterable[DueDate], *clocks: str) -> date | None:
    """The nearest due day of these clocks."""
    return min((entry.due_on for entry in due if entry.clock in clocks), default=None)


async def open_review(
    db: Db,
    reviews: Reviews,
    event: Recorded[Any],
    kind: ReviewKind,
    reaction: str,
    *,
    documents: Sequence[Document] = (),
    due_on: date | None = None,
) -> None:
    """Open the review of a submission, and close those of earlier submissions that it replaces."""
    fact: Filed = event.event
    command = OpenReview(
        review_id=review_id(event, kind),
        kind=kind,
        subject_stream=event.stream,
        submission=fact.submission,
        protocol=fact.protocol,
        filed_at=fact.filed_at,
        due_on=due_on,
        parties=tuple(dict.fromkeys(fact.parties)),
        documents=tuple(ReviewedDocument(id=document.id, code=document.code, sha256=document.sha256) for document in documents),
        now=event.recorded_at,
    )
    await close_reviews(db, reviews, event, "submission-replaced", reaction, kinds=[kind], before=fact.submission)
    await reviews(db, command.review_id, command, cause_of(event), reaction=reaction)


async def close_reviews(
    db: Db, reviews: Reviews, event: Recorded[Any], why: str, reaction: str, *, kinds: Sequence[ReviewKind], before: int | None = None
) -> None:
    """Close the reviews about the event's subject, of these kinds; `before` spares that submission and later ones."""
    for found, _, submission in await about(db, event.stream, kinds):
        if before is None or submission < before:
            await reviews(db, found, CloseReview(why, event.recorded_at), cause_of(event), reaction=reaction)
