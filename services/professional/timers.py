"""What the timers of a profile do: tell that the end is near, and end it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.professional.domain.profile.commands import AnnounceExpiry, ExpireProfile, ProfileCommand
from services.professional.domain.profile.events import ProfileEvent
from services.professional.domain.profile.standing import next_warning
from services.professional.domain.profile.states import Approved, Profile, Suspended
from services.professional.views.ends import ANNOUNCE, EXPIRE
from shared.calendar import Calendar
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.timers import Fire, arm
from shared.ids import new_id
from shared.postgres import Db


@dataclass(frozen=True)
class ProfileTimers:
    """Nudges; the decider recomputes, and what is not due yet is armed again."""

    profiles: Handler[ProfileCommand, Profile, ProfileEvent]
    calendar: Calendar

    def fires(self) -> dict[str, Fire]:
        """Each timer by its name."""
        return {ANNOUNCE: self.announce, EXPIRE: self.expire}

    async def announce(self, db: Db, stream: str, now: datetime) -> None:
        """Tell the professional, once per warning."""
        cause = Cause(f"timer:{ANNOUNCE}", correlation=new_id())
        outcome = await self.profiles(db, UUID(stream[-36:]), AnnounceExpiry(self.calendar, now), cause)
        if outcome.events or not isinstance(outcome.state, Approved):
            return
        due = next_warning(outcome.state.standing, self.calendar)
        if due is not None and due > now:
            await arm(db, ANNOUNCE, stream, due)

    async def expire(self, db: Db, stream: str, now: datetime) -> None:
        """End what is over."""
        cause = Cause(f"timer:{EXPIRE}", correlation=new_id())
        outcome = await self.profiles(db, UUID(stream[-36:]), ExpireProfile(self.calendar, now), cause)
        if not outcome.events and isinstance(outcome.state, Approved | Suspended):
            await arm(db, EXPIRE, stream, self.calendar.end_of_day(outcome.state.standing.terms.valid_until))
