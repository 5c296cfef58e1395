"""Beginning, refreshing and ending sessions: what log-in, the last step of sign-up and staff log-in have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import Request, Response

from services.identity.api.browser import agent, drop, put, read, remember_device, sealed_device
from services.identity.domain.session.commands import EndSession, LogIn
from services.identity.parts import IdentityParts
from services.identity.views import known_browsers, refresh_tokens, sessions
from shared.contracts.identity.session import EndedBecause
from shared.eventsourcing.event import Cause
from shared.http.body import Answer
from shared.http.tokens import PERSON_TOKEN_LIVES, sign_person_token
from shared.ids import new_id
from shared.postgres import Db

type Kind = Literal["customer", "staff"]
COOKIES: dict[str, str] = {"customer": "refresh", "staff": "staff-refresh"}


class SessionAnswer(Answer):
    """An access token and whose it is; the refresh token is in a cookie that scripts cannot read."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    session_id: UUID
    subject_id: UUID
    person_id: UUID
    roles: list[str]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever was recognised."""

    subject_id: UUID
    person_id: UUID
    kind: Kind
    amr: tuple[str, ...]
    roles: tuple[str, ...] = ()
    representative_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was begun, before its cookies are set."""

    who: Who
    session_id: UUID
    refresh_token: str
    device: str
    shared: bool
    cookie_age: int | None
    authenticated_at: datetime


async def open_session(
    db: Db, parts: IdentityParts, request: Request, who: Who, cause: Cause, *, known: UUID | None, new_browser: bool, shared: bool
) -> Opened:
    """Begin a session in the caller's transaction; the one that this browser had ends.

    `known` is the id of a browser that has logged in before.
    """
    earlier = await refresh_tokens.find_session(db, parts.pepper, read(request, parts, COOKIES[who.kind]))
    if earlier is not None:
        await end(db, parts, earlier, "logged-in-again", cause)
    now = parts.platform.clock()
    session_id = new_id()
    browser = known or new_id()
    settings = parts.settings
    staff = who.kind == "staff"
    idle = settings.staff_idle if staff else settings.shared_device_idle if shared else settings.session_idle
    limit = settings.staff_limit if staff else settings.session_limit
    command = LogIn(session_id, who.subject_id, who.person_id, who.kind, who.amr, browser, agent(request), not new_browser, shared, now)
    await parts.sessions(db, session_id, command, cause, person=who.person_id)
    token = await refresh_tokens.begin(db, parts.pepper, session_id, browser, idle=idle, limit=limit, now=now)
    age = None if shared or staff else int(limit.total_seconds())
    device = sealed_device(parts, browser, who.subject_id, await known_browsers.generation(db, who.subject_id))
    return Opened(who, session_id, token, device, shared, age, now)


async def answer(parts: IdentityParts, request: Request, response: Response, opened: Opened) -> SessionAnswer:
    """Set the cookies of a begun session and answer its access token."""
    put(response, parts, COOKIES[opened.who.kind], opened.refresh_token, opened.cookie_age)
    remember_device(request, response, parts, opened.device, opened.who.subject_id, shared=opened.shared)
    return await access_answer(parts, opened.who, opened.session_id, opened.authenticated_at)


async def access_answer(parts: IdentityParts, who: Who, session_id: UUID, authenticated_at: datetime) -> SessionAnswer:
    """An access token of five minutes."""
    now = parts.platform.clock()
    token = sign_person_token(
        await parts.signing.current(),
        sub=who.subject_id,
        pid=who.person_id,
        kind=who.kind,
        sid=session_id,
        auth_time=authenticated_at,
        amr=who.amr,
        now=now,
        roles=who.roles,
        rep=who.representative_id,
    )
    return SessionAnswer(
        access_token=token,
        token_type="Bearer",  # noqa: S106 - the word of RFC 6750
        expires_in=int(PERSON_TOKEN_LIVES.total_seconds()),
        session_id=session_id,
        subject_id=who.subject_id,
        person_id=who.person_id,
        roles=list(who.roles),
        server_time=now,
    )


async def end(db: Db, parts: IdentityParts, session_id: UUID, because: EndedBecause, cause: Cause) -> None:
    """End one session, in the caller's transaction."""
    await parts.sessions(db, session_id, EndSession(because, parts.platform.clock()), cause)
    await refresh_tokens.forget(db, session_id)


async def end_all(db: Db, parts: IdentityParts, subject_id: UUID, because: EndedBecause, cause: Cause, *, but: UUID | None = None) -> int:
    """End the sessions of a user or staff member, but for one; answers how many."""
    ended = [session_id for session_id in await sessions.all_live_of(db, subject_id) if session_id != but]
    await parts.sessions.each(db, ended, EndSession(because, parts.platform.clock()), cause)
    await refresh_tokens.forget(db, *ended)
    return len(ended)


def forget_cookie(parts: IdentityParts, response: Response, kind: Kind) -> None:
    """Take the refresh token from the browser."""
    drop(response, parts, COOKIES[kind])
