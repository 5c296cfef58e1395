"""When a person asked to be forgotten: their drafts go at once; what was filed is kept, for ten years after the last of it ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.budget_request.commands import DiscardDraft
from services.requests.domain.budget_request.states import BudgetRequest
from services.requests.domain.facts import Doer
from services.requests.parts import Requests
from services.requests.views import erased_people
from shared.calendar import Calendar, years_after
from shared.contracts.erasure import ErasureApplied, Kept
from shared.contracts.identity.user import PersonalDataErased
from shared.documents.forgetting import forget_stream
from shared.erasure_answers import answer_once
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.handler import Outcome
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.parts import in_parts
from shared.eventsourcing.refusal import Refusal
from shared.ids import derived_id
from shared.postgres import Db

_YEARS = 10
_DUTY = "REN 1.000/2021, art. 659, §2"


@dataclass(frozen=True)
class WhenPersonalDataErased:
    """Throws drafts away with their documents, and answers what is kept."""

    requests: Requests
    keys: Keys
    calendar: Calendar
    name: ClassVar[str] = "when_personal_data_erased"
    on: ClassVar[frozenset[type[Event]]] = frozenset({PersonalDataErased})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> bool:
        """Forget the drafts, remember who asked, and answer; True while drafts are left for another transaction."""
        erased: PersonalDataErased = event.event
        person, before = erased.person_id, erased.at
        cause = Cause("service:requests", event.cause.correlation, event.id, event.cause.trace)
        budget, commissioning = await erased_people.drafts_about(db, person)

        async def forget(request_id: UUID) -> Outcome[BudgetRequest]:
            outcome = await self.requests(db, request_id, DiscardDraft(Doer(person, None), before), cause, reaction=self.name)
            await forget_stream(db, self.keys, outcome.stream, before)
            return outcome

        if await in_parts(db, budget, forget):
            return True
        for commissioning_id in commissioning:
            await forget_stream(db, self.keys, f"commissioning-{commissioning_id}", before)
        await erased_people.note(db, person, event.id, before)
        answer = await answer_of(db, self.calendar, person, before)
        answer_id = derived_id(event.id, f"{self.name}/answer")
        await answer_once(db, self.requests.store, erasure_stream(event.id), answer, cause, answer_id)
        return False


def erasure_stream(event_id: UUID) -> str:
    """Where this service's answers to one request to be forgotten stand."""
    return f"erasure-{derived_id(event_id, 'requests')}"


async def answer_of(db: Db, calendar: Calendar, person: UUID, at: datetime) -> ErasureApplied:
    """What is kept of a person here; while something is under way its last day is not known, and notices are due."""
    filed = await erased_people.filed_by(db, person)
    kept: tuple[Kept, ...] = ()
    if filed.last_moved_at is not None:
        until = None if filed.under_way else years_after(calendar.today(filed.last_moved_at), _YEARS)
        kept = (Kept(what="requests", why=_DUTY, until=until),)
    return ErasureApplied(person_id=person, kept=kept, applied_at=at, notices_due=filed.under_way)
