"""Which roles does a member of staff have, and may they work? A foreign view of identity's staff."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from services.backoffice.domain.review.commands import Officer
from shared.contracts.identity.staff_member import StaffReinstated, StaffRolesChanged, StaffSuspended
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import NotFound
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class StaffUnknown(NotFound):
    """Nobody of the staff, or suspended."""

    sentence = "Não há ninguém da equipe com esta identificação, ou a pessoa está suspensa."


class StaffRoles:
    """Keeps a row per member of staff."""

    name: ClassVar[str] = "staff_roles_1"
    tables: ClassVar[tuple[str, ...]] = ("staff",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({StaffRolesChanged, StaffSuspended, StaffReinstated})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Roles as they stand; suspended people keep theirs for when they are back."""
        for event in events:
            match event.event:
                case StaffRolesChanged() as fact:
                    writes.add(
                        "insert into staff (person_id, staff_id, roles, active) values ($1, $2, $3, true)"
                        " on conflict (person_id) do update set staff_id = excluded.staff_id, roles = excluded.roles",
                        fact.person_id,
                        fact.staff_id,
                        list(fact.roles),
                    )
                case StaffSuspended() | StaffReinstated() as fact:
                    active = isinstance(fact, StaffReinstated)
                    writes.add(
                        "insert into staff (person_id, staff_id, roles, active) values ($1, $2, '{}', $3)"
                        " on conflict (person_id) do update set active = excluded.active",
                        fact.person_id,
                        fact.staff_id,
                        active,
                    )


async def get_officer(db: Db, person: UUID) -> Officer:
    """An active member of staff with their roles; raises StaffUnknown."""
    roles = await db.fetchval("select roles from staff where person_id = $1 and active for share", person)
    if roles is None:
        raise StaffUnknown
    return Officer(person, frozenset(roles))
