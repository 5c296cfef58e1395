"""One's own account: what identity knows, corrections that hold at once, what may be done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.log_in import end_all
from services.identity.api.own_account import CurrentPasswordWrong, MeAnswer, me_answer, must_know_password, own_account
from services.identity.api.still import own_account_still
from services.identity.api.typed import Name, Password, Phone, RepresentativeBody
from services.identity.domain.attempts.rules import LoginIsBlocked
from services.identity.domain.password.rules import PasswordTooWeak
from services.identity.domain.user.commands import AcceptTerms, ChangeName, ChangePhone, NameRepresentative, SetNewPassword, UserCommand
from services.identity.domain.user.decider import OnlyCompaniesAreRepresented, UserNotFound
from services.identity.hashing import PasswordsBusy
from services.identity.parts import IdentityParts, parts
from services.identity.strength import must_be_strong
from services.identity.terms import TermsNotAccepted, must_be_current
from services.identity.views import accounts
from services.identity.views.accounts import Account
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import required_if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.identifiers import CpfInvalid, parse_cpf
from shared.postgres import Db

router = APIRouter(prefix="/v1/me", tags=["me"])


class NameBody(Body):
    """One's name, corrected."""

    name: Name


class PhoneBody(Body):
    """One's phone, corrected; the password again, because a recovery asks for the phone."""

    phone: Phone
    current_password: Password


class TermsBody(Body):
    """The version that was read and accepted."""

    version: Annotated[str, Field(max_length=20)]


class ChangePasswordBody(Body):
    """The password of now, and the one to come."""

    current_password: Password
    new_password: Password


@router.get("", responses=refuses(UserNotFound))
async def show(response: Response, who: Annotated[Principal, Depends(person)], parts: Annotated[IdentityParts, Depends(parts)]) -> MeAnswer:
    """Meus dados."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        return me_answer(parts, await own_account(db, who), response)


async def _correct(parts: IdentityParts, who: Principal, command: UserCommand, cause: Cause, expected: int | None) -> Account:
    async def work(db: Db) -> Account:
        await accounts.hold(db, who.sub)
        await parts.users(db, who.sub, command, cause, expected=expected)
        return await own_account(db, who)

    return await transact(parts.platform.pool, work, retry=expected is None)


@router.put("/name", responses=refuses(UserNotFound))
async def change_name(
    body: NameBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    expected: Annotated[int, Depends(required_if_match)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Corrigir o nome."""
    command = ChangeName(body.name, parts.platform.clock())
    return me_answer(parts, await _correct(parts, who, command, cause, expected), response)


@router.put("/phone", responses=refuses(UserNotFound, CurrentPasswordWrong, LoginIsBlocked, PasswordsBusy))
async def change_phone(
    body: PhoneBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    expected: Annotated[int, Depends(required_if_match)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Corrigir o telefone."""
    checked = await must_know_password(parts, who, body.current_password, cause)
    command = ChangePhone(body.phone, parts.platform.clock())

    async def work(db: Db) -> Account:
        await own_account_still(db, parts, who, checked, body.current_password)
        await parts.users(db, who.sub, command, cause, expected=expected)
        return await own_account(db, who)

    return me_answer(parts, await transact(parts.platform.pool, work, retry=False), response)


@router.put("/representative", responses=refuses(UserNotFound, OnlyCompaniesAreRepresented, CpfInvalid))
async def name_representative(
    body: RepresentativeBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    expected: Annotated[int, Depends(required_if_match)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Nomear quem representa a empresa."""
    acting = parts.platform.people.of_text(parse_cpf(body.cpf))
    command = NameRepresentative(acting, body.name, parts.platform.clock())
    return me_answer(parts, await _correct(parts, who, command, cause, expected), response)


@router.post("/terms-acceptances", responses=refuses(UserNotFound, TermsNotAccepted))
async def accept_terms(
    body: TermsBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Aceitar a versão atual dos termos de uso."""
    current = parts.terms_now()
    must_be_current(current, body.version)
    command = AcceptTerms(current.version, current.sha256, parts.platform.clock())
    return me_answer(parts, await _correct(parts, who, command, cause, None), response)


@router.post(
    "/password-changes",
    status_code=204,
    responses=refuses(UserNotFound, CurrentPasswordWrong, LoginIsBlocked, PasswordTooWeak, PasswordsBusy),
)
async def change_password(
    body: ChangePasswordBody,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Trocar a senha; as outras sessões terminam."""
    account = await must_know_password(parts, who, body.current_password, cause)
    must_be_strong(parts.settings, body.new_password, [account.document, account.email, account.name, account.phone])
    hashed = await parts.passwords.hash(body.new_password)

    async def work(db: Db) -> None:
        await own_account_still(db, parts, who, account, body.current_password)
        await parts.users(db, who.sub, SetNewPassword(hashed, "person", parts.platform.clock()), cause)
        await end_all(db, parts, who.sub, "password-changed", cause, but=who.sid)

    await transact(parts.platform.pool, work)
