"""Staff: invited by an admin, roles granted and taken by another, suspended and reinstated."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.log_in import end_all
from services.identity.api.staff_answers import StaffAnswer, answer
from services.identity.api.typed import Email, Name
from services.identity.domain.staff_member.commands import (
    GrantRole,
    InviteAgain,
    ReinstateStaff,
    ResetTotp,
    StaffCommand,
    SuspendStaff,
    TakeRole,
)
from services.identity.domain.staff_member.decider import (
    InvitationUsed,
    LastAdminStays,
    OwnRolesAreNotYours,
    StaffIsSuspended,
    StaffNotFound,
)
from services.identity.invitations import Invitee, invite, new_link, send_link
from services.identity.parts import IdentityParts, parts
from services.identity.views import known_browsers
from services.identity.views import staff as staff_rows
from services.identity.views.staff import StaffAlreadyInvited, StaffRow
from shared.access_log import Viewed, record_viewed
from shared.contracts.identity.staff_member import Role
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.etag import etag, if_match
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff, step_up
from shared.identifiers import CpfInvalid, parse_cpf
from shared.postgres import Db

router = APIRouter(prefix="/v1/staff", tags=["staff"])


class InviteStaffBody(Body):
    """Whom to invite, and to which roles."""

    cpf: Annotated[str, Field(min_length=11, max_length=20)]
    name: Name
    email: Email
    roles: Annotated[list[Role], Field(min_length=1, max_length=9)]


class RoleBody(Body):
    """A role."""

    role: Role


class StaffListAnswer(Answer):
    """All staff."""

    staff: list[StaffAnswer]
    server_time: datetime


type _Shown = tuple[StaffRow, Sequence[UUID]]


async def _told(parts: IdentityParts, staff_id: UUID, command: StaffCommand, cause: Cause, expected: int | None) -> _Shown:
    async def work(db: Db) -> _Shown:
        await parts.staff_members(db, staff_id, command, cause, expected=expected)
        return await _get(db, staff_id)

    return await transact(parts.platform.pool, work, retry=expected is None)


async def _get(db: Db, staff_id: UUID) -> _Shown:
    """A staff member, and the active admins, of whom one must stay; raises StaffNotFound."""
    row = await staff_rows.find(db, staff_id)
    if row is None:
        raise StaffNotFound
    return row, await staff_rows.active_admins(db)


def _answer(parts: IdentityParts, who: Principal, response: Response, shown: _Shown) -> StaffAnswer:
    row, admins = shown
    response.headers["ETag"] = etag(row.version)
    return answer(row, admins, who, parts.platform.clock())


@router.post("", status_code=201, responses=refuses(StaffAlreadyInvited, CpfInvalid))
async def invite_staff(
    body: InviteStaffBody,
    response: Response,
    who: Annotated[Principal, Depends(step_up("admin"))],
    once: Annotated[Once, Depends(once)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> CreatedAnswer:
    """Convidar alguém para a equipe; o convite vai por e-mail."""
    invitee = Invitee(parse_cpf(body.cpf), body.name, body.email, tuple(body.roles))

    async def work(db: Db) -> Reply:
        staff_id, version = await invite(db, parts, invitee, who.sub, cause)
        return Reply(201, f"/v1/staff/{staff_id}", {"id": str(staff_id)}, version)

    return created(await once.transact(parts.platform.pool, work), response)


@router.get("")
async def list_staff(
    who: Annotated[Principal, Depends(staff("admin", "auditor", "supervisor"))], parts: Annotated[IdentityParts, Depends(parts)]
) -> StaffListAnswer:
    """A equipe."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        rows, admins = await staff_rows.everybody(db), await staff_rows.active_admins(db)
    now = parts.platform.clock()
    return StaffListAnswer(staff=[answer(row, admins, who, now) for row in rows], server_time=now)


