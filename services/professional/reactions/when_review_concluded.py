"""When the back office has concluded the review of a profile, the verdict is applied to the submission it is about."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from services.professional.domain.profile.commands import ApproveProfile, ProfileCommand, RejectProfile
from services.professional.domain.profile.events import ProfileEvent
from services.professional.domain.profile.states import Profile
from shared.calendar import Calendar
from shared.clock import Clock
from shared.contracts.backoffice.review import ProfileTerms, ReviewConcluded
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenReviewConcluded:
    """Approves or rejects; a stale verdict is answered by VerdictNotApplied, which reopens the review."""

    profiles: Handler[ProfileCommand, Profile, ProfileEvent]
    calendar: Calendar
    clock: Clock
    name: ClassVar[str] = "when_review_concluded"
    on: ClassVar[frozenset[type[Event]]] = frozenset({ReviewConcluded})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Send the verdict as an own command; reviews of other kinds are not ours."""
        verdict: ReviewConcluded = event.event
        if verdict.kind != "profile":
            return
        profile_id = UUID(verdict.subject_stream.removeprefix(f"{self.profiles.category}-"))
        cause = Cause("service:professional", event.cause.correlation, event.id, event.cause.trace)
        await self.profiles(db, profile_id, self._command(verdict), cause, reaction=self.name)

    def _command(self, verdict: ReviewConcluded) -> ApproveProfile | RejectProfile:
        now = self.clock()
        if verdict.outcome == "rejected":
            return RejectProfile(
                verdict.review_id, verdict.subject_stream, verdict.submission, verdict.reasons, verdict.documents, verdict.concluded_at
            )
        terms = verdict.content if isinstance(verdict.content, ProfileTerms) else None
        return ApproveProfile(
            review_id=verdict.review_id,
            subject_stream=verdict.subject_stream,
            submission=verdict.submission,
            valid_until=terms.valid_until if terms else None,
            attribution_confirmed=terms.attribution_confirmed if terms else False,
            today=self.calendar.today(now),
            now=verdict.concluded_at,
        )
