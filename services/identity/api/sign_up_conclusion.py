"""The last step of a sign-up: terms and password; only here may it be said that it cannot be concluded, never why."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.identity.api.log_in import Opened, SessionAnswer, Who, answer, open_session
from services.identity.api.own_account import prove_by_register_email
from services.identity.api.sign_up_answers import own_sign_up
from services.identity.api.typed import Password
from services.identity.domain.password.rules import PasswordTooWeak
from services.identity.domain.sign_up.commands import ChoosePassword
from services.identity.domain.sign_up.decider import CannotConclude, SigningUp, SignUpNotFound, SignUpOver, StepOutOfOrder, under_way
from services.identity.domain.user.commands import VerifyUser
from services.identity.hashing import PasswordsBusy
from services.identity.letters import last_sent, send
from services.identity.parts import IdentityParts, parts
from services.identity.strength import must_be_strong
from services.identity.terms import TermsNotAccepted, must_be_current
from services.identity.views.accounts import AccountTaken, plain
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.cause import cause_of
from shared.http.openapi import refuses
from shared.http.principal import anyone
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/sign-ups", tags=["sign-ups"])


class PasswordBody(Body):
    """The last step: the version of the terms that was read and accepted, and the password."""

    password: Password
    terms_version: Annotated[str | None, Field(max_length=20)] = None
    shared_device: bool = False


@router.post(
    "/{sign_up_id}/password",
    status_code=201,
    responses=refuses(SignUpNotFound, SignUpOver, StepOutOfOrder, TermsNotAccepted, PasswordTooWeak, CannotConclude, PasswordsBusy),
)
async def choose_password(
    sign_up_id: UUID,
    body: PasswordBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Aceitar os termos, escolher a senha e entrar; é o último passo do cadastro."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        state, _version = await own_sign_up(db, request, parts, sign_up_id)
    going = under_way(state, parts.platform.clock())
    if going.step != "password":
        raise StepOutOfOrder(step=going.step)
    must_be_current(parts.terms_now(), body.terms_version)
    must_be_strong(parts.settings, body.password, _own_words(going))
    hashed = await parts.passwords.hash(body.password)
    cause = cause_of(request, None, actor=f"person:{going.person_id}")

    async def work(db: Db) -> Opened:
        await own_sign_up(db, request, parts, sign_up_id)
        return await _conclude(db, parts, request, going, hashed, cause, shared=body.shared_device)

    try:
        opened = await transact(parts.platform.pool, work)
    except AccountTaken:
        await transact(parts.platform.pool, lambda db: _tell_owner(db, parts, going.person_id, cause))
        raise CannotConclude(step="password") from None
    return await answer(parts, request, response, opened)


async def _tell_owner(db: Db, parts: IdentityParts, person_id: UUID, cause: Cause) -> None:
    """Tell whose account it is, at most once an hour."""
    if not await last_sent(db, person_id, "sign-up-tried", parts.platform.clock() - timedelta(hours=1)):
        await send(db, parts.templates, new_id(), "sign-up-tried", person_id, {}, cause)


def _own_words(going: SigningUp) -> list[str]:
    return [str(word) for word in (plain(going.document), plain(going.email), plain(going.name), plain(going.phone)) if word]


async def _conclude(db: Db, parts: IdentityParts, request: Request, going: SigningUp, hashed: str, cause: Cause, *, shared: bool) -> Opened:
    """The account, its proof as holder and its first session: one transaction, after which the sign-up itself tells nothing.

    Raises AccountTaken.
    """
    now, user_id, terms = parts.platform.clock(), new_id(), parts.terms_now()
    await parts.sign_ups(db, going.sign_up_id, ChoosePassword(user_id, now), cause)
    command = VerifyUser(
        user_id,
        going.person_id,
        going.kind,
        going.root_id,
        str(plain(going.document)),
        str(plain(going.name)),
        str(plain(going.email)),
        str(plain(going.phone)),
        going.representative_id,
        plain(going.representative_name),
        hashed,
        terms.version,
        terms.sha256,
        now,
    )
    await parts.users(db, user_id, command, cause, person=going.person_id)
    await parts.platform.keys.destroy(db, parts.sign_ups.stream(going.sign_up_id), before=now + timedelta(days=1))
    await prove_by_register_email(db, parts, user_id, going.person_id, str(plain(going.email)), cause)
    who = Who(user_id, going.person_id, "customer", ("pwd",), representative_id=going.representative_id)
    return await open_session(db, parts, request, who, cause, known=None, new_browser=False, shared=shared)
