"""Who is an approved professional, until when? A foreign view."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from services.access.domain.grant.commands import ProfileNow
from shared.contracts.professional.profile import ProfileApproved, ProfileClosed, ProfileExpired, ProfileReinstated, ProfileSuspended
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

READS = (ProfileApproved, ProfileSuspended, ProfileReinstated, ProfileExpired, ProfileClosed)


class ApprovedProfiles:
    """One row per professional who was ever approved."""

    name: ClassVar[str] = "approved_profiles_1"
    tables: ClassVar[tuple[str, ...]] = ("approved_profiles",)
    on: ClassVar[frozenset[type[Event]]] = frozenset(READS)

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Remember the last word about each."""
        for record in events:
            match record.event:
                case ProfileApproved() | ProfileReinstated() as event:
                    writes.add(
                        "insert into approved_profiles (person_id, approved, valid_until) values ($1, true, $2)"
                        " on conflict (person_id) do update set approved = true, valid_until = excluded.valid_until",
                        event.person_id,
                        event.valid_until,
                    )
                case event:
                    writes.add("update approved_profiles set approved = false where person_id = $1", event.person_id)


async def get_profile_now(db: Db, person: UUID) -> ProfileNow:
    """A professional's standing, kept from changing until the deciding transaction ends."""
    row = await db.fetchrow("select approved, valid_until from approved_profiles where person_id = $1 for share", person)
    return ProfileNow(approved=False, valid_until=None) if row is None else ProfileNow(row["approved"], row["valid_until"])
