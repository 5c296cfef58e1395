"""When a service has erased what it may: once all have and no notice is due, the contact goes; what is kept ends by timer."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from services.identity.domain.user.events import person_stream
from services.identity.views import erasures
from shared.contracts.erasure import ErasureApplied
from shared.eventsourcing import timers
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db

TIMER = "identity-kept"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WhenErasureApplied:
    """Puts the answers of the services together."""

    keys: Keys
    name: ClassVar[str] = "when_erasure_applied"
    on: ClassVar[frozenset[type[Event]]] = frozenset({ErasureApplied})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Note the answer, and what follows once it was the last."""
        applied: ErasureApplied = event.event
        await erasures.note_answer(db, event.cause.actor.removeprefix("service:"), applied)
        standing = await erasures.find_of(db, applied.person_id)
        if standing is None or standing.waiting_for or standing.notices_due:
            return
        await erasures.forget_contact(db, applied.person_id)
        stream = person_stream(applied.person_id)
        if standing.kept_until is None:
            await self.keys.destroy(db, stream, before=event.recorded_at + _DAY)
            await erasures.forget_letters(db, applied.person_id, standing.at)
        else:
            await timers.arm(db, TIMER, stream, datetime.combine(standing.kept_until + _DAY, time.min, UTC))


@dataclass(frozen=True)
class ForgetIdentity:
    """The timer's deed: ten years after the last protocol nobody can read any more who it was."""

    keys: Keys

    async def fire(self, db: Db, stream: str, now: datetime) -> None:
        """Destroy the key, and the lines of what was told."""
        await self.keys.destroy(db, stream, before=now)
        standing = await erasures.find_of(db, UUID(stream[-36:]))
        if standing is not None:
            await erasures.forget_letters(db, standing.person_id, standing.at)
