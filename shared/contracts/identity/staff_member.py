"""What identity publishes about staff, on `identity.staff-member`: roles, suspensions, second factors taken back."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event

type Role = Literal[
    "admin",
    "attendant",
    "reviewer",
    "analyst",
    "inspector",
    "supervisor",
    "catalogue-editor",
    "auditor",
    "operator",
]
ROLES: tuple[Role, ...] = (
    "admin",
    "attendant",
    "reviewer",
    "analyst",
    "inspector",
    "supervisor",
    "catalogue-editor",
    "auditor",
    "operator",
)


class StaffRolesChanged(Event):
    """All the roles somebody has from now on; `changed_by` is None for the first admin, invited by command line."""

    staff_id: UUID
    person_id: UUID
    roles: tuple[Role, ...]
    changed_by: UUID | None
    changed_at: datetime


class StaffSuspended(Event):
    """May not log in any more."""

    staff_id: UUID
    person_id: UUID
    suspended_by: UUID
    suspended_at: datetime


class StaffReinstated(Event):
    """May log in again."""

    staff_id: UUID
    person_id: UUID
    reinstated_by: UUID
    reinstated_at: datetime


class TotpReset(Event):
    """The second factor and the password are void; they log in again by a new invitation."""

    staff_id: UUID
    person_id: UUID
    reset_by: UUID
    reset_at: datetime
