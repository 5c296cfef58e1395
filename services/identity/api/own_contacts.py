"""Proving a contact of one's account: a new e-mail, or being the holder by a code sent to the address that the utility has."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated
from uuid import NAMESPACE_URL

from fastapi import APIRouter, Depends, Response

from services.identity.api.one_time_codes import CodeBody, must_have_been_right
from services.identity.api.own_account import (
    CurrentPasswordWrong,
    MeAnswer,
    me_answer,
    must_know_password,
    own_account,
    prove_by_register_email,
)
from services.identity.api.still import must_be_in_session, own_account_still
from services.identity.api.typed import Email, Password
from services.identity.domain.attempts.rules import LoginIsBlocked, TooManyCodes
from services.identity.domain.contact_proof.commands import ProveContact, StartContactProof
from services.identity.domain.contact_proof.decider import ContactProof, NoCodeIsOut, Proving
from services.identity.domain.contact_proof.events import ContactProven, Purpose, WrongContactCodeGiven
from services.identity.domain.one_time_code.rules import (
    CODE_LIVES,
    CODES,
    RESEND_AFTER,
    TRIES,
    CodeExpired,
    CodeWrong,
    ResendTooSoon,
    TooManyTries,
)
from services.identity.domain.user.commands import ProveHolder, ProveNewEmail
from services.identity.domain.user.decider import EmailUnchanged, HolderAlreadyProven, UserNotFound
from services.identity.hashing import PasswordsBusy
from services.identity.letters import send, tell_old_address
from services.identity.parts import IdentityParts, parts
from services.identity.pepper import new_code
from services.identity.views import accounts, contact_proofs, register
from services.identity.views.accounts import Account, plain
from services.identity.views.attempts import charge_code
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Outcome
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.ids import derived_id, new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/me", tags=["me"])
_SENT_TO_NEW = "Enviamos um código ao novo e-mail. O e-mail da conta só muda quando ele for digitado."
_SENT_TO_REGISTER = (
    "Se há um e-mail seu no cadastro da distribuidora, enviamos um código a ele. Se nada chegar, o atendimento comprova a sua identidade."
)


class ChangeEmailBody(Body):
    """The new e-mail, and the password of the account."""

    email: Email
    current_password: Password


class ProofAnswer(Answer):
    """A code is on its way, as far as may be said."""

    sentence: str
    expires_at: datetime
    resend_at: datetime
    tries_left: int
    server_time: datetime


async def _start(
    db: Db, parts: IdentityParts, account: Account, purpose: Purpose, address: str | None, cause: Cause, sentence: str
) -> ProofAnswer:
    """Send a code, once a minute and ten times a day; the one before is void. Raises ResendTooSoon, TooManyCodes."""
    now, proof_id, code = parts.platform.clock(), new_id(), new_code()
    subject = derived_id(account.user_id, f"contact-proof/{purpose}")
    await charge_code(db, subject, now, allowed=CODES, window=timedelta(days=1))
    out = await contact_proofs.find_open(db, account.user_id, purpose)
    if out is not None and now < out.sent_at + RESEND_AFTER:
        raise ResendTooSoon(until=out.sent_at + RESEND_AFTER)
    digest = parts.pepper.digest("code", proof_id, code)
    command = StartContactProof(proof_id, account.user_id, account.person_id, purpose, address, digest, now)
    await parts.contact_proofs(db, proof_id, command, cause, person=account.person_id)
    box = address.casefold() if address is not None else account.user_id
    await charge_code(db, derived_id(NAMESPACE_URL, parts.pepper.digest("address", box)), now)
    if address is not None:
        fact = "holder-code" if purpose == "register" else "new-email-code"
        await send(db, parts.templates, new_id(), fact, account.person_id, {"code": code}, cause, address=address)
    return ProofAnswer(
        sentence=sentence, expires_at=now + CODE_LIVES, resend_at=now + RESEND_AFTER, tries_left=TRIES, server_time=parts.platform.clock()
    )


async def _try(db: Db, parts: IdentityParts, account: Account, purpose: Purpose, code: str, cause: Cause) -> Outcome[ContactProof]:
    """Try a typed code; a wrong one is stored. Raises NoCodeIsOut, CodeExpired, TooManyTries."""
    out = await contact_proofs.find_open(db, account.user_id, purpose)
    if out is None:
        raise NoCodeIsOut
    command = ProveContact(parts.pepper.digest("code", out.proof_id, code), parts.platform.clock())
    return await parts.contact_proofs(db, out.proof_id, command, cause)


async def _proven(
    parts: IdentityParts,
    who: Principal,
    purpose: Purpose,
    code: str,
    cause: Cause,
    response: Response,
    then: Callable[[Db, Account, Proving], Awaitable[object]],
) -> MeAnswer:
    """Try a typed code and do what it was for; the account after it. Raises what `_try` does, and CodeWrong once that is stored."""

    async def work(db: Db) -> tuple[Outcome[ContactProof], Account]:
        await accounts.hold(db, who.sub)
        await must_be_in_session(db, who)
        account = await own_account(db, who)
        outcome = await _try(db, parts, account, purpose, code, cause)
        if isinstance(outcome.state, Proving) and any(isinstance(record.event, ContactProven) for record in outcome.events):
            await then(db, account, outcome.state)
        return outcome, await own_account(db, who)

    outcome, account = await transact(parts.platform.pool, work)
    must_have_been_right(outcome.events, WrongContactCodeGiven, outcome.state.code if isinstance(outcome.state, Proving) else None)
    return me_answer(parts, account, response)


@router.post("/holder-codes", status_code=202, responses=refuses(UserNotFound, HolderAlreadyProven, ResendTooSoon, TooManyCodes))
async def send_holder_code(
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> ProofAnswer:
    """Enviar um código ao e-mail que a distribuidora tem no cadastro; a resposta não diz se há um."""

    async def work(db: Db) -> ProofAnswer:
        account = await own_account(db, who)
        if account.holder:
            raise HolderAlreadyProven
        customer = await register.find(db, account.person_id)
        return await _start(db, parts, account, "register", customer.email if customer else None, cause, _SENT_TO_REGISTER)

    return await transact(parts.platform.pool, work)


@router.post("/holder-codes/proofs", responses=refuses(UserNotFound, NoCodeIsOut, CodeWrong, CodeExpired, TooManyTries))
async def prove_holder(
    body: CodeBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Digitar o código do e-mail do cadastro: a conta passa a agir como titular."""

    async def holds(db: Db, account: Account, _: Proving) -> None:
        await parts.users(db, account.user_id, ProveHolder("register-code", parts.platform.clock()), cause)

    return await _proven(parts, who, "register", body.code, cause, response, holds)


