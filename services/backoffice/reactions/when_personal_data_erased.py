"""When a person asked to be forgotten, the back office answers what it keeps: ids of people in reviews and in the audit, for ten years."""

from dataclasses import dataclass
from typing import ClassVar

from services.backoffice.opening import cause_of
from services.backoffice.views.audit_log import last_mention
from services.backoffice.views.review_queue import last_review_of
from shared.calendar import Calendar, years_after
from shared.clock import Clock
from shared.contracts.erasure import ErasureApplied, Kept
from shared.contracts.identity.user import PersonalDataErased
from shared.erasure_answers import answer_once
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.store import Store
from shared.ids import derived_id
from shared.postgres import Db

_YEARS = 10
_DUTY = "REN 1.000/2021, art. 659, §2"


@dataclass(frozen=True)
class WhenPersonalDataErased:
    """Reviews and audit name people by PersonId only, and are under a duty: nothing here may be destroyed yet."""

    store: Store
    clock: Clock
    calendar: Calendar
    name: ClassVar[str] = "when_personal_data_erased"
    on: ClassVar[frozenset[type[Event]]] = frozenset({PersonalDataErased})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[PersonalDataErased]) -> None:
        """Answer once."""
        person = event.event.person_id
        found = {"reviews": await last_review_of(db, person), "audit": await last_mention(db, person)}
        kept = tuple(
            Kept(what=what, why=_DUTY, until=years_after(self.calendar.today(at), _YEARS)) for what, at in found.items() if at is not None
        )
        answer = ErasureApplied(person_id=person, kept=kept, applied_at=self.clock())
        stream = f"erasure-{derived_id(event.id, 'backoffice')}"
        await answer_once(db, self.store, stream, answer, cause_of(event), derived_id(event.id, f"{self.name}/0"))
