"""Recovery of a password: matching details, a code by e-mail, a new password; three answers, registered or not."""

import hmac
import time
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.identity.api.browser import put
from services.identity.api.evenly import answer_evenly
from services.identity.api.log_in import end_all
from services.identity.api.misses import missed
from services.identity.api.one_time_codes import CodeBody, must_be_own, must_have_been_right
from services.identity.api.recovery_answers import RecoveryAnswer, answer, reaches
from services.identity.api.typed import CompleteDocument, Email, Password, Phone
from services.identity.domain.attempts.rules import Charged, RecoveryIsBlocked
from services.identity.domain.one_time_code.rules import (
    CODE_LIVES,
    CODES,
    RESEND_AFTER,
    CodeExpired,
    CodeWrong,
    ResendTooSoon,
    TooManyTries,
)
from services.identity.domain.password.rules import PasswordTooWeak
from services.identity.domain.recovery.commands import ConcludeRecovery, ProveRecovery, StartRecovery
from services.identity.domain.recovery.decider import (
    DataDiverges,
    Recovering,
    Recovery,
    RecoveryNotFound,
    RecoveryNotProven,
    RecoveryOver,
    known,
    proven,
)
from services.identity.domain.recovery.events import WrongRecoveryCodeGiven
from services.identity.domain.user.commands import SetNewPassword
from services.identity.hashing import PasswordsBusy
from services.identity.letters import last_sent, send
from services.identity.parts import IdentityParts, parts
from services.identity.pepper import new_code
from services.identity.strength import must_be_strong
from services.identity.views import accounts, attempts, known_browsers
from services.identity.views.accounts import Account
from shared.eventsourcing.handler import Outcome
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.cause import cause_of
from shared.http.openapi import refuses
from shared.http.principal import anyone
from shared.identifiers import parse_document
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/recoveries", tags=["recoveries"])
COOKIE = "recovery"


class StartRecoveryBody(Body):
    """What is on file: CPF or CNPJ, e-mail, phone."""

    cpf_or_cnpj: CompleteDocument
    email: Email
    phone: Phone


class NewPasswordBody(Body):
    """The new password."""

    password: Password


