"""What every service tells on its topic `<service>.access-log`: who looked at whose record, and why. Kept 400 days."""

from datetime import datetime
from typing import Literal

from shared.eventsourcing.event import Event


class RecordViewed(Event):
    """Somebody (the actor of the record) looked at something; one stream `look-<uuid>` each."""

    what: str
    object: str
    purpose: str
    channel: Literal["portal", "store", "phone", "staff", "service"]
    at: datetime
