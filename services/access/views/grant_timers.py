"""What is due when? The timers of grants, kept from their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from services.access.domain.grant import events as e
from services.access.domain.grant.present import Present, Terms
from shared.calendar import Calendar
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.timers import arm, disarm
from shared.postgres import Db

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

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Set and forget."""
        for record in events:
            match record.event:
                case e.AccessOffered() as event:
                    await self._answer(db, record.stream, event.offered_at, event.lapses_at)
                case e.AccessRequested() | e.AskNotMatched() as event:
                    await self._answer(db, record.stream, event.requested_at, event.lapses_at)
                case e.AccessGranted() as event:
                    await _forget(db, record.stream, REMIND, LAPSE)
                    await self._end(db, record.stream, event.ends_on, event.granted_at)
                case e.AccessExtended() as event:
                    await self._end(db, record.stream, event.ends_on, event.extended_at)
                case _:
                    await _forget(db, record.stream, REMIND, LAPSE, ANNOUNCE, EXPIRE)

    async def _answer(self, db: Db, stream: str, since: datetime, lapses_at: datetime) -> None:
        await arm(db, REMIND, stream, since + timedelta(days=self.terms.remind_after_days))
        await arm(db, LAPSE, stream, lapses_at)

    async def _end(self, db: Db, stream: str, ends_on: date, since: datetime) -> None:
        announces = Present(since, self.calendar, self.terms).announces(ends_on)
        if announces > since:
            await arm(db, ANNOUNCE, stream, announces)
        await arm(db, EXPIRE, stream, self.calendar.end_of_day(ends_on))


async def _forget(db: Db, stream: str, *names: str) -> None:
    for name in names:
        await disarm(db, name, stream)
