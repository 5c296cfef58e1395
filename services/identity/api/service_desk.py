"""The service desk: a protocol first, then who it is; what an attendant may do after that stands in `desk_deeds.py`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.typed import CompleteDocument
from services.identity.domain.attendance.commands import DoDeed, OpenAttendance, ProofIdentity
from services.identity.domain.attendance.decider import (
    AttendanceNotFound,
    AttendanceOver,
    IdentityNotProofed,
    NobodyAttendsThemselves,
    Open,
    under_way,
)
from services.identity.domain.attendance.events import Channel, Checked
from services.identity.domain.attendance.events import Deed as DeedCode
from services.identity.domain.user.decider import UserNotFound
from services.identity.parts import IdentityParts, parts
from services.identity.views import accounts, blocks
from services.identity.views.accounts import Account
from services.identity.views.names import names_of
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer, Deed, allowed, not_allowed
from shared.http.cause import cause
from shared.http.etag import etag
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.identifiers import parse_document
from shared.ids import new_id
from shared.postgres import Db
from shared.protocols import next_protocol

router = APIRouter(prefix="/v1/service-desk/attendances", tags=["service-desk"])
_DIGIT = 1
DEEDS = ("prove-holder", "lift-blocks", "correct-contact", "end-sessions", "hand-over")


class AttendanceBody(Body):
    """Who asks for help, and how."""

    cpf_or_cnpj: CompleteDocument
    channel: Channel


class ProofingBody(Body):
    """What was checked."""

    checked: Annotated[list[Checked], Field(min_length=1, max_length=5)]


class BlockLine(Answer):
    """What is blocked, until when."""

    what: str
    until: datetime


class AttendanceAnswer(Answer):
    """Where an attendance stands, and what may be done."""

    id: UUID
    protocol: str
    person_id: UUID
    display_name: str
    has_account: bool
    holder_proven: bool
    blocks: list[BlockLine]
    proofed: bool
    actions: dict[str, Deed]
    version: int
    server_time: datetime


@router.post("", status_code=201, responses=refuses(NobodyAttendsThemselves))
async def open_attendance(
    body: AttendanceBody,
    response: Response,
    who: Annotated[Principal, Depends(staff("attendant"))],
    once: Annotated[Once, Depends(once)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> CreatedAnswer:
    """Abrir um atendimento; o protocolo vem primeiro."""
    platform = parts.platform
    person_id, now, attendance_id = platform.people.of(parse_document(body.cpf_or_cnpj)), platform.clock(), new_id()

    async def work(db: Db) -> Reply:
        year = platform.calendar.today(now).year
        protocol = await next_protocol(db, _DIGIT, year, offset=platform.settings.protocol_offset)
        command = OpenAttendance(attendance_id, protocol, person_id, body.channel, who.sub, who.pid, now)
        outcome = await parts.attendances(db, attendance_id, command, cause)
        ids = {"id": str(attendance_id), "protocol": protocol}
        return Reply(201, f"/v1/service-desk/attendances/{attendance_id}", ids, outcome.version)

    return created(await once.transact(platform.pool, work), response)


@router.get("/{attendance_id}", responses=refuses(AttendanceNotFound, AttendanceOver))
async def show(
    attendance_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(staff("attendant"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> AttendanceAnswer:
    """Ver o atendimento e o que pode ser feito."""

    async def work(db: Db) -> AttendanceAnswer:
        state, _version = await parts.attendances.load(db, attendance_id)
        going = under_way(state, who.sub, parts.platform.clock())
        await record_viewed(db, Viewed(who.actor, "person", str(going.person_id), "attendance", "staff", cause.correlation))
        return await shown(db, parts, attendance_id, response)

    return await transact(parts.platform.pool, work)


async def shown(db: Db, parts: IdentityParts, attendance_id: UUID, response: Response) -> AttendanceAnswer:
    """An attendance as its attendant sees it; raises AttendanceNotFound."""
    state, version = await parts.attendances.load(db, attendance_id)
    if not isinstance(state, Open):
        raise AttendanceNotFound
    now = parts.platform.clock()
    account = await accounts.find_by_person(db, state.person_id)
    held = await blocks.holding(db, state.person_id, now)
    response.headers["ETag"] = etag(version)
    return AttendanceAnswer(
        id=attendance_id,
        protocol=state.protocol,
        person_id=state.person_id,
        display_name=(await names_of(db, [state.person_id]))[state.person_id],
        has_account=account is not None,
        holder_proven=account is not None and account.holder,
        blocks=[BlockLine(what=what, until=until) for _, what, until in held],
        proofed=state.proofed,
        actions={deed: _may(state, account) for deed in DEEDS},
        version=version,
        server_time=now,
    )


def _may(state: Open, account: Account | None) -> Deed:
    if not state.proofed:
        return not_allowed(IdentityNotProofed.code, IdentityNotProofed.sentence)
    return allowed() if account is not None else not_allowed(UserNotFound.code, UserNotFound.sentence)


@router.post("/{attendance_id}/proofings", responses=refuses(AttendanceNotFound, AttendanceOver))
async def proof(
    attendance_id: UUID,
    body: ProofingBody,
    response: Response,
    who: Annotated[Principal, Depends(staff("attendant"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> AttendanceAnswer:
    """Registrar o que foi conferido para saber quem é."""

    async def work(db: Db) -> AttendanceAnswer:
        command = ProofIdentity(tuple(body.checked), who.sub, parts.platform.clock())
        await parts.attendances(db, attendance_id, command, cause)
        return await shown(db, parts, attendance_id, response)

    return await transact(parts.platform.pool, work)


async def do_deed(db: Db, parts: IdentityParts, attendance_id: UUID, deed: DeedCode, by: UUID, cause: Cause) -> Account:
    """Record a deed and answer whose account it is about; raises AttendanceNotFound, AttendanceOver, IdentityNotProofed, UserNotFound."""
    outcome = await parts.attendances(db, attendance_id, DoDeed(deed, by, parts.platform.clock()), cause)
    found = await accounts.find_by_person(db, outcome.state.person_id) if isinstance(outcome.state, Open) else None
    account = await accounts.hold(db, found.user_id) if found else None
    if account is None:
        raise UserNotFound
    return account


DEED_REFUSALS = refuses(AttendanceNotFound, AttendanceOver, IdentityNotProofed, UserNotFound)
