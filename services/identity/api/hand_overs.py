"""Handing an account over: somebody else had taken this CPF or CNPJ, and whoever was proofed at the desk gets it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.identity.api.desk_deeds import AtDesk
from services.identity.api.log_in import end_all
from services.identity.api.service_desk import AttendanceAnswer
from services.identity.api.typed import Email, Name, Phone, RepresentativeBody
from services.identity.domain.attendance.decider import AttendanceNotFound, AttendanceOver, IdentityNotProofed, under_way
from services.identity.domain.sign_up.decider import RepresentativeMissing
from services.identity.domain.user.commands import HandOver
from services.identity.domain.user.decider import UserNotFound, active
from services.identity.letters import send, tell_old_address
from services.identity.parts import IdentityParts, parts
from services.identity.views import accounts, known_browsers, sessions
from services.identity.views.accounts import Account
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.identifiers import CpfInvalid, parse_cpf
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/service-desk/attendances/{attendance_id}", tags=["service-desk"])
_REFUSALS = refuses(AttendanceNotFound, AttendanceOver, IdentityNotProofed, UserNotFound, RepresentativeMissing, CpfInvalid)
_FOLLOWS = (
    "O nome, o e-mail e o telefone da conta são trocados pelos informados; o endereço antigo é avisado.",
    "A senha deixa de valer e todas as sessões terminam; a pessoa escolhe outra em “esqueci minha senha”.",
    "A conta passa a agir como titular, porque a identidade foi conferida neste atendimento.",
    "Ofertas e acessos dados ou aceitos neste período ficam suspensos até o titular decidir.",
    "Um perfil profissional iniciado neste período é encerrado.",
    "Pedidos protocolados neste período vão para a fila do supervisor.",
)


class HandOverBody(Body):
    """How the person is called and reached; a company names its representative anew."""

    name: Name
    email: Email
    phone: Phone
    representative: RepresentativeBody | None = None


class HandOverEffects(Answer):
    """What a hand-over would do: what was done since `acted_since` is contested."""

    acted_since: datetime
    sessions_to_end: int
    holder_proven: bool
    follows: list[str]
    server_time: datetime


@router.get("/hand-over-effects", responses=refuses(AttendanceNotFound, AttendanceOver, UserNotFound))
async def effects(
    attendance_id: UUID,
    who: Annotated[Principal, Depends(staff("attendant"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> HandOverEffects:
    """Ver o que a devolução da conta faria, antes de fazê-la."""

    async def work(db: Db) -> HandOverEffects:
        now = parts.platform.clock()
        going = under_way((await parts.attendances.load(db, attendance_id))[0], who.sub, now)
        await record_viewed(db, Viewed(who.actor, "person", str(going.person_id), "hand-over", "staff", cause.correlation))
        account = await accounts.find_by_person(db, going.person_id)
        if account is None:
            raise UserNotFound
        user = active((await parts.users.load(db, account.user_id))[0])
        live = await sessions.all_live_of(db, account.user_id)
        return HandOverEffects(
            acted_since=user.since, sessions_to_end=len(live), holder_proven=user.holder, follows=list(_FOLLOWS), server_time=now
        )

    return await transact(parts.platform.pool, work)


@router.post("/hand-overs", responses=_REFUSALS)
async def hand_over(body: HandOverBody, desk: AtDesk) -> AttendanceAnswer:
    """Devolver a conta a quem ela pertence; a senha deixa de valer e as sessões terminam."""
    acting = body.representative
    acting_id = desk.parts.platform.people.of_text(parse_cpf(acting.cpf)) if acting else None

    async def work(db: Db, account: Account) -> None:
        parts, cause = desk.parts, desk.cause
        now = parts.platform.clock()
        command = HandOver(body.name, body.email, body.phone, acting_id, acting.name if acting else None, now)
        await parts.users(db, account.user_id, command, cause)
        await end_all(db, parts, account.user_id, "handed-over", cause)
        await known_browsers.forget(db, account.user_id)
        if account.email and account.email != body.email:
            await tell_old_address(db, parts.templates, account.person_id, account.email, cause)
        await send(db, parts.templates, new_id(), "account-handed-over", account.person_id, {}, cause)

    return await desk.do("handed-over", work)
