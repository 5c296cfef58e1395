"""When an account went back to its rightful person, a profile that the stranger had begun in their name ends."""

from dataclasses import dataclass
from typing import Any, ClassVar

from services.professional.domain.profile.commands import CloseProfile, ProfileCommand
from services.professional.domain.profile.events import ProfileEvent
from services.professional.domain.profile.histories import begun_since
from services.professional.domain.profile.states import Profile
from shared.contracts.identity.user import AccountHandedOver
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenAccountHandedOver:
    """Closes what was begun while a stranger had the account; an older profile is its rightful owner's."""

    profiles: Handler[ProfileCommand, Profile, ProfileEvent]
    name: ClassVar[str] = "when_account_handed_over"
    on: ClassVar[frozenset[type[Event]]] = frozenset({AccountHandedOver})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Close, if it was the stranger's."""
        handed: AccountHandedOver = event.event
        history = await self.profiles.store.load(db, self.profiles.stream(handed.person_id))
        if not begun_since([record.event for record in history], handed.acted_since):
            return
        cause = Cause("service:professional", event.cause.correlation, event.id, event.cause.trace)
        await self.profiles(db, handed.person_id, CloseProfile("hand-over", handed.at), cause, reaction=self.name)
