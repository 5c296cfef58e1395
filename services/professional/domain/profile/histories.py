"""What a profile's whole history says, where its present state is not enough."""

from collections.abc import Iterable
from datetime import date, datetime

from services.professional.domain.profile.events import ProfileApproved, ProfileStarted
from shared.calendar import years_after
from shared.eventsourcing.event import Event

_YEARS = 10


def kept_until(history: Iterable[Event]) -> date | None:
    """Until when a profile that was ever approved is kept, because requests may rest on it (REN 1.000/2021, art. 659, §2): ten
    years after it stood last; None where none ever stood, and nothing needs to be kept.
    """
    ends = [event.valid_until for event in history if isinstance(event, ProfileApproved)]
    return years_after(max(ends), _YEARS) if ends else None


def begun_since(history: Iterable[Event], since: datetime) -> bool:
    """Whether the present profile was started at or after an instant; nothing started is nothing begun."""
    starts = [event.started_at for event in history if isinstance(event, ProfileStarted)]
    return bool(starts) and starts[-1] >= since
