"""When a person asked to be forgotten, access answers what it keeps of them, and why: grants for ten years, units as the register's."""

from dataclasses import dataclass
from typing import Any, ClassVar

from services.access.views.consumer_units import units_of_holder
from services.access.views.grants import last_end_of
from shared.calendar import years_after
from shared.clock import Clock
from shared.contracts.erasure import ErasureApplied, Kept
from shared.contracts.identity.user import PersonalDataErased
from shared.erasure_answers import answer_once
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.store import Store
from shared.ids import derived_id
from shared.postgres import Db

_YEARS = 10


@dataclass(frozen=True)
class WhenPersonalDataErased:
    """A grant names people by PersonId only, and a unit's address is its holder's by the register: nothing here may be destroyed yet."""

    store: Store
    clock: Clock
    name: ClassVar[str] = "when_personal_data_erased"
    on: ClassVar[frozenset[type[Event]]] = frozenset({PersonalDataErased})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Answer once."""
        erased: PersonalDataErased = event.event
        kept: list[Kept] = []
        if (last := await last_end_of(db, erased.person_id)) is not None:
            kept.append(Kept(what="grants", why="art. 659 §2", until=years_after(last, _YEARS)))
        if await units_of_holder(db, erased.person_id, "", 1):
            kept.append(Kept(what="consumer-units", why="register-of-the-utility", until=None))
        answer = ErasureApplied(person_id=erased.person_id, kept=tuple(kept), applied_at=self.clock())
        stream = f"erasure-{derived_id(event.id, 'access')}"
        cause = Cause("service:access", event.cause.correlation, event.id, event.cause.trace)
        await answer_once(db, self.store, stream, answer, cause, derived_id(event.id, f"{self.name}/0"))
