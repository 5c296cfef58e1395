"""Visits: what waits for a date, and the date itself."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.requests.api.commissioning_showing import CommissioningAnswer, CommissioningItem, item, tell, whose
from services.requests.api.steps import Own, Why
from services.requests.domain.commissioning import commands, refusals
from services.requests.views.commissionings import commissionings_in
from services.requests.views.world import SessionUnknown, must_know_session
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.etag import etag, if_match
from shared.http.openapi import refuses
from shared.http.pages import Asked, Page, asked, moment_and_id, page
from shared.http.principal import Principal, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/commissionings", tags=["inspections"])

type Scheduler = Annotated[Principal, Depends(staff("analyst", "inspector", "supervisor"))]


class VisitBody(Body):
    """When somebody will come."""

    visit_on: date
    window: Literal["morning", "afternoon", "day"]


@router.get("/waiting/visits")
async def waiting(
    who: Scheduler,
    own: Own,
    asked_page: Annotated[Asked, Depends(asked)],
    state: Annotated[Literal["awaiting-inspection", "scheduled"], Query()] = "awaiting-inspection",
) -> Page[CommissioningItem]:
    """As vistorias por agendar, ou agendadas, na ordem dos protocolos."""
    del who
    since = asked_page.key(moment_and_id)
    async with own.platform.pool.acquire(timeout=5) as db:
        rows = await commissionings_in(db, state, since, asked_page.limit + 1)
    return page(rows, asked_page.limit, lambda row: item(row, seen=True), lambda row: (row.filed_at, row.commissioning_id))


@router.post(
    "/{commissioning_id}/inspection",
    responses=refuses(refusals.CommissioningUnknown, refusals.NotAwaitingInspection, refusals.VisitInThePast, SessionUnknown),
)
async def schedule(
    commissioning_id: UUID,
    body: VisitBody,
    response: Response,
    who: Scheduler,
    why: Why,
    own: Own,
    expected: Annotated[int | None, Depends(if_match)],
) -> CommissioningAnswer:
    """Agendar, ou mudar, a vistoria."""

    async def work(db: Db) -> CommissioningAnswer:
        await must_know_session(db)
        row, _ = await whose(db, own, who, commissioning_id)
        command = commands.ScheduleInspection(body.visit_on, body.window, who.pid, own.calendar, own.now())
        await own.commissionings(db, commissioning_id, command, why, expected=expected, person=row.holder_id)
        return await tell(db, own, who, commissioning_id)

    answer = await transact(own.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(answer.version)
    return answer
