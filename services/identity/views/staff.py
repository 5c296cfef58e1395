"""Who works here, with which roles? One row per staff member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.identity.domain.staff_member.events import (
    InvitationAccepted,
    StaffInvited,
    StaffInvitedAgain,
    StaffReinstated,
    StaffRolesChanged,
    StaffSuspended,
    TotpEnrolled,
    TotpReset,
)
from services.identity.views.accounts import plain
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class StaffAlreadyInvited(Refusal):
    """A person is invited once; they were."""

    sentence = "Esta pessoa já foi convidada para a equipe."


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A staff member as an admin sees them, and what log-in needs."""

    staff_id: UUID
    person_id: UUID
    name: str | None
    email: str | None
    roles: Sequence[str]
    state: str
    password_hash: str | None
    totp_secret: str | None
    invited_at: datetime
    version: int


_COLUMNS = "staff_id, person_id, name, email, roles, state, password_hash, totp_secret, invited_at, version"


class StaffMembers:
    """The inline view over `staff-member` streams."""

    name: ClassVar[str] = "staff_1"
    category: ClassVar[str] = "staff-member"
    tables: ClassVar[tuple[str, ...]] = ("staff",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {"staff_one_per_person": StaffAlreadyInvited}
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            StaffInvited,
            StaffInvitedAgain,
            InvitationAccepted,
            TotpEnrolled,
            TotpReset,
            StaffRolesChanged,
            StaffSuspended,
            StaffReinstated,
        }
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            staff_id = UUID(record.stream[-36:])
            _project(writes, staff_id, record.event)
            writes.add("update staff set version = $2 where staff_id = $1", staff_id, record.version)


def _project(writes: Writes, staff_id: UUID, event: Event) -> None:
    match event:
        case StaffInvited():
            _invite(writes, event)
        case InvitationAccepted():
            writes.add(
                "update staff set password_hash = $2, totp_secret = $3, state = 'accepted' where staff_id = $1",
                staff_id,
                plain(event.password_hash),
                plain(event.totp_secret),
            )
        case TotpEnrolled():
            writes.add("update staff set state = 'active', enrolled = true where staff_id = $1", staff_id)
        case StaffInvitedAgain():
            writes.add(
                "update staff set invited_at = $2, state = case state when 'accepted' then 'invited' else state end, password_hash = null,"
                " totp_secret = null where staff_id = $1",
                staff_id,
                event.invited_at,
            )
        case TotpReset():
            writes.add(
                "update staff set state = case state when 'suspended' then state else 'invited' end, password_hash = null,"
                " totp_secret = null, enrolled = false where staff_id = $1",
                staff_id,
            )
        case StaffRolesChanged():
            writes.add("update staff set roles = $2 where staff_id = $1", staff_id, list(event.roles))
        case StaffSuspended():
            writes.add("update staff set state = 'suspended' where staff_id = $1", staff_id)
        case StaffReinstated():
            writes.add(
                "update staff set state = case when totp_secret is null then 'invited' when enrolled then 'active' else 'accepted' end"
                " where staff_id = $1",
                staff_id,
            )
        case _:
            pass


def _invite(writes: Writes, event: StaffInvited) -> None:
    writes.add(
        "insert into staff (staff_id, person_id, name, email, state, invited_at, version) values ($1, $2, $3, $4, 'invited', $5, 1)",
        event.staff_id,
        event.person_id,
        plain(event.name),
        plain(event.email),
        event.invited_at,
    )


async def find_by_person(db: Db, person_id: UUID) -> StaffRow | None:
    """The staff member that a person is."""
    row = await db.fetchrow(f"select {_COLUMNS} from staff where person_id = $1", person_id)
    return StaffRow(*row) if row else None


async def find(db: Db, staff_id: UUID) -> StaffRow | None:
    """A staff member by their id."""
    row = await db.fetchrow(f"select {_COLUMNS} from staff where staff_id = $1", staff_id)
    return StaffRow(*row) if row else None


async def hold(db: Db, staff_id: UUID) -> StaffRow | None:
    """A staff member by their id, whom nobody else changes until the transaction ends."""
    row = await db.fetchrow(f"select {_COLUMNS} from staff where staff_id = $1 for no key update", staff_id)
    return StaffRow(*row) if row else None


async def everybody(db: Db) -> Sequence[StaffRow]:
    """All staff, by name."""
    return [StaffRow(*row) for row in await db.fetch(f"select {_COLUMNS} from staff order by name nulls last, staff_id limit 1000")]


async def active_admins(db: Db) -> Sequence[UUID]:
    """Who is an active admin, as things stand; nothing is locked."""
    return [row["staff_id"] for row in await db.fetch("select staff_id from staff where state = 'active' and 'admin' = any(roles)")]


async def other_admins(db: Db, staff_id: UUID | None) -> int:
    """How many active admins there are beside this one; locked, so that two cannot leave at once."""
    await db.execute("select pg_advisory_xact_lock(hashtext('admins'))")
    rows = await db.fetch(
        "select staff_id from staff where state = 'active' and 'admin' = any(roles) and staff_id is distinct from $1", staff_id
    )
    return len(rows)
