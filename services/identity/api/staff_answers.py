"""A staff member as those see them who may, and what the one who asks may do with them now."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from services.identity.domain.staff_member.commands import (
    GrantRole,
    InviteAgain,
    ReinstateStaff,
    ResetTotp,
    StaffCommand,
    SuspendStaff,
    TakeRole,
)
from services.identity.domain.staff_member.decider import STAFF_MEMBER, Member
from services.identity.views.staff import StaffRow
from shared.contracts.identity.staff_member import Role
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Answer, Deed, allowed, not_allowed
from shared.http.principal import Principal, RoleRequired, StepUpRequired, has_fresh_totp


class StaffAnswer(Answer):
    """A staff member."""

    staff_id: UUID
    person_id: UUID
    display_name: str | None
    email: str | None
    roles: list[str]
    state: str
    invited_at: datetime
    actions: dict[str, Deed]
    version: int
    server_time: datetime


def answer(row: StaffRow, admins: Iterable[UUID], who: Principal, now: datetime) -> StaffAnswer:
    """What is shown of a staff member; `admins` are the active ones, of whom one must stay."""
    others = sum(admin != row.staff_id for admin in admins)
    return StaffAnswer(
        staff_id=row.staff_id,
        person_id=row.person_id,
        display_name=row.name,
        email=row.email,
        roles=sorted(row.roles),
        state=row.state,
        invited_at=row.invited_at,
        actions={deed: _may(command, row, who, now) for deed, command in _deeds(row, others, who.sub, now).items()},
        version=row.version,
        server_time=now,
    )


def _deeds(row: StaffRow, others: int, by: UUID, now: datetime) -> Mapping[str, StaffCommand]:
    """The deeds that there are in this state; taking `admin` is one of its own, because one of those must stay."""
    deeds: dict[str, StaffCommand] = {
        "invite-again": InviteAgain("", by, now),
        "reset-totp": ResetTotp("", by, now),
        "grant-role": GrantRole("admin", by, now),
    }
    for role in row.roles:
        deeds["take-admin-role" if role == "admin" else "take-role"] = TakeRole(cast("Role", role), by, others, now)
    if row.state == "suspended":
        deeds["reinstate"] = ReinstateStaff(by, now)
    else:
        deeds["suspend"] = SuspendStaff(by, others, now)
    return deeds


def _may(command: StaffCommand, row: StaffRow, who: Principal, now: datetime) -> Deed:
    """What the door would say, then what the rules themselves say."""
    if not who.has_role("admin"):
        return not_allowed(RoleRequired.code, RoleRequired.sentence)
    if not has_fresh_totp(who, now):
        return not_allowed(StepUpRequired.code, StepUpRequired.sentence)
    try:
        STAFF_MEMBER.decide(command, _state_of(row))
    except Refusal as refusal:
        return not_allowed(refusal.code, refusal.detail, until=refusal.until)
    return allowed()


def _state_of(row: StaffRow) -> Member:
    """The state that a row of the view stands for, as far as these deeds ask."""
    return Member(
        row.staff_id,
        row.person_id,
        None,
        row.invited_at,
        frozenset(cast("Role", role) for role in row.roles),
        accepted=row.state in {"accepted", "active"},
        enrolled=row.state == "active",
        suspended=row.state == "suspended",
    )
