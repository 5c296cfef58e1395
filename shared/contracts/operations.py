"""What every service publishes about its own running, on `<service>.operations`: streams parked and replayed."""

from datetime import datetime
from uuid import UUID

from shared.eventsourcing.event import Event

OPERATIONS = "operations"


class EventParked(Event):
    """A reader could not apply an event: its stream waits, and what follows in it, until an operator has it applied again."""

    reader: str
    subject_stream: str
    subject_version: int
    event_id: UUID
    because: str


class EventReplayed(Event):
    """What was parked of a stream has been applied again, in order."""

    reader: str
    subject_stream: str
    events: int


class StoreTakenBack(Event):
    """The store had been restored behind its topics; an operator had it take back what they hold, so that no version is given twice."""

    restored_to: datetime | None
    events: int
    streams: int
    versions_lost: int
    because: str


class HistoryLost(Event):
    """Versions of a stream that were never published and are not in the restored store: they are not given again."""

    subject_stream: str
    versions: tuple[int, ...]


COMMON: tuple[type[Event], ...] = (EventParked, EventReplayed, StoreTakenBack, HistoryLost)
"""What every service publishes."""
