"""When an account turns out to have been a stranger's: what was filed by or for it since is contested (the filing stays)."""

from dataclasses import dataclass
from typing import Any, ClassVar

from services.requests.domain.budget_request.commands import ContestHandedOver
from services.requests.parts import Requests
from services.requests.views.budget_requests import filed_since
from shared.contracts.identity.user import AccountHandedOver
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.parts import in_parts
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenAccountHandedOver:
    """A supervisor looks at each; drafts are the holder's own to keep or discard."""

    requests: Requests
    name: ClassVar[str] = "when_account_handed_over"
    on: ClassVar[frozenset[type[Event]]] = frozenset({AccountHandedOver})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> bool:
        """Contest each, once; whether more are left."""
        handed: AccountHandedOver = event.event
        cause = Cause("service:requests", event.cause.correlation, event.id, event.cause.trace)
        command = ContestHandedOver(handed.person_id, handed.acted_since, handed.at)
        found = await filed_since(db, handed.person_id, handed.acted_since)
        return await in_parts(db, found, lambda request_id: self.requests(db, request_id, command, cause, reaction=self.name))
