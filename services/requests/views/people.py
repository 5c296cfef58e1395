"""Whose account is proven to be the holder's, and who has which professional profile? Foreign views of identity and professional."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.facts import Profile
from shared.contracts.identity.user import AccountHandedOver, HolderProven, PersonalDataErased
from shared.contracts.professional.profile import ProfileApproved, ProfileClosed, ProfileExpired, ProfileReinstated, ProfileSuspended
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

READS_OF_USERS = (HolderProven, AccountHandedOver, PersonalDataErased)
READS_OF_PROFILES = (ProfileApproved, ProfileSuspended, ProfileReinstated, ProfileExpired, ProfileClosed)


class HoldersView:
    """Keeps the table `holders`."""

    name: ClassVar[str] = "holders_1"
    tables: ClassVar[tuple[str, ...]] = ("holders",)
    on: ClassVar[frozenset[type[Event]]] = frozenset(READS_OF_USERS)

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order."""
        for record in records:
            fact = record.event
            match fact:
                case HolderProven():
                    writes.add(
                        "insert into holders (person_id, proven, proven_at) values ($1, true, $2) on conflict (person_id) do update set"
                        " proven = true, proven_at = excluded.proven_at",
                        fact.person_id,
                        fact.proven_at,
                    )
                case AccountHandedOver() | PersonalDataErased():
                    writes.add("update holders set proven = false where person_id = $1", fact.person_id)


class ProfilesView:
    """Keeps the table `profiles`."""

    name: ClassVar[str] = "profiles_1"
    tables: ClassVar[tuple[str, ...]] = ("profiles",)
    on: ClassVar[frozenset[type[Event]]] = frozenset(READS_OF_PROFILES)

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order."""
        for record in records:
            fact = record.event
            match fact:
                case ProfileApproved():
                    writes.add(
                        "insert into profiles (person_id, profile_id, profession, may_file, ceiling_kva, valid_until, approved, company_id)"
                        " values ($1, $2, $3, $4, $5, $6, true, $7) on conflict (person_id) do update set profession = excluded.profession,"
                        " may_file = excluded.may_file, ceiling_kva = excluded.ceiling_kva, valid_until = excluded.valid_until,"
                        " approved = true, company_id = excluded.company_id",
                        fact.person_id,
                        fact.profile_id,
                        fact.profession,
                        "technical" in fact.may_file,
                        fact.ceiling_kva,
                        fact.valid_until,
                        fact.company_id,
                    )
                case ProfileReinstated():
                    writes.add(
                        "update profiles set approved = true, valid_until = $2 where person_id = $1", fact.person_id, fact.valid_until
                    )
                case ProfileSuspended() | ProfileExpired() | ProfileClosed():
                    writes.add("update profiles set approved = false where person_id = $1", fact.person_id)


PROVEN = "coalesce((select proven from holders where person_id = $1), false)"
"""SQL: whether the account of the person $1 is known to be the holder's; asked once however many rows there are."""


async def is_proven(db: Db, person: UUID) -> bool:
    """Whether this person's account is known to be the holder's."""
    return bool(await db.fetchval(f"select {PROVEN}", person))


PROFILE = ", ".join(Profile.__dataclass_fields__)
"""The columns of a profile, in the order of Profile."""


async def find_profile(db: Db, person: UUID) -> Profile | None:
    """The profile of a person, locked for the deciding transaction."""
    row = await db.fetchrow(f"select {PROFILE} from profiles where person_id = $1 for share", person)
    return Profile(*row) if row else None
