"""What every service publishes about its own running, on `<service>.operations`: streams parked and replayed."""

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
