"""A visit was scheduled, or moved: it waits for its inspector, due on the day of the visit."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.opening import Reviews, open_review
from shared.contracts.requests.commissioning import InspectionScheduled
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenInspectionScheduled:
    """Opens the review of the visit, and closes that of a visit which was moved."""

    reviews: Reviews
    name: ClassVar[str] = "when_inspection_scheduled"
    on: ClassVar[frozenset[type[Event]]] = frozenset({InspectionScheduled})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[InspectionScheduled]) -> None:
        """One review per visit."""
        await open_review(db, self.reviews, event, "inspection", self.name, due_on=event.event.visit_on)
