"""Who am I, for staff: name, roles, until when the second factor counts as fresh, and what that lets one do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.identity.domain.staff_member.decider import StaffNotFound
from services.identity.parts import IdentityParts, parts
from services.identity.views import staff
from shared.http.body import Answer, Deed, allowed, not_allowed
from shared.http.openapi import refuses
from shared.http.principal import STEP_UP_WITHIN, Principal, RoleRequired, StepUpRequired
from shared.http.principal import staff as any_staff

router = APIRouter(prefix="/v1/staff/me", tags=["staff-sessions"])
_DEEDS: dict[str, str] = {"change-staff": "admin", "attend": "attendant", "import-customers": "operator", "replay-parked": "operator"}
_SENSITIVE = {"change-staff", "replay-parked"}


class StaffMeAnswer(Answer):
    """Oneself; `fresh_until` is when a sensitive act asks for the second factor again."""

    staff_id: UUID
    person_id: UUID
    display_name: str | None
    email: str | None
    roles: list[str]
    session_id: UUID | None
    fresh_until: datetime | None
    actions: dict[str, Deed]
    version: int
    server_time: datetime


@router.get("", responses=refuses(StaffNotFound))
async def who_am_i(who: Annotated[Principal, Depends(any_staff())], parts: Annotated[IdentityParts, Depends(parts)]) -> StaffMeAnswer:
    """Quem sou eu na equipe."""
    now = parts.platform.clock()
    async with parts.platform.pool.acquire(timeout=5) as db:
        row = await staff.find(db, who.sub)
    if row is None:
        raise StaffNotFound
    return StaffMeAnswer(
        staff_id=row.staff_id,
        person_id=row.person_id,
        display_name=row.name,
        email=row.email,
        roles=sorted(row.roles),
        session_id=who.sid,
        fresh_until=_fresh_until(who),
        actions=dict(deeds_of(who, now)),
        version=row.version,
        server_time=now,
    )


def deeds_of(who: Principal, now: datetime) -> Mapping[str, Deed]:
    """What somebody of the staff may do now, by their roles and their second factor."""
    until = _fresh_until(who)
    return {deed: _may(deed, role, who, fresh=until is not None and now < until) for deed, role in _DEEDS.items()}


def _fresh_until(who: Principal) -> datetime | None:
    return who.auth_time + STEP_UP_WITHIN if who.auth_time and "otp" in who.amr else None


def _may(deed: str, role: str, who: Principal, *, fresh: bool) -> Deed:
    if not who.has_role(role):
        return not_allowed(RoleRequired.code, RoleRequired.sentence)
    return not_allowed(StepUpRequired.code, StepUpRequired.sentence) if deed in _SENSITIVE and not fresh else allowed()
