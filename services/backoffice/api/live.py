"""Live: the same answers as server-sent events, sent again whenever they change; ids, a heartbeat, and an end before the token's."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from fastapi.responses import StreamingResponse

from services.backoffice.api.dashboards import DashboardUnknown, show_dashboard
from services.backoffice.api.queues import list_queues
from services.backoffice.api.reviews import readers
from services.backoffice.api.showing import load, show
from services.backoffice.domain.review.refusals import ReviewerIsParty, ReviewUnknown
from services.backoffice.parts import BackofficeParts, parts
from services.backoffice.settings import BackofficeSettings
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal
from shared.postgres import LOST, Db

router = APIRouter(prefix="/v1/live", tags=["live"])

_LOOK_EVERY = 1.0
_HEARTBEAT = 15.0
_ALWAYS_NEW = frozenset({"server_time", "as_of", "hours_left", "lag_seconds", "register_age_seconds"})
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]
type Look = Callable[[], Awaitable[Answer]]


@router.get("/queues", response_class=StreamingResponse, responses=_EVENTS)
async def live_queues(
    who: Annotated[Principal, Depends(readers)], made_of: Annotated[BackofficeParts, Depends(parts)], last: LastEventId = None
) -> StreamingResponse:
    """As filas, ao vivo: um evento a cada mudança."""
    return await _stream(made_of, "queues", lambda: list_queues(who, made_of), last)


@router.get("/dashboards/{slug}", response_class=StreamingResponse, responses=_EVENTS | refuses(DashboardUnknown))
async def live_dashboard(
    slug: str, who: Annotated[Principal, Depends(readers)], made_of: Annotated[BackofficeParts, Depends(parts)], last: LastEventId = None
) -> StreamingResponse:
    """Um painel, ao vivo: um evento a cada mudança."""
    return await _stream(made_of, "dashboard", lambda: show_dashboard(slug, who, made_of), last)


@router.get("/reviews/{review_id}", response_class=StreamingResponse, responses=_EVENTS | refuses(ReviewUnknown, ReviewerIsParty))
async def live_review(
    review_id: UUID,
    who: Annotated[Principal, Depends(readers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    last: LastEventId = None,
) -> StreamingResponse:
    """Uma análise, ao vivo: um evento a cada mudança. A consulta fica registrada uma vez."""

    async def look() -> Answer:
        async with made_of.platform.pool.acquire(timeout=5) as db:
            found = await load(db, made_of, review_id, who)
        return await show(made_of, found, who)

    async def note(db: Db) -> None:
        await load(db, made_of, review_id, who)
        await record_viewed(db, Viewed(who.actor, "review", str(review_id), "live", "staff", because.correlation))

    await transact(made_of.platform.pool, note)
    return await _stream(made_of, "review", look, last)


async def _stream(made_of: BackofficeParts, name: str, look: Look, last: str | None) -> StreamingResponse:
    """The first look is taken before the answer begins, so that a refusal is one."""
    first = await look()
    seconds = cast("BackofficeSettings", made_of.platform.settings).live_stream_seconds
    return StreamingResponse(_events(name, first, look, last, seconds), media_type="text/event-stream", headers=_HEADERS)


async def _events(name: str, first: Answer, look: Look, last: str | None, seconds: float) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    ends, quiet_since, answer = clock() + seconds, clock(), first
    yield "retry: 2000\n\n"
    while True:
        content = answer.model_dump(mode="json")
        stamp = _stamp(content)
        if stamp != last:
            last, quiet_since = stamp, clock()
            yield f"id: {stamp}\nevent: {name}\ndata: {json.dumps(content, ensure_ascii=False, separators=(',', ':'))}\n\n"
        elif clock() - quiet_since >= _HEARTBEAT:
            quiet_since = clock()
            yield ": ainda aqui\n\n"
        if clock() >= ends:
            return
        await asyncio.sleep(_LOOK_EVERY)
        try:
            answer = await look()
        except (Refusal, *LOST):
            return


def _stamp(content: dict[str, Any]) -> str:
    """The same content has the same id, whenever it is looked at."""
    kept = {key: value for key, value in content.items() if key not in _ALWAYS_NEW}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:32]
