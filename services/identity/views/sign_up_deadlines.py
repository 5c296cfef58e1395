"""When is a sign-up abandoned? Arms its timer."""

from collections.abc import Sequence
from typing import Any, ClassVar

from services.identity.domain.sign_up.decider import ABANDONED_AFTER
from services.identity.domain.sign_up.events import SignUpAbandoned, SignUpCompleted, SignUpStarted
from shared.eventsourcing import timers
from shared.eventsourcing.event import Event, Recorded
from shared.postgres import Db

TIMER = "sign-up-abandoned"


class SignUpDeadlines:
    """The inline view over `sign-up` streams."""

    name: ClassVar[str] = "sign_up_deadlines_1"
    category: ClassVar[str] = "sign-up"
    timers: ClassVar[tuple[str, ...]] = (TIMER,)
    on: ClassVar[frozenset[type[Event]]] = frozenset({SignUpStarted, SignUpCompleted, SignUpAbandoned})

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            if isinstance(record.event, SignUpStarted):
                await timers.arm(db, TIMER, record.stream, record.event.started_at + ABANDONED_AFTER)
            else:
                await timers.disarm(db, TIMER, record.stream)
