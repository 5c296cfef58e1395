"""What is due when? The timers of grants, kept from their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from services.access.domain.grant import events as e
from services.access.domain.grant.present import Present, Terms
from shared.calendar import Calendar
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.timers import armed, disarmed
from shared.eventsourcing.writes import Writes

REMIND, LAPSE, ANNOUNCE, EXPIRE = "remind-offer", "lapse-offer", "announce-end", "expire-access"
_ENDS = (
    e.AccessDeclined,
    e.AccessOfferWithdrawn,
    e.UnmatchedAskCancelled,
    e.AccessOfferLapsed,
    e.UnmatchedAskLapsed,
    e.AccessRevoked,
    e.AccessExpired,
)


@dataclass(frozen=True)
class GrantTimers:
    """Arms and disarms the timers of each grant."""

    calendar: Calendar
    terms: Terms
    name: ClassVar[str] = "grant_timers_1"
    category: ClassVar[str] = "grant"
    timers: ClassVar[tuple[str, ...]] = (REMIND, LAPSE, ANNOUNCE, EXPIRE)
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {e.AccessOffered, e.AccessRequested, e.AskNotMatched, e.AccessGranted, e.AccessExtended, *_ENDS}
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Set and forget."""
        for record in events:
            match record.event:
                case e.AccessOffered() as event:
                    self._answer(writes, record.stream, event.offered_at, event.lapses_at)
                case e.AccessRequested() | e.AskNotMatched() as event:
                    self._answer(writes, record.stream, event.requested_at, event.lapses_at)
                case e.AccessGranted() as event:
                    writes.add(*disarmed(record.stream, [REMIND, LAPSE]))
                    self._end(writes, record.stream, event.ends_on, event.granted_at)
                case e.AccessExtended() as event:
                    self._end(writes, record.stream, event.ends_on, event.extended_at)
                case _:
                    writes.add(*disarmed(record.stream, [REMIND, LAPSE, ANNOUNCE, EXPIRE]))

    def _answer(self, writes: Writes, stream: str, since: datetime, lapses_at: datetime) -> None:
        writes.add(*armed(stream, {REMIND: since + timedelta(days=self.terms.remind_after_days), LAPSE: lapses_at}))

    def _end(self, writes: Writes, stream: str, ends_on: date, since: datetime) -> None:
        announces = Present(since, self.calendar, self.terms).announces(ends_on)
        due_at = {EXPIRE: self.calendar.end_of_day(ends_on)}
        writes.add(*armed(stream, due_at | {ANNOUNCE: announces} if announces > since else due_at))
