"""Which profiles are there, and how do they stand? Inline, one row each; for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.professional.domain.profile.events import (
    PRIVATE,
    PUBLISHED,
    ProfileApproved,
    ProfileClosed,
    ProfileEvent,
    ProfileExpired,
    ProfileReinstated,
    ProfileRejected,
    ProfileStarted,
    ProfileSubmitted,
    ProfileSuspended,
    SubmissionWithdrawn,
)
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One line of the list."""

    profile_id: UUID
    state: str
    profession: str | None
    council: str | None
    uf: str | None
    submission: int
    protocol: str | None
    filed_at: datetime | None
    due_on: date | None
    valid_until: date | None
    version: int
    changed_at: datetime


_COLUMNS = "profile_id, state, profession, council, uf, submission, protocol, filed_at, due_on, valid_until, version, changed_at"


class Profiles:
    """Keeps the table `profiles`."""

    name: ClassVar[str] = "profiles_1"
    category: ClassVar[str] = "profile"
    tables: ClassVar[tuple[str, ...]] = ("profiles",)
    on: ClassVar[frozenset[type[Event]]] = frozenset((*PRIVATE, *PUBLISHED))

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Follow each profile."""
        for record in events:
            profile_id = UUID(record.stream[-36:])
            self._one(writes, profile_id, record)
            writes.add(
                "update profiles set version = $2, changed_at = $3 where profile_id = $1", profile_id, record.version, record.recorded_at
            )

    def _one(self, writes: Writes, profile_id: UUID, record: Recorded[Any]) -> None:
        match record.event:
            case ProfileStarted():
                writes.add(
                    "insert into profiles (profile_id, state, version, changed_at) values ($1, 'draft', $2, $3)"
                    " on conflict (profile_id) do update set state = 'draft', valid_until = null",
                    profile_id,
                    record.version,
                    record.recorded_at,
                )
            case ProfileSubmitted() as fact:
                writes.add(
                    "update profiles set state = case when state = 'approved' then state else 'under-review' end, profession = $2,"
                    " council = $3, uf = $4, submission = $5, protocol = $6, filed_at = $7, due_on = $8 where profile_id = $1",
                    profile_id,
                    fact.profession,
                    fact.council,
                    fact.uf,
                    fact.submission,
                    fact.protocol,
                    fact.filed_at,
                    fact.due_on,
                )
            case ProfileApproved() as fact:
                writes.add("update profiles set state = 'approved', valid_until = $2 where profile_id = $1", profile_id, fact.valid_until)
            case fact:
                if (state := _state_after(fact)) is not None:
                    writes.add(
                        "update profiles set state = $2 where profile_id = $1 and ($3 or state = 'under-review')",
                        profile_id,
                        state,
                        not isinstance(fact, SubmissionWithdrawn | ProfileRejected),
                    )


def _state_after(fact: ProfileEvent) -> str | None:
    match fact:
        case SubmissionWithdrawn():
            return "draft"
        case ProfileRejected():
            return "rejected"
        case ProfileSuspended():
            return "suspended"
        case ProfileReinstated():
            return "approved"
        case ProfileExpired():
            return "expired"
        case ProfileClosed():
            return "closed"
        case _:
            return None


async def list_profiles(db: Db, state: str | None, after: tuple[datetime, UUID] | None, limit: int) -> list[ProfileRow]:
    """A page of profiles, the latest change first."""
    rows = await db.fetch(
        f"select {_COLUMNS} from profiles where ($1::text is null or state = $1)"
        " and ($2::timestamptz is null or (changed_at, profile_id) < ($2, $3)) order by changed_at desc, profile_id desc limit $4",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [ProfileRow(**dict(row)) for row in rows]
