"""When a person asked to be forgotten, their profile ends; where none was ever approved, what they typed is destroyed."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from services.professional.domain.profile.commands import CloseProfile, ProfileCommand
from services.professional.domain.profile.events import ProfileEvent
from services.professional.domain.profile.histories import kept_until
from services.professional.domain.profile.states import Profile
from services.professional.forgetting import forget
from shared.contracts.erasure import ErasureApplied, Kept
from shared.contracts.identity.user import PersonalDataErased
from shared.erasure_answers import answer_once
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.refusal import Refusal
from shared.ids import derived_id
from shared.postgres import Db


@dataclass(frozen=True)
class WhenPersonalDataErased:
    """Closes the profile; a profile that was approved keeps its key, because requests may rest on it for ten years."""

    profiles: Handler[ProfileCommand, Profile, ProfileEvent]
    keys: Keys
    name: ClassVar[str] = "when_personal_data_erased"
    on: ClassVar[frozenset[type[Event]]] = frozenset({PersonalDataErased})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Close, forget what no duty keeps, and answer what is kept."""
        erased: PersonalDataErased = event.event
        person: UUID = erased.person_id
        cause = Cause("service:professional", event.cause.correlation, event.id, event.cause.trace)
        outcome = await self.profiles(db, person, CloseProfile("erasure", erased.at), cause, reaction=self.name)
        history = await self.profiles.store.load(db, outcome.stream)
        until = kept_until(record.event for record in history)
        if until is None:
            await forget(db, self.keys, person, outcome.stream, erased.at)
        kept = () if until is None else (Kept(what="professional-profile", why="art. 659 §2", until=until),)
        answer = ErasureApplied(person_id=person, kept=kept, applied_at=erased.at)
        stream = f"erasure-{derived_id(event.id, 'professional')}"
        await answer_once(db, self.profiles.store, stream, answer, cause, derived_id(event.id, f"{self.name}/{stream}/0"))
