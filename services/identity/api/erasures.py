"""Being forgotten: what goes at once goes in one transaction; both dates are shown, before and afterwards."""

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.identity.api.log_in import end_all
from services.identity.api.own_account import CurrentPasswordWrong, must_know_password, own_account
from services.identity.api.still import own_account_still
from services.identity.api.typed import Password
from services.identity.domain.attempts.rules import LoginIsBlocked
from services.identity.domain.user.commands import ErasePersonalData
from services.identity.domain.user.decider import UserNotFound
from services.identity.domain.user.events import IdentityKept, person_stream
from services.identity.hashing import PasswordsBusy
from services.identity.letters import send
from services.identity.parts import IdentityParts, parts
from services.identity.views import erasures, known_browsers, sessions
from services.identity.views.accounts import Account
from services.identity.views.erasures import Standing
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import NotFound
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone, person
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1", tags=["me"])
_AT_ONCE = (
    "Conta, senha, nome, e-mail, telefone e sessões",
    "Cadastros não concluídos e códigos enviados",
    "Rascunhos de pedidos e os documentos deles",
    "Perfil profissional que nunca foi aprovado, com os documentos",
)
_KEPT = (
    "Protocolos, pedidos protocolados, documentos e decisões: dez anos depois de encerrado o último (REN ANEEL nº 1.000/2021, art. 659)",
    "Enquanto um protocolo está aberto, o e-mail e o telefone, só para os avisos que devemos (arts. 403 e 417)",
    "O cadastro de clientes da distribuidora, que é dela e não depende desta conta",
    "O registro de auditoria, que só tem códigos, sem nomes",
)


class ErasureNotFound(NotFound):
    """No such erasure, or not by this link."""

    sentence = "Pedido de exclusão não encontrado."


class ErasureBody(Body):
    """The password again: there is no way back."""

    current_password: Password


class ReceiptBody(Body):
    """What stands behind the `#` of the mail's link."""

    token: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KeptLine(Answer):
    """What a service keeps, why, until when; no date where it depends on something still open, or is the utility's own."""

    service: str
    what: str
    why: str
    until: date | None


class ErasurePreview(Answer):
    """What would happen: the first date is today, the second follows from the last protocol."""

    erased_on: date
    at_once: list[str]
    kept: list[str]
    server_time: datetime


class ErasureAnswer(Answer):
    """The two dates: what is gone since `erased_at`, and the last day on which anything is kept by duty."""

    erasure_id: UUID
    receipt: str
    erased_at: datetime
    kept_until: date | None
    kept: list[KeptLine]
    contact_kept: bool
    waiting_for: list[str]
    sentence: str
    server_time: datetime


@router.get("/me/erasure", responses=refuses(UserNotFound))
async def preview(who: Annotated[Principal, Depends(person)], parts: Annotated[IdentityParts, Depends(parts)]) -> ErasurePreview:
    """Ver, antes de apagar, o que sai na hora e o que a regulação manda guardar."""
    now = parts.platform.clock()
    async with parts.platform.pool.acquire(timeout=5) as db:
        await own_account(db, who)
    return ErasurePreview(erased_on=parts.platform.calendar.today(now), at_once=list(_AT_ONCE), kept=list(_KEPT), server_time=now)


