"""When a grant turns out to have ended: filings that relied on it later are flagged (the filing stays)."""

from dataclasses import dataclass
from typing import ClassVar

from services.requests.domain.budget_request.commands import ContestFiling
from services.requests.parts import Requests
from services.requests.views.budget_requests import filed_under
from shared.contracts.access.grant import AccessExpired, AccessRevoked
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.parts import in_parts
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenAccessEnded:
    """Compares the end of the grant with the instants of filing."""

    requests: Requests
    name: ClassVar[str] = "when_access_ended"
    on: ClassVar[frozenset[type[Event]]] = frozenset({AccessRevoked, AccessExpired})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[AccessRevoked] | Recorded[AccessExpired]) -> bool:
        """Flag each filing of the grant that came after its end; whether more are left."""
        fact = event.event
        ended_at = fact.revoked_at if isinstance(fact, AccessRevoked) else fact.expired_at
        cause = Cause("service:requests", event.cause.correlation, event.id, event.cause.trace)
        command = ContestFiling(fact.grant_id, ended_at)
        found = await filed_under(db, fact.grant_id)
        return await in_parts(db, found, lambda request_id: self.requests(db, request_id, command, cause, reaction=self.name))
