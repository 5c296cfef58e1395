"""What happened, in sentences, and the clocks: the same for requests and commissionings."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from services.requests.api import answers
from services.requests.api.looks import looked
from services.requests.api.showing import clock_answer
from services.requests.domain.budget_request.refusals import RequestUnknown
from services.requests.parts import STAFF, RequestsParts, parts
from services.requests.views.clocks import clocks_of
from services.requests.views.timeline import Line, timeline_of
from shared.eventsourcing.event import Cause
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.pages import Asked, Page, asked, page, version
from shared.http.principal import Principal, person_or_staff
from shared.postgres import Db

router = APIRouter(tags=["history"])

type Who = Annotated[Principal, Depends(person_or_staff(*STAFF))]
type Why = Annotated[Cause, Depends(cause)]
type Own = Annotated[RequestsParts, Depends(parts)]

type Role = Literal["holder", "professional", "distributor"]


class LineAnswer(Answer):
    """One line of the history."""

    at: datetime
    code: str
    sentence: str
    role: Role
    article: str | None
    version: int


@router.get("/v1/budget-requests/{record_id}/timeline", responses=refuses(RequestUnknown))
@router.get("/v1/commissionings/{record_id}/timeline", responses=refuses(RequestUnknown))
async def timeline(record_id: UUID, who: Who, why: Why, own: Own, asked_page: Annotated[Asked, Depends(asked)]) -> Page[LineAnswer]:
    """O histórico, em frases; o olhar da equipe fica registrado."""
    after = asked_page.key(version) or 0
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        stream, holder_id = await _seen(db, own, who, record_id)
        lines = await timeline_of(db, stream, after, asked_page.limit + 1)
        await looked(db, who, stream, "timeline", why)
    return page(lines, asked_page.limit, lambda line: line_answer(line, holder_id), lambda line: (line.version,))


@router.get("/v1/budget-requests/{record_id}/clocks", responses=refuses(RequestUnknown))
@router.get("/v1/commissionings/{record_id}/clocks", responses=refuses(RequestUnknown))
async def clocks(record_id: UUID, who: Who, why: Why, own: Own) -> list[answers.ClockAnswer]:
    """Os prazos, cada um com seu artigo; o olhar da equipe fica registrado."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        stream, _ = await _seen(db, own, who, record_id)
        await looked(db, who, stream, "clocks", why)
        return [clock_answer(clock) for clock in await clocks_of(db, stream)]


async def _seen(db: Db, own: RequestsParts, who: Principal, record_id: UUID) -> tuple[str, UUID]:
    stream, _, holder_id, _ = await own.whose(db, record_id)
    if not await own.sees(db, who, record_id):
        raise RequestUnknown
    return stream, holder_id


def line_answer(line: Line, holder_id: UUID) -> LineAnswer:
    """A line, told by role and never by name."""
    return LineAnswer(
        at=line.at, code=line.code, sentence=line.sentence, role=_role(line.actor, holder_id), article=line.article, version=line.version
    )


def _role(actor: str, holder_id: UUID) -> Role:
    if actor == f"person:{holder_id}":
        return "holder"
    return "professional" if actor.startswith("person:") else "distributor"
