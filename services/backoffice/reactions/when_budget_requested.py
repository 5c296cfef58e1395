"""A budget was requested: its documents wait for triage."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.opening import Reviews, due_of, open_review
from shared.contracts.requests.budget_request import BudgetRequested
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenBudgetRequested:
    """Opens the review."""

    reviews: Reviews
    name: ClassVar[str] = "when_budget_requested"
    on: ClassVar[frozenset[type[Event]]] = frozenset({BudgetRequested})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[BudgetRequested]) -> None:
        """One review per submission."""
        fact = event.event
        await open_review(db, self.reviews, event, "triage", self.name, documents=fact.documents, due_on=due_of(fact.due, "triage"))
