"""A request passed triage: it waits for its analysis."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.opening import Reviews, due_of, open_review
from shared.contracts.requests.budget_request import BudgetAccepted
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenBudgetAccepted:
    """Opens the review."""

    reviews: Reviews
    name: ClassVar[str] = "when_budget_accepted"
    on: ClassVar[frozenset[type[Event]]] = frozenset({BudgetAccepted})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[BudgetAccepted]) -> None:
        """One review per submission."""
        await open_review(db, self.reviews, event, "analysis", self.name, due_on=due_of(event.event.due, "budget"))
