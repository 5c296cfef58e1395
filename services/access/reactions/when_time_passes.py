"""When time passes: the timers of grants send their commands; a timer that came too early is set again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.access.domain.grant.commands import AnnounceEnd, ExpireAccess, GrantCommand, LapseOffer, RemindOffer
from services.access.domain.grant.present import Present, Terms
from services.access.domain.grant.states import Grant, Live, Offered, Requested, Unmatched
from services.access.parts import Grants
from services.access.views.grant_timers import ANNOUNCE, EXPIRE, LAPSE, REMIND
from shared.calendar import Calendar
from shared.eventsourcing.event import Cause
from shared.eventsourcing.timers import Fire, arm
from shared.ids import new_id
from shared.postgres import Db

_COMMANDS: Mapping[str, Callable[[Present], GrantCommand]] = {
    REMIND: RemindOffer,
    LAPSE: LapseOffer,
    ANNOUNCE: AnnounceEnd,
    EXPIRE: ExpireAccess,
}
_PREFIX = len("grant-")


@dataclass(frozen=True)
class WhenTimePasses:
    """One timer by name: its command, and when it is due if it is not yet."""

    timer: str
    grants: Grants
    calendar: Calendar
    terms: Terms

    async def fire(self, db: Db, stream: str, now: datetime) -> None:
        """Nudge one grant."""
        present = Present(now, self.calendar, self.terms)
        cause = Cause(f"timer:{self.timer}", correlation=new_id())
        outcome = await self.grants(db, UUID(stream[_PREFIX:]), _COMMANDS[self.timer](present), cause)
        if not outcome.events and (due := due_of(self.timer, outcome.state, present)) is not None:
            await arm(db, self.timer, stream, due)


def due_of(timer: str, state: Grant, present: Present) -> datetime | None:
    """When this timer is to fire for a grant in this state; None when never again."""
    match state:
        case Offered(offered_at=since) | Requested(requested_at=since) | Unmatched(requested_at=since):
            if timer == LAPSE:
                return state.lapses_at
            return since + timedelta(days=present.terms.remind_after_days) if timer == REMIND and not state.reminded else None
        case Live():
            if timer == EXPIRE:
                return present.calendar.end_of_day(state.ends_on)
            waits = timer == ANNOUNCE and state.announced_for != state.ends_on and not present.ended(state.ends_on)
            return present.announces(state.ends_on) if waits else None
        case _:
            return None


def timers_of(grants: Grants, calendar: Calendar, terms: Terms) -> Mapping[str, Fire]:
    """Every timer of this service."""
    return {name: WhenTimePasses(name, grants, calendar, terms).fire for name in _COMMANDS}
