"""The grant that a filing relied on had ended before, or a stranger had the account: its reviews leave the queue for a supervisor."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.domain.review.commands import EscalateReview
from services.backoffice.opening import Reviews, cause_of
from services.backoffice.views.review_queue import about
from shared.contracts.requests.budget_request import FiledAfterAccessEnded, FilingContested
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenFiledAfterAccessEnded:
    """Escalates what is still to be judged about the filing."""

    reviews: Reviews
    name: ClassVar[str] = "when_filed_after_access_ended"
    on: ClassVar[frozenset[type[Event]]] = frozenset({FiledAfterAccessEnded, FilingContested})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[FiledAfterAccessEnded] | Recorded[FilingContested]) -> None:
        """Every review about it."""
        why = "access-ended" if isinstance(event.event, FiledAfterAccessEnded) else "account-handed-over"
        for found, _, _ in await about(db, event.stream):
            await self.reviews(db, found, EscalateReview(why, event.recorded_at), cause_of(event), reaction=self.name)
