"""A conclusion was about something else by the time it arrived: its review waits again, or is over with its subject."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.domain.review.commands import CloseReview, ReopenReview, ReviewCommand
from services.backoffice.opening import Reviews, cause_of
from services.backoffice.views.review_queue import about
from shared.contracts.verdict import VerdictNotApplied
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenVerdictNotApplied:
    """Reopens the review, unless nothing is under review any more or a later submission has a review of its own."""

    reviews: Reviews
    name: ClassVar[str] = "when_verdict_not_applied"
    on: ClassVar[frozenset[type[Event]]] = frozenset({VerdictNotApplied})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[VerdictNotApplied]) -> None:
        """Look for a later review of the same subject and kind first."""
        fact = event.event
        found = {review: (kind, submission) for review, kind, submission in await about(db, fact.subject_stream)}
        if fact.review_id not in found:
            return
        kind, submission = found[fact.review_id]
        replaced = any(other == kind and later > submission for other, later in found.values())
        command: ReviewCommand = ReopenReview(fact.because, event.recorded_at)
        if replaced or fact.because == "not-under-review":
            command = CloseReview(fact.because, event.recorded_at)
        await self.reviews(db, fact.review_id, command, cause_of(event), reaction=self.name)
