"""What every owner of catalogues publishes, on its own topic `<service>.catalogue`."""

from datetime import date, datetime
from typing import Any

from shared.eventsourcing.event import Event


class CataloguePublished(Event):
    """An edition of a catalogue is in force from `since` on."""

    catalogue: str
    version: int
    since: date
    entries: tuple[dict[str, Any], ...]
    sha256: str
    published_at: datetime
