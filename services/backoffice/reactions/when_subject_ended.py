"""A submission was withdrawn, or its subject ended: nothing is left to judge, and whoever holds the review is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from services.backoffice.opening import Reviews, close_reviews
from shared.contracts.backoffice.review import ReviewKind
from shared.contracts.professional.profile import ProfileClosed, SubmissionWithdrawn
from shared.contracts.requests.budget_request import BudgetCancelled, BudgetWithdrawn
from shared.contracts.requests.commissioning import CommissioningWithdrawn
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenSubjectEnded:
    """Closes the reviews about what is no more."""

    reviews: Reviews
    name: ClassVar[str] = "when_subject_ended"
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {SubmissionWithdrawn, ProfileClosed, BudgetWithdrawn, BudgetCancelled, CommissioningWithdrawn}
    )
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Of a withdrawn submission its review, of an ended subject all."""
        kinds, why, before = _what_ends(event.event)
        await close_reviews(db, self.reviews, event, why, self.name, kinds=kinds, before=before)


def _what_ends(fact: Event) -> tuple[Sequence[ReviewKind], str, int | None]:
    match fact:
        case SubmissionWithdrawn():
            return ["profile"], "submission-withdrawn", fact.submission + 1
        case ProfileClosed():
            return ["profile"], "profile-closed", None
        case BudgetWithdrawn():
            return ["triage", "analysis"], "request-withdrawn", None
        case BudgetCancelled():
            return ["triage", "analysis"], "request-cancelled", None
        case _:
            return ["commissioning", "inspection"], "commissioning-withdrawn", None