@router.post("/me/erasure", responses=refuses(UserNotFound, CurrentPasswordWrong, LoginIsBlocked, PasswordsBusy))
async def erase(
    body: ErasureBody,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> ErasureAnswer:
    """Apagar os meus dados; não há volta."""
    checked = await must_know_password(parts, who, body.current_password, cause)

    async def work(db: Db) -> Standing:
        return await _erase(db, parts, await own_account_still(db, parts, who, checked, body.current_password), cause)

    return _answer(parts, await transact(parts.platform.pool, work))


async def _erase(db: Db, parts: IdentityParts, account: Account, cause: Cause) -> Standing:
    now, erasure_id, person_id = parts.platform.clock(), new_id(), account.person_id
    await erasures.begin(db, erasure_id, person_id, now, email=account.email, phone=account.phone, proven=account.holder)
    await _keep_identity(db, parts, account, cause, now)
    await parts.users(db, account.user_id, ErasePersonalData(now), cause)
    await end_all(db, parts, account.user_id, "erased", cause)
    await erasures.forget_rows(db, person_id)
    await sessions.forget_browsers(db, account.user_id)
    await known_browsers.drop(db, account.user_id)
    keys, after = parts.platform.keys, now + timedelta(days=1)
    kept = {person_stream(person_id), *await _streams_of_staff(db, person_id)}
    for stream in await keys.streams_of(db, person_id, before=after):
        if stream not in kept and not stream.startswith("staff-member-"):
            await keys.destroy(db, stream, before=after)
    link = f"{parts.settings.public_url}/privacidade/{erasure_id}#{_receipt(parts, erasure_id)}"
    at = f"{parts.platform.calendar.today(now):%d/%m/%Y}"
    await send(db, parts.templates, new_id(), "data-erased", person_id, {"at": at, "link": link}, cause, address=account.email)
    return Standing(erasure_id, person_id, now, ())


async def _keep_identity(db: Db, parts: IdentityParts, account: Account, cause: Cause, now: datetime) -> None:
    stream = person_stream(account.person_id)
    _history, version = await parts.store.history(db, stream)
    kept = IdentityKept(person_id=account.person_id, name=account.name, document=account.document, kept_at=now)
    await parts.store.append(db, stream, [kept], expected=version, cause=cause, person=account.person_id)


async def _streams_of_staff(db: Db, person_id: UUID) -> Sequence[str]:
    """Sessions in which the same person works here: those are the employer's."""
    return [f"session-{session_id}" for session_id in await sessions.staff_sessions_of(db, person_id)]


@router.post("/erasures/{erasure_id}/views", responses=refuses(ErasureNotFound))
async def show(
    erasure_id: UUID,
    body: ReceiptBody,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> ErasureAnswer:
    """Ver as duas datas depois de apagar, pelo endereço que foi por e-mail."""
    if not hmac.compare_digest(body.token, _receipt(parts, erasure_id)):
        raise ErasureNotFound
    async with parts.platform.pool.acquire(timeout=5) as db:
        standing = await erasures.find(db, erasure_id)
    if standing is None:
        raise ErasureNotFound
    return _answer(parts, standing)


def _receipt(parts: IdentityParts, erasure_id: UUID) -> str:
    return parts.pepper.digest("erasure", erasure_id)


def _answer(parts: IdentityParts, standing: Standing) -> ErasureAnswer:
    waiting, until = list(standing.waiting_for), standing.kept_until
    return ErasureAnswer(
        erasure_id=standing.erasure_id,
        receipt=_receipt(parts, standing.erasure_id),
        erased_at=standing.at,
        kept_until=None if standing.notices_due else until,
        kept=[
            KeptLine(service=answer.service, what=kept.what, why=kept.why, until=kept.until)
            for answer in standing.answers
            for kept in answer.kept
        ],
        contact_kept=bool(waiting) or standing.notices_due,
        waiting_for=waiting,
        sentence=_sentence(standing),
        server_time=parts.platform.clock(),
    )


def _sentence(standing: Standing) -> str:
    if standing.waiting_for:
        return "Seus dados da conta foram apagados. Em instantes esta página mostra o que a regulação manda guardar, e até quando."
    if standing.notices_due:
        return "Há um protocolo aberto: os avisos dele continuam chegando. A última data é contada do encerramento do último protocolo."
    if standing.kept_until is None:
        return "Tudo foi apagado: nada seu precisa ser guardado."
    return f"O que a regulação manda guardar fica até {standing.kept_until:%d/%m/%Y} e é apagado depois."
