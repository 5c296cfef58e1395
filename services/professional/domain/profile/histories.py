"""What a profile's whole history says, where its present state is not enough."""

from collections.abc import Iterable
from datetime import datetime

from services.professional.domain.profile.events import ProfileApproved, ProfileStarted
from shared.eventsourcing.event import Event


def ever_approved(history: Iterable[Event]) -> bool:
    """Whether it was approved at any time: requests may rest on it, and it is kept as long as they are."""
    return any(isinstance(event, ProfileApproved) for event in history)


def begun_since(history: Iterable[Event], since: datetime) -> bool:
    """Whether the present profile was started at or after an instant; nothing started is nothing begun."""
    starts = [event.started_at for event in history if isinstance(event, ProfileStarted)]
    return bool(starts) and starts[-1] >= since
