"""Who holds which council registration? Inline; one person each, from the submission on.

A registration that is only being typed holds nothing, so that nobody can keep another from theirs by drafting it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from services.professional.domain.profile.events import (
    ProfileApproved,
    ProfileClosed,
    ProfileRejected,
    ProfileSubmitted,
    RegistrationGiven,
    SubmissionWithdrawn,
)
from services.professional.domain.profile.refusals import RegistrationHeldByAnother
from shared.eventsourcing.event import Erased, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.people import PersonIds
from shared.postgres import Db


@dataclass(frozen=True)
class Registrations:
    """Keeps the table `registrations`; a second holder is refused by its unique index."""

    people: PersonIds
    name: ClassVar[str] = "registrations_1"
    category: ClassVar[str] = "profile"
    tables: ClassVar[tuple[str, ...]] = ("registrations",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {"registrations_held": RegistrationHeldByAnother}
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            RegistrationGiven,
            ProfileSubmitted,
            SubmissionWithdrawn,
            ProfileRejected,
            ProfileApproved,
            ProfileClosed,
        }
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Follow each profile's registration."""
        for record in events:
            self._one(writes, record.event)

    def _one(self, writes: Writes, fact: Event) -> None:
        match fact:
            case RegistrationGiven():
                self._given(writes, fact)
            case ProfileSubmitted(profile_id=profile):
                writes.add("update registrations set submitted = true where profile_id = $1 and current", profile)
            case SubmissionWithdrawn(profile_id=profile) | ProfileRejected(profile_id=profile):
                writes.add("update registrations set submitted = false where profile_id = $1", profile)
            case ProfileApproved(profile_id=profile):
                writes.add("update registrations set approved = submitted, submitted = false where profile_id = $1", profile)
            case ProfileClosed(profile_id=profile):
                writes.add("delete from registrations where profile_id = $1", profile)
            case _:
                raise TypeError(type(fact).__name__)

    def _given(self, writes: Writes, fact: RegistrationGiven) -> None:
        writes.add("update registrations set current = false where profile_id = $1", fact.profile_id)
        if isinstance(fact.number, Erased):
            return
        writes.add(
            "insert into registrations (profile_id, digest, current) values ($1, $2, true)"
            " on conflict (profile_id, digest) do update set current = true",
            fact.profile_id,
            digest(self.people, fact.council, fact.uf, fact.number),
        )


def digest(people: PersonIds, council: str, uf: str, number: str) -> bytes:
    """The keyed digest of a registration: letters and digits alone count."""
    return people.digest("registration", f"{council}|{uf}|{''.join(sign for sign in number if sign.isalnum())}")


async def is_held_by_another(db: Db, profile: UUID, value: bytes) -> bool:
    """Whether somebody else holds this registration, for telling early; the index decides."""
    held: bool = await db.fetchval(
        "select exists (select 1 from registrations where digest = $2 and profile_id <> $1 and (submitted or approved))", profile, value
    )
    return held
