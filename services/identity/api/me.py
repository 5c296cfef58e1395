"""One's own account: what identity knows, corrections, what may be done."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.log_in import end_all
from services.identity.api.sessions import CredentialsNotRecognised
from services.identity.api.typed import Name, Phone
from services.identity.domain.attempts.rules import LoginIsBlocked
from services.identity.domain.password.rules import PasswordTooWeak, must_be_strong
from services.identity.domain.user.commands import ChangeName, ChangePhone, SetNewPassword
from services.identity.domain.user.decider import UserNotFound
from services.identity.hashing import PasswordsBusy
from services.identity.parts import IdentityParts, parts
from services.identity.views import accounts, attempts
from services.identity.views.accounts import Account
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, Deed, allowed, not_allowed
from shared.http.cause import cause
from shared.http.etag import etag, required_if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.postgres import Db

router = APIRouter(prefix="/v1/me", tags=["me"])


class MeAnswer(Answer):
    """One's account."""

    user_id: UUID
    person_id: UUID
    kind: str
    document: str | None
    name: str | None
    email: str | None
    phone: str | None
    representative_id: UUID | None
    representative_name: str | None
    holder_proven: bool
    verified_at: datetime
    actions: dict[str, Deed]
    version: int
    server_time: datetime


class NameBody(Body):
    """One's name, corrected."""

    name: Name


class PhoneBody(Body):
    """One's phone, corrected."""

    phone: Phone


class ChangePasswordBody(Body):
    """The password of now, and the one to come."""

    current_password: Annotated[str, Field(min_length=1, max_length=200)]
    new_password: Annotated[str, Field(min_length=1, max_length=200)]


def _me(parts: IdentityParts, account: Account, response: Response) -> MeAnswer:
    response.headers["ETag"] = etag(account.version)
    unproven = not_allowed(
        "holder-not-proven",
        "Seu e-mail ainda não é o do cadastro da distribuidora. Atualize o cadastro no atendimento ou confirme sua identidade lá.",
    )
    return MeAnswer(
        user_id=account.user_id,
        person_id=account.person_id,
        kind=account.kind,
        document=account.document,
        name=account.name,
        email=account.email,
        phone=account.phone,
        representative_id=account.representative_id,
        representative_name=account.representative_name,
        holder_proven=account.holder,
        verified_at=account.verified_at,
        actions={"change-name": allowed(), "change-phone": allowed(), "act-as-holder": allowed() if account.holder else unproven},
        version=account.version,
        server_time=parts.platform.clock(),
    )


async def _account(db: Db, who: Principal) -> Account:
    account = await accounts.find(db, who.sub)
    if account is None:
        raise UserNotFound
    return account


@router.get("", responses=refuses(UserNotFound))
async def show(response: Response, who: Annotated[Principal, Depends(person)], parts: Annotated[IdentityParts, Depends(parts)]) -> MeAnswer:
    """Meus dados."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        return _me(parts, await _account(db, who), response)


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

    async def work(db: Db) -> Account:
        await parts.users(db, who.sub, command, cause, expected=expected)
        return await _account(db, who)

    return _me(parts, await transact(parts.platform.pool, work, retry=False), response)


@router.put("/phone", responses=refuses(UserNotFound))
async def change_phone(
    body: PhoneBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    expected: Annotated[int, Depends(required_if_match)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MeAnswer:
    """Corrigir o telefone."""
    command = ChangePhone(body.phone, parts.platform.clock())

    async def work(db: Db) -> Account:
        await parts.users(db, who.sub, command, cause, expected=expected)
        return await _account(db, who)

    return _me(parts, await transact(parts.platform.pool, work, retry=False), response)


@router.post(
    "/password-changes", status_code=204, responses=refuses(CredentialsNotRecognised, LoginIsBlocked, PasswordTooWeak, PasswordsBusy)
)
async def change_password(
    body: ChangePasswordBody,
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Trocar a senha; as outras sessões terminam."""
    now = parts.platform.clock()
    browser = who.sid or attempts.UNKNOWN_BROWSER

    async def charge(db: Db) -> Account:
        await attempts.charge_attempt(db, who.pid, browser, "password", now)
        return await _account(db, who)

    account = await transact(parts.platform.pool, charge)
    if not await parts.passwords.fits(account.password_hash, body.current_password):
        raise CredentialsNotRecognised
    must_be_strong(body.new_password, [word for word in (account.document, account.email, account.name, account.phone) if word])
    hashed = await parts.passwords.hash(body.new_password)

    async def work(db: Db) -> None:
        await attempts.forgive(db, who.pid, browser, "password")
        await parts.users(db, who.sub, SetNewPassword(hashed, "person", now), cause)
        await end_all(db, parts, who.sub, "password-changed", cause, but=who.sid)

    await transact(parts.platform.pool, work)
