"""When an account is handed over to its real owner, what was granted, offered or asked with it meanwhile is in dispute."""

from dataclasses import dataclass
from typing import Any, ClassVar

from services.access.domain.grant.commands import SuspendAccess
from services.access.domain.grant.present import Present, Terms
from services.access.parts import Grants
from services.access.views.grants import opened_by_person
from shared.calendar import Calendar
from shared.clock import Clock
from shared.contracts.identity.user import AccountHandedOver
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.parts import in_parts
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenAccountHandedOver:
    """Suspends live grants, takes open ones back."""

    grants: Grants
    clock: Clock
    calendar: Calendar
    terms: Terms
    name: ClassVar[str] = "when_account_handed_over"
    on: ClassVar[frozenset[type[Event]]] = frozenset({AccountHandedOver})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> bool:
        """Put each in dispute, once; whether more are left."""
        handed: AccountHandedOver = event.event
        cause = Cause("service:access", event.cause.correlation, event.id, event.cause.trace)
        command = SuspendAccess(Present(self.clock(), self.calendar, self.terms))
        found = await opened_by_person(db, handed.person_id, handed.acted_since)
        return await in_parts(db, found, lambda grant_id: self.grants(db, grant_id, command, cause, reaction=self.name))
