"""Log-in by CPF or CNPJ and password, refresh with rotation, log-out."""

import time
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.identity.api.browser import CrossSiteRefused, devices_of, known_device, must_be_ours, put, read
from services.identity.api.evenly import answer_evenly
from services.identity.api.log_in import COOKIES, Kind, Opened, SessionAnswer, Who, access_answer, answer, end, forget_cookie, open_session
from services.identity.api.misses import missed
from services.identity.api.still import account_still
from services.identity.api.typed import CompleteDocument, Password
from services.identity.domain.attempts.rules import Charged, LoginIsBlocked
from services.identity.domain.session.commands import ReportReuse
from services.identity.domain.session.decider import SessionNotFound
from services.identity.domain.user.commands import RehashPassword
from services.identity.hashing import PasswordsBusy
from services.identity.parts import IdentityParts, parts
from services.identity.views import accounts, attempts, known_browsers, refresh_tokens, sessions, staff
from services.identity.views.accounts import Account
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.cause import cause_of
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone, signed_in
from shared.http.problem import Rejected, SessionOver
from shared.identifiers import parse_document
from shared.postgres import Db

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


class CredentialsNotRecognised(Rejected):
    """401: this CPF or CNPJ and this password do not open an account; it does not say which."""

    status = 401
    sentence = "CPF, CNPJ ou senha incorretos."


class LogInBody(Body):
    """CPF or CNPJ and password; `shared_device` keeps nothing after the browser closes."""

    cpf_or_cnpj: CompleteDocument
    password: Password
    shared_device: bool = False


@router.post("", status_code=201, responses=refuses(CredentialsNotRecognised, LoginIsBlocked, PasswordsBusy, CrossSiteRefused))
async def log_in(
    body: LogInBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Entrar com CPF ou CNPJ e senha."""
    must_be_ours(request, parts.settings.home_of("customer"))
    person_id = parts.platform.people.of(parse_document(body.cpf_or_cnpj))
    now = parts.platform.clock()
    cause, began = cause_of(request, None, actor=f"person:{person_id}"), time.monotonic()
    async with parts.passwords.turn() as turn:
        charged, account, device = await transact(parts.platform.pool, lambda db: _charge(db, request, parts, person_id, now))
        hashed = account.password_hash if account else None
        fits = await turn.fits(hashed, body.password)
        renewed = await turn.hash(body.password) if fits and hashed and parts.passwords.is_dated(hashed) else None

    async def work(db: Db) -> Opened | None:
        known = await account_still(db, parts, account, body.password) if account is not None and fits else None
        if known is None:
            await missed(db, parts, "login", person_id, account, charged, cause)
            return None
        await attempts.forgive(db, person_id, device or attempts.UNKNOWN_BROWSER, "password")
        if renewed is not None and known.password_hash == hashed:
            await parts.users(db, known.user_id, RehashPassword(renewed, now), cause)
        who = Who(known.user_id, person_id, "customer", ("pwd",), representative_id=known.representative_id)
        return await open_session(db, parts, request, who, cause, known=device, new_browser=device is None, shared=body.shared_device)

    opened = await transact(parts.platform.pool, work)
    if opened is None:
        await answer_evenly(began, charged)
        raise CredentialsNotRecognised
    return await answer(parts, request, response, opened)


type _Tried = tuple[Charged, Account | None, UUID | None]


async def _charge(db: Db, request: Request, parts: IdentityParts, person_id: UUID, now: datetime) -> _Tried:
    """Count the attempt before the password is looked at; raises LoginIsBlocked, and then nothing counts."""
    account = await accounts.find_by_person(db, person_id)
    device = await known_device(db, request, parts, account.user_id if account else person_id)
    if device is None:
        await attempts.must_not_be_blocked(db, person_id, "recovery", now)
    browser = device or attempts.UNKNOWN_BROWSER
    return await attempts.charge_attempt(db, person_id, browser, "password", now, parts.settings.attempts), account, device


@router.post("/refreshes", responses=refuses(SessionOver, CrossSiteRefused))
async def refresh(
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Renovar o acesso com o cookie da sessão; o cookie é trocado."""
    return await renew(request, response, parts, "customer")


async def renew(request: Request, response: Response, parts: IdentityParts, kind: Kind) -> SessionAnswer:
    """A new access token for a good refresh token; a copied one ends the session. Raises SessionOver."""
    must_be_ours(request, parts.settings.home_of(kind))
    token = read(request, parts, COOKIES[kind])
    session_id = refresh_tokens.session_of(token)
    if session_id is None:
        raise SessionOver
    found = await transact(parts.platform.pool, lambda db: _rotate(db, parts, request, token, session_id, kind))
    if isinstance(found, SessionOver):
        raise found
    refreshed, session, who = found
    age = None if session.shared_device or kind == "staff" else refreshed.cookie_age
    put(response, parts, COOKIES[kind], refreshed.token or "", age)
    return await access_answer(parts, who, session.session_id, session.authenticated_at)


type _Rotated = tuple[refresh_tokens.Refreshed, sessions.OpenSession, Who]


async def _rotate(db: Db, parts: IdentityParts, request: Request, token: str, session_id: UUID, kind: Kind) -> _Rotated | SessionOver:
    session = await sessions.find_live(db, session_id)
    if session is None or session.kind != kind:
        because = await sessions.why_ended(db, session_id)
        return SessionOver(extra={"because": because} if because else None)
    browsers = devices_of(request, parts, session.subject_id)
    refreshed = await refresh_tokens.rotate(db, parts.pepper, token, browsers, parts.platform.clock())
    cause = cause_of(request, None, actor=f"person:{session.person_id}" if kind == "customer" else f"staff:{session.subject_id}")
    if refreshed is None:
        return SessionOver()
    if refreshed.outcome == "reused":
        await parts.sessions(db, session_id, ReportReuse(parts.platform.clock()), cause)
        await refresh_tokens.forget(db, session_id)
        await known_browsers.forget(db, session.subject_id)
        return SessionOver(extra={"because": "refresh-token-reused"})
    who = await _still(db, session, kind)
    if refreshed.outcome == "over" or who is None:
        await end(db, parts, session_id, "lapsed", cause)
        return SessionOver(extra={"because": "lapsed"})
    return refreshed, session, who


async def _still(db: Db, session: sessions.OpenSession, kind: Kind) -> Who | None:
    """Who the session is of, as they are now: roles change."""
    if kind == "customer":
        account = await accounts.find(db, session.subject_id)
        if account is None:
            return None
        return Who(account.user_id, account.person_id, kind, tuple(session.amr), representative_id=account.representative_id)
    member = await staff.find(db, session.subject_id)
    if member is None or member.state != "active":
        return None
    return Who(member.staff_id, member.person_id, kind, tuple(session.amr), tuple(member.roles))


@router.delete("/current", status_code=204, responses=refuses(SessionNotFound))
async def log_out(
    request: Request,
    response: Response,
    who: Annotated[Principal, Depends(signed_in)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Sair."""
    session_id = who.sid
    if session_id is not None:
        await transact(parts.platform.pool, lambda db: end(db, parts, session_id, "logged-out", cause_of(request, who)))
    forget_cookie(parts, response, "staff" if who.kind == "staff" else "customer")
