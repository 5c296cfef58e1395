"""Where one is logged in: each browser with its session; end one, the others, or all."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.identity.api.log_in import end, end_all, forget_cookie
from services.identity.domain.session.decider import SessionNotFound
from services.identity.parts import IdentityParts, parts
from services.identity.views import known_browsers, sessions
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal, signed_in
from shared.postgres import Db

router = APIRouter(prefix="/v1/me/sessions", tags=["me"])


class SessionLine(Answer):
    """A browser in which one is logged in, until when it stays so unused, and at most."""

    session_id: UUID
    browser: str | None
    shared_device: bool
    started_at: datetime
    last_used_at: datetime
    idle_until: datetime
    expires_at: datetime
    current: bool


class SessionsAnswer(Answer):
    """Where one is logged in."""

    sessions: list[SessionLine]
    server_time: datetime


@router.get("")
async def my_sessions(who: Annotated[Principal, Depends(signed_in)], parts: Annotated[IdentityParts, Depends(parts)]) -> SessionsAnswer:
    """Onde estou conectado."""
    now = parts.platform.clock()
    async with parts.platform.pool.acquire(timeout=5) as db:
        found = await sessions.usable_of(db, who.sub, now)
    lines = [
        SessionLine(
            session_id=line.session.session_id,
            browser=line.session.browser,
            shared_device=line.session.shared_device,
            started_at=line.session.started_at,
            last_used_at=line.last_used_at,
            idle_until=line.idle_until,
            expires_at=line.expires_at,
            current=line.session.session_id == who.sid,
        )
        for line in found
    ]
    return SessionsAnswer(sessions=lines, server_time=now)


@router.post("/{session_id}/end", status_code=204, responses=refuses(SessionNotFound))
async def end_session(
    session_id: UUID,
    who: Annotated[Principal, Depends(signed_in)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Encerrar uma das minhas sessões."""

    async def work(db: Db) -> None:
        session = await sessions.find_live(db, session_id)
        if session is None or session.subject_id != who.sub:
            raise SessionNotFound
        await end(db, parts, session_id, "ended-by-person", cause)

    await transact(parts.platform.pool, work)


@router.post("/end-others", status_code=204)
async def end_other_sessions(
    who: Annotated[Principal, Depends(signed_in)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Encerrar todas as outras sessões."""
    await transact(parts.platform.pool, lambda db: end_all(db, parts, who.sub, "ended-by-person", cause, but=who.sid))


@router.post("/end-all", status_code=204)
async def end_all_sessions(
    response: Response,
    who: Annotated[Principal, Depends(signed_in)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Encerrar todas as sessões, também esta; nenhum navegador é mais conhecido."""

    async def work(db: Db) -> None:
        await end_all(db, parts, who.sub, "ended-by-person", cause)
        await known_browsers.forget(db, who.sub)

    await transact(parts.platform.pool, work)
    forget_cookie(parts, response, "staff" if who.kind == "staff" else "customer")