@router.post("", status_code=202, responses=refuses(DataDiverges, RecoveryIsBlocked, ResendTooSoon, TooManyTries))
async def start(
    body: StartRecoveryBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> RecoveryAnswer:
    """Recuperar a senha: se os dados conferem, um código vai para o e-mail do cadastro."""
    person_id = parts.platform.people.of(parse_document(body.cpf_or_cnpj))
    now, recovery_id, code = parts.platform.clock(), new_id(), new_code()
    cause, began = cause_of(request, None, actor=f"person:{person_id}"), time.monotonic()

    async def work(db: Db) -> Charged | tuple[Account, Outcome[Recovery]]:
        charged = await attempts.charge_attempt(db, person_id, attempts.UNKNOWN_BROWSER, "recovery", now, parts.settings.attempts)
        account = await accounts.find_by_person(db, person_id)
        if account is None or not _matches(account, body):
            await missed(db, parts, "recovery", person_id, account, charged, cause)
            return charged
        await attempts.forgive(db, person_id, attempts.UNKNOWN_BROWSER, "recovery")
        await _may_send(db, person_id, now)
        command = StartRecovery(recovery_id, account.user_id, person_id, parts.pepper.digest("code", recovery_id, code), now)
        outcome = await parts.recoveries(db, recovery_id, command, cause, person=person_id)
        await send(db, parts.templates, new_id(), "recovery-code", person_id, {"code": code}, cause)
        return account, outcome

    begun = await transact(parts.platform.pool, work)
    if isinstance(begun, Charged):
        await answer_evenly(began, begun)
        if begun.is_last:
            raise RecoveryIsBlocked(until=begun.attempts.blocked_until)
        left = "resta 1 tentativa" if begun.remaining == 1 else f"restam {begun.remaining} tentativas"
        raise DataDiverges(f"Os dados não conferem; {left}.", extra={"remaining": begun.remaining})
    account, outcome = begun
    put(response, parts, COOKIE, parts.pepper.seal(COOKIE, str(recovery_id)), int(CODE_LIVES.total_seconds()) * 2)
    return answer(parts, known(outcome.state), account, outcome.version, response)


def _matches(account: Account, body: StartRecoveryBody) -> bool:
    email = hmac.compare_digest((account.email or "").encode(), body.email.encode())
    phone = hmac.compare_digest((account.phone or "").encode(), body.phone.encode())
    return email and phone


async def _may_send(db: Db, person_id: UUID, now: datetime) -> None:
    """Codes go out once a minute and ten times a day, however often the details match; raises ResendTooSoon, TooManyTries."""
    sent = await last_sent(db, person_id, "recovery-code", now - timedelta(days=1))
    if sent and now < sent[0] + RESEND_AFTER:
        raise ResendTooSoon(until=sent[0] + RESEND_AFTER)
    if len(sent) >= CODES:
        raise TooManyTries("Muitos códigos foram enviados hoje. Tente novamente amanhã ou fale com o atendimento.")


@router.get("/{recovery_id}", responses=refuses(RecoveryNotFound))
async def show(
    recovery_id: UUID,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> RecoveryAnswer:
    """Em que passo está a recuperação iniciada neste navegador."""
    must_be_own(request, parts, COOKIE, str(recovery_id), RecoveryNotFound)
    async with parts.platform.pool.acquire(timeout=5) as db:
        state, version = await parts.recoveries.load(db, recovery_id)
        going = known(state)
        account = await accounts.find(db, going.user_id)
    return answer(parts, going, account, version, response)


@router.post("/{recovery_id}/proofs", responses=refuses(RecoveryNotFound, RecoveryOver, CodeWrong, CodeExpired, TooManyTries))
async def prove(
    recovery_id: UUID,
    body: CodeBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> RecoveryAnswer:
    """Digitar o código recebido por e-mail."""
    must_be_own(request, parts, COOKIE, str(recovery_id), RecoveryNotFound)
    command = ProveRecovery(parts.pepper.digest("code", recovery_id, body.code), parts.platform.clock())

    async def work(db: Db) -> tuple[Account | None, Outcome[Recovery]]:
        outcome = await parts.recoveries(db, recovery_id, command, cause_of(request, None))
        return await accounts.find(db, known(outcome.state).user_id), outcome

    account, outcome = await transact(parts.platform.pool, work)
    going = known(outcome.state)
    must_have_been_right(outcome.events, WrongRecoveryCodeGiven, going.code)
    return answer(parts, going, account, outcome.version, response)


@router.post(
    "/{recovery_id}/password",
    status_code=204,
    responses=refuses(RecoveryNotFound, RecoveryNotProven, RecoveryOver, PasswordTooWeak, PasswordsBusy),
)
async def set_password(
    recovery_id: UUID,
    body: NewPasswordBody,
    request: Request,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Escolher a nova senha; todas as sessões terminam."""
    must_be_own(request, parts, COOKIE, str(recovery_id), RecoveryNotFound)
    now = parts.platform.clock()
    async with parts.platform.pool.acquire(timeout=5) as db:
        going = proven((await parts.recoveries.load(db, recovery_id))[0], now)
        account = await accounts.find(db, going.user_id)
    if account is None:
        raise RecoveryNotFound
    must_be_strong(parts.settings, body.password, [account.document, account.email, account.name, account.phone])
    hashed = await parts.passwords.hash(body.password)
    cause = cause_of(request, None, actor=f"person:{going.person_id}")

    async def work(db: Db) -> None:
        await _must_still_reach(db, going)
        await parts.recoveries(db, recovery_id, ConcludeRecovery(now), cause)
        await parts.users(db, going.user_id, SetNewPassword(hashed, "recovery", now), cause)
        await end_all(db, parts, going.user_id, "password-changed", cause)
        await known_browsers.forget(db, going.user_id)

    await transact(parts.platform.pool, work)


async def _must_still_reach(db: Db, going: Recovering) -> None:
    """A code that went to an address which is the account's no more opens nothing; raises RecoveryOver."""
    if not reaches(going, await accounts.hold(db, going.user_id)):
        raise RecoveryOver