@router.post(
    "/email-changes",
    status_code=202,
    responses=refuses(UserNotFound, CurrentPasswordWrong, LoginIsBlocked, EmailUnchanged, ResendTooSoon, TooManyCodes, PasswordsBusy),
)
async def change_email(
    body: ChangeEmailBody,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> ProofAnswer:
    """Trocar o e-mail: um código vai para o novo, e só com ele a troca acontece."""
    checked = await must_know_password(parts, who, body.current_password, cause)

    async def work(db: Db) -> ProofAnswer:
        account = await own_account_still(db, parts, who, checked, body.current_password)
        if account.email == body.email:
            raise EmailUnchanged
        return await _start(db, parts, account, "new-email", body.email, cause, _SENT_TO_NEW)

    return await transact(parts.platform.pool, work)


@router.post("/email-changes/proofs", responses=refuses(UserNotFound, NoCodeIsOut, CodeWrong, CodeExpired, TooManyTries))
async def prove_new_email(
    body: CodeBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Digitar o código do novo e-mail; o endereço antigo e o novo são avisados."""

    async def changed(db: Db, account: Account, proof: Proving) -> None:
        await _changed(db, parts, account, str(plain(proof.address)), cause)

    return await _proven(parts, who, "new-email", body.code, cause, response, changed)


async def _changed(db: Db, parts: IdentityParts, account: Account, email: str, cause: Cause) -> None:
    """The account has the new e-mail; where it is the register's, it is the holder's."""
    changed = await parts.users(db, account.user_id, ProveNewEmail(email, parts.platform.clock()), cause)
    if changed.events and account.email:
        await tell_old_address(db, parts.templates, account.person_id, account.email, cause)
    await prove_by_register_email(db, parts, account.user_id, account.person_id, email, cause)
