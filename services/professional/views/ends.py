"""When is a professional to be told, and when does the profile end? Inline; the timers of the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from services.professional.domain.profile.events import (
    ExpiryAnnounced,
    ProfileApproved,
    ProfileClosed,
    ProfileExpired,
    ProfileReinstated,
    ProfileSuspended,
)
from services.professional.domain.profile.standing import WARNINGS
from shared.calendar import Calendar
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.timers import arm, disarm
from shared.postgres import Db

ANNOUNCE = "announce-expiry"
EXPIRE = "expire-profile"


@dataclass(frozen=True)
class Ends:
    """Arms and disarms the timers of each profile."""

    calendar: Calendar
    name: ClassVar[str] = "ends_1"
    category: ClassVar[str] = "profile"
    timers: ClassVar[tuple[str, ...]] = (ANNOUNCE, EXPIRE)
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {ProfileApproved, ProfileReinstated, ExpiryAnnounced, ProfileSuspended, ProfileExpired, ProfileClosed}
    )

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Set the timers as the events say."""
        for record in events:
            match record.event:
                case ProfileApproved(valid_until=until) | ProfileReinstated(valid_until=until):
                    await self._arm(db, record.stream, until, WARNINGS[0])
                case ExpiryAnnounced(days=days, valid_until=until):
                    if later := [warning for warning in WARNINGS if warning < days]:
                        await self._arm(db, record.stream, until, max(later))
                case ProfileSuspended():
                    await disarm(db, ANNOUNCE, record.stream)
                case ProfileExpired() | ProfileClosed():
                    await disarm(db, ANNOUNCE, record.stream)
                    await disarm(db, EXPIRE, record.stream)

    async def _arm(self, db: Db, stream: str, until: date, days: int) -> None:
        ends_at = self.calendar.end_of_day(until)
        await arm(db, ANNOUNCE, stream, ends_at - timedelta(days=days))
        await arm(db, EXPIRE, stream, ends_at)
