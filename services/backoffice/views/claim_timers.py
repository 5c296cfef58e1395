"""Which claims may idle until when? Keeps a timer per claimed review."""

from collections.abc import Sequence
from typing import Any, ClassVar

from services.backoffice.domain.review.events import (
    ClaimRenewed,
    ConclusionProposed,
    ConclusionReturned,
    DocumentJudged,
    JudgementUndone,
    ReviewClaimed,
    ReviewClosed,
    ReviewConcluded,
    ReviewEscalated,
    ReviewReassigned,
    ReviewReleased,
    ReviewReopened,
)
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.timers import armed, disarmed
from shared.eventsourcing.writes import Writes

EXPIRE_CLAIM = "expire-claim"
_HOLDS = (ReviewClaimed, ReviewReassigned, ClaimRenewed, DocumentJudged, JudgementUndone, ConclusionReturned)
_ENDS = (ReviewReleased, ConclusionProposed, ReviewConcluded, ReviewClosed, ReviewEscalated, ReviewReopened)


class ClaimTimers:
    """Arms the timer when a review is held, disarms it when it is not."""

    name: ClassVar[str] = "claim_timers_1"
    category: ClassVar[str] = "review"
    timers: ClassVar[tuple[str, ...]] = (EXPIRE_CLAIM,)
    on: ClassVar[frozenset[type[Event]]] = frozenset({*_HOLDS, *_ENDS})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """The last event of the batch decides."""
        last = events[-1]
        if isinstance(last.event, _HOLDS):
            writes.add(*armed(last.stream, {EXPIRE_CLAIM: last.event.expires_at}))
        else:
            writes.add(*disarmed(last.stream, [EXPIRE_CLAIM]))
