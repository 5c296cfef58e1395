"""When is a sign-up abandoned? Arms its timer."""

from collections.abc import Sequence
from typing import Any, ClassVar

from services.identity.domain.sign_up.decider import ABANDONED_AFTER
from services.identity.domain.sign_up.events import SignUpAbandoned, SignUpCompleted, SignUpStarted
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.timers import armed, disarmed
from shared.eventsourcing.writes import Writes

TIMER = "sign-up-abandoned"


class SignUpDeadlines:
    """The inline view over `sign-up` streams."""

    name: ClassVar[str] = "sign_up_deadlines_1"
    category: ClassVar[str] = "sign-up"
    timers: ClassVar[tuple[str, ...]] = (TIMER,)
    on: ClassVar[frozenset[type[Event]]] = frozenset({SignUpStarted, SignUpCompleted, SignUpAbandoned})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            if isinstance(record.event, SignUpStarted):
                writes.add(*armed(record.stream, {TIMER: record.event.started_at + ABANDONED_AFTER}))
            else:
                writes.add(*disarmed(record.stream, [TIMER]))
