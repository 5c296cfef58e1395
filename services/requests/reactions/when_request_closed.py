"""When something filed comes to its end and one of its people had asked to be forgotten: the answer is given again, with its last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.budget_request.events import PUBLISHED as OF_BUDGETS
from services.requests.domain.commissioning.events import PUBLISHED as OF_COMMISSIONINGS
from services.requests.parts import Requests
from services.requests.reactions.when_personal_data_erased import answer_of, erasure_stream
from services.requests.views import budget_requests, commissionings, erased_people
from shared.calendar import Calendar
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.ids import derived_id
from shared.postgres import Db

_ENDS = {**budget_requests.ENDS, **commissionings.ENDS}


@dataclass(frozen=True)
class WhenRequestClosed:
    """Answers anew for each of them."""

    requests: Requests
    calendar: Calendar
    name: ClassVar[str] = "when_request_closed"
    on: ClassVar[frozenset[type[Event]]] = frozenset(kind for kind in (*OF_BUDGETS, *OF_COMMISSIONINGS) if kind in _ENDS)
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Answer again where nothing is under way any more."""
        for person, asked in await erased_people.among(db, await _people_of(db, UUID(event.stream[-36:]))):
            answer = await answer_of(db, self.calendar, person, event.recorded_at)
            if answer.notices_due:
                continue
            stream = erasure_stream(asked)
            _history, version = await self.requests.store.history(db, stream)
            cause = Cause("service:requests", event.cause.correlation, event.id, event.cause.trace)
            ids = [derived_id(event.id, f"{self.name}/{person}")]
            await self.requests.store.append(db, stream, [answer], expected=version, cause=cause, ids=ids)


async def _people_of(db: Db, record_id: UUID) -> Sequence[UUID]:
    row = await budget_requests.find_request(db, record_id) or await commissionings.find_commissioning(db, record_id)
    if row is None:
        return []
    return [person for person in (row.holder_id, row.filed_by, row.responsible_id) if person is not None]
