"""What the timers of clocks do: nudge the request or commissioning they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.domain.budget_request import commands as budget
from services.requests.domain.commissioning import commands as commissioning
from services.requests.parts import Commissionings, Requests
from services.requests.views.budget_requests import take
from services.requests.views.clocks import ALL, timer_of
from services.requests.views.commissionings import is_open_for, was_visited
from shared.calendar import Calendar
from shared.contracts.requests.parts import Clock, DueDate
from shared.eventsourcing.event import Cause
from shared.eventsourcing.timers import Fire, arm
from shared.ids import new_id
from shared.postgres import Db


@dataclass(frozen=True)
class LetTimePass:
    """Nudges one clock; one that is not over yet is set again.

    An inspection that was asked for holds the clock of asking for it: it is looked at each day, for a commissioning that is given
    up or dismissed asked for nothing. One that was visited did, whatever the visit found (arts. 68, §2 and 94, §3).
    """

    clock: Clock
    requests: Requests
    commissionings: Commissionings
    calendar: Calendar

    async def __call__(self, db: Db, stream: str, now: datetime) -> None:
        """Nudge one record."""
        record_id = UUID(stream[-36:])
        cause = Cause(f"timer:{timer_of(self.clock)}", new_id())
        if stream.startswith(f"{self.commissionings.category}-"):
            nudge = commissioning.LetTimePass(self.clock, self.calendar, now)
            outcome = await self.commissionings(db, record_id, nudge, cause)
            await self._again(db, stream, getattr(getattr(outcome.state, "case", None), "clocks", {}), now)
            return
        if self.clock == "inspection-request":
            await take(db, record_id)
            if await was_visited(db, record_id):
                return
            if await is_open_for(db, record_id):
                await arm(db, timer_of(self.clock), stream, self.calendar.end_of_day(self.calendar.today(now)))
                return
        told = await self.requests(db, record_id, budget.LetTimePass(self.clock, self.calendar, now), cause)
        await self._again(db, stream, getattr(getattr(told.state, "case", None), "clocks", {}), now)

    async def _again(self, db: Db, stream: str, clocks: Mapping[str, DueDate], now: datetime) -> None:
        running = clocks.get(self.clock)
        if running is not None and (over_at := self.calendar.end_of_day(running.due_on)) > now:
            await arm(db, timer_of(self.clock), stream, over_at)


def timers(requests: Requests, commissionings: Commissionings, calendar: Calendar) -> Mapping[str, Fire]:
    """One timer for each clock."""
    return {timer_of(clock): LetTimePass(clock, requests, commissionings, calendar) for clock in ALL}
