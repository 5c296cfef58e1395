"""Which sessions have ended? Identity knows at once what the other services read from its topic a moment later."""

from collections.abc import Sequence
from typing import Any, ClassVar

from shared.contracts.identity.session import SessionEnded
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.http.sessions import EndedSessions


class OwnEndedSessions:
    """The inline view over `session` streams."""

    name: ClassVar[str] = "own_ended_sessions_1"
    category: ClassVar[str] = "session"
    not_compared: ClassVar[str] = EndedSessions.not_compared
    on: ClassVar[frozenset[type[Event]]] = frozenset({SessionEnded})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Remember each."""
        await EndedSessions().project(writes, events)
