"""A profile was submitted: it waits for a reviewer."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.opening import Reviews, open_review
from shared.contracts.professional.profile import ProfileSubmitted
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenProfileSubmitted:
    """Opens the review."""

    reviews: Reviews
    name: ClassVar[str] = "when_profile_submitted"
    on: ClassVar[frozenset[type[Event]]] = frozenset({ProfileSubmitted})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[ProfileSubmitted]) -> None:
        """One review per submission."""
        await open_review(db, self.reviews, event, "profile", self.name, documents=event.event.documents, due_on=event.event.due_on)
