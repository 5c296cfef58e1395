"""Commissioning was requested: its documents wait to be checked."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.opening import Reviews, due_of, open_review
from shared.contracts.requests.commissioning import CommissioningRequested
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenCommissioningRequested:
    """Opens the review."""

    reviews: Reviews
    name: ClassVar[str] = "when_commissioning_requested"
    on: ClassVar[frozenset[type[Event]]] = frozenset({CommissioningRequested})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[CommissioningRequested]) -> None:
        """One review per submission."""
        fact = event.event
        await open_review(
            db, self.reviews, event, "commissioning", self.name, documents=fact.documents, due_on=due_of(fact.due, "inspection")
        )
