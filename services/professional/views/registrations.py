"""Who holds which council registration? Inline; one person each, from the submission on.

A registration that is only being typed holds nothing, so that nobody can keep another from theirs by drafting it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

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
from shared.people import PersonIds
from shared.postgres import Db


@dataclass(frozen=True)
class Registrations:
    """Keeps the table `registrations`; a second holder is refused by its unique index."""

    people: PersonIds
    name: ClassVar[str] = "registrations_1"
    category: ClassVar[str] = "profile"
    tables: ClassVar[tuple[str, ...]] = ("registrations",)
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

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Follow each profile's registration; raises RegistrationHeldByAnother."""
        try:
            for record in events:
                await self._one(db, record.event)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "registrations_held":
                raise
            raise RegistrationHeldByAnother from error

    async def _one(self, db: Db, fact: Event) -> None:
        match fact:
            case RegistrationGiven():
                await self._given(db, fact)
            case ProfileSubmitted(profile_id=profile):
                await db.execute("update registrations set submitted = true where profile_id = $1 and current", profile)
            case SubmissionWithdrawn(profile_id=profile) | ProfileRejected(profile_id=profile):
                await db.execute("update registrations set submitted = false where profile_id = $1", profile)
            case ProfileApproved(profile_id=profile):
                await db.execute("update registrations set approved = submitted, submitted = false where profile_id = $1", profile)
            case ProfileClosed(profile_id=profile):
                await db.execute("delete from registrations where profile_id = $1", profile)
            case _:
                raise TypeError(type(fact).__name__)

    async def _given(self, db: Db, fact: RegistrationGiven) -> None:
        await db.execute("update registrations set current = false where profile_id = $1", fact.profile_id)
        if isinstance(fact.number, Erased):
            return
        await db.execute(
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
