"""What the back office publishes about its audit: the head of the chain at each midnight."""

from datetime import date, datetime

from shared.eventsourcing.event import Event


class AuditSealed(Event):
    """The chain stood at row `n` with this hash when the day ended: whoever kept the seal can tell a chain that was rewritten."""

    day: date
    n: int
    hash: str
    sealed_at: datetime


class ExportMade(Event):
    """A file was made of what the back office knows: which, by whom, its rows and its digest."""

    kind: str
    rows: int
    sha256: str
    made_at: datetime
