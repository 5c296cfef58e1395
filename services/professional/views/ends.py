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
from shared.eventsourcing.timers import armed, disarmed
from shared.eventsourcing.writes import Writes

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

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Set the timers as the events say."""
        for record in events:
            match record.event:
                case ProfileApproved(valid_until=until) | ProfileReinstated(valid_until=until):
                    self._arm(writes, record.stream, until, WARNINGS[0])
                case ExpiryAnnounced(days=days, valid_until=until):
                    if later := [warning for warning in WARNINGS if warning < days]:
                        self._arm(writes, record.stream, until, max(later))
                case ProfileSuspended():
                    writes.add(*disarmed(record.stream, [ANNOUNCE]))
                case ProfileExpired() | ProfileClosed():
                    writes.add(*disarmed(record.stream, [ANNOUNCE, EXPIRE]))

    def _arm(self, writes: Writes, stream: str, until: date, days: int) -> None:
        ends_at = self.calendar.end_of_day(until)
        writes.add(*armed(stream, {ANNOUNCE: ends_at - timedelta(days=days), EXPIRE: ends_at}))