@router.get("/{staff_id}", responses=refuses(StaffNotFound))
async def show_staff(
    staff_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(staff("admin", "auditor", "supervisor"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> StaffAnswer:
    """Uma pessoa da equipe; a consulta fica registrada."""
    async with parts.platform.pool.acquire(timeout=5) as db, db.transaction():
        shown = await _get(db, staff_id)
        await record_viewed(db, Viewed(who.actor, "staff-member", str(staff_id), "look", "staff", cause.correlation))
    return _answer(parts, who, response, shown)


@router.post("/{staff_id}/invitations", status_code=202, responses=refuses(StaffNotFound, InvitationUsed, StaffIsSuspended))
async def invite_again(
    staff_id: UUID,
    who: Annotated[Principal, Depends(step_up("admin"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Enviar o convite de novo; o anterior deixa de valer."""
    link, digest = new_link(parts, staff_id)
    command = InviteAgain(digest, who.sub, parts.platform.clock())
    await transact(parts.platform.pool, lambda db: _send_link(db, parts, staff_id, command, link, cause))


@router.post("/{staff_id}/totp-resets", status_code=202, responses=refuses(StaffNotFound, OwnRolesAreNotYours))
async def reset_totp(
    staff_id: UUID,
    who: Annotated[Principal, Depends(step_up("admin"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Anular o segundo fator de outra pessoa da equipe; ela recebe um novo convite."""
    link, digest = new_link(parts, staff_id)
    command = ResetTotp(digest, who.sub, parts.platform.clock())

    async def work(db: Db) -> None:
        await _send_link(db, parts, staff_id, command, link, cause)
        await end_all(db, parts, staff_id, "roles-changed", cause)
        await known_browsers.forget(db, staff_id)

    await transact(parts.platform.pool, work)


async def _send_link(db: Db, parts: IdentityParts, staff_id: UUID, command: StaffCommand, link: str, cause: Cause) -> None:
    await parts.staff_members(db, staff_id, command, cause)
    row, _ = await _get(db, staff_id)
    await send_link(db, parts, row, link, cause)


@router.post("/{staff_id}/roles", responses=refuses(StaffNotFound, OwnRolesAreNotYours))
async def grant_role(
    staff_id: UUID,
    body: RoleBody,
    response: Response,
    who: Annotated[Principal, Depends(step_up("admin"))],
    expected: Annotated[int | None, Depends(if_match)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> StaffAnswer:
    """Dar um papel."""
    command = GrantRole(body.role, who.sub, parts.platform.clock())
    return _answer(parts, who, response, await _told(parts, staff_id, command, cause, expected))


@router.post("/{staff_id}/roles/{role}/removal", responses=refuses(StaffNotFound, OwnRolesAreNotYours, LastAdminStays))
async def take_role(
    staff_id: UUID,
    role: Role,
    response: Response,
    who: Annotated[Principal, Depends(step_up("admin"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> StaffAnswer:
    """Tirar um papel; as sessões da pessoa terminam."""

    async def work(db: Db) -> _Shown:
        others = await staff_rows.other_admins(db, staff_id)
        outcome = await parts.staff_members(db, staff_id, TakeRole(role, who.sub, others, parts.platform.clock()), cause)
        if outcome.events:
            await end_all(db, parts, staff_id, "roles-changed", cause)
        return await _get(db, staff_id)

    return _answer(parts, who, response, await transact(parts.platform.pool, work))


@router.post("/{staff_id}/suspension", responses=refuses(StaffNotFound, OwnRolesAreNotYours, LastAdminStays))
async def suspend(
    staff_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(step_up("admin"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> StaffAnswer:
    """Suspender o acesso de alguém da equipe; as sessões terminam."""

    async def work(db: Db) -> _Shown:
        others = await staff_rows.other_admins(db, staff_id)
        await parts.staff_members(db, staff_id, SuspendStaff(who.sub, others, parts.platform.clock()), cause)
        await end_all(db, parts, staff_id, "staff-suspended", cause)
        return await _get(db, staff_id)

    return _answer(parts, who, response, await transact(parts.platform.pool, work))


@router.post("/{staff_id}/reinstatement", responses=refuses(StaffNotFound))
async def reinstate(
    staff_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(step_up("admin"))],
    expected: Annotated[int | None, Depends(if_match)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> StaffAnswer:
    """Devolver o acesso."""
    command = ReinstateStaff(who.sub, parts.platform.clock())
    return _answer(parts, who, response, await _told(parts, staff_id, command, cause, expected))
