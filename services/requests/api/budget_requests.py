"""Requests: begin, list, look, throw a draft away."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.requests.api import answers
from services.requests.api.doing import act
from services.requests.api.looks import looked
from services.requests.api.showing import tell
from services.requests.domain.budget_request import refusals
from services.requests.domain.budget_request.commands import DiscardDraft, StartDraft
from services.requests.domain.facts import Doer
from services.requests.parts import STAFF, RequestsParts, parts
from services.requests.views.budget_requests import RequestRow, find_request, requests_in, requests_of
from services.requests.views.units import find_unit_by_number
from services.requests.views.world import standing_of
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Malformed
from shared.http.body import Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.etag import etag, required_if_match
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.pages import Asked, Page, asked, moment_and_id, page
from shared.http.principal import Principal, person, person_or_staff, staff
from shared.identifiers import parse_unit_number
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests", tags=["budget-requests"])

type Filed = Literal[
    "under-triage",
    "under-analysis",
    "awaiting-approval",
    "awaiting-contracts",
    "works-under-way",
    "in-force",
    "connected",
    "dismissed",
    "declined",
    "expired",
    "cancelled",
    "withdrawn",
]
type State = Literal["draft"] | Filed


class UnitMissing(Malformed):
    """A request is for one unit, named by id or number."""

    sentence = "Informe a unidade consumidora."


class StartDraftBody(Body):
    """For which unit: its id, or its number as it is on the bill."""

    unit_id: UUID | None = None
    unit_number: str | None = Field(default=None, max_length=30)
    previous_request: UUID | None = None


@router.post(
    "", status_code=201, responses=refuses(UnitMissing, refusals.AccessNotLive, refusals.HolderNotProven, refusals.DraftAlreadyOpen)
)
async def start(
    body: StartDraftBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    own: Annotated[RequestsParts, Depends(parts)],
) -> CreatedAnswer:
    """Começar um pedido de orçamento de conexão para uma unidade."""

    async def work(db: Db) -> Reply:
        standing = await standing_of(db, who.pid, await _unit_id(db, body, own), own.today())
        unit, doer = standing.unit, standing.doer
        request_id = new_id()
        command = StartDraft(request_id, doer, unit, body.previous_request, own.now())
        outcome = await own.requests(db, request_id, command, why, person=unit.holder_id)
        return Reply(201, f"/v1/budget-requests/{request_id}", {"id": str(request_id)}, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)


async def _unit_id(db: Db, body: StartDraftBody, own: RequestsParts) -> UUID:
    if body.unit_id is not None:
        return body.unit_id
    if body.unit_number is None:
        raise UnitMissing
    number = parse_unit_number(body.unit_number, own.platform.settings.distributor_code)
    unit = await find_unit_by_number(db, number)
    if unit is None:
        raise refusals.AccessNotLive
    return unit.unit_id


@router.get("")
async def mine(
    who: Annotated[Principal, Depends(person)],
    own: Annotated[RequestsParts, Depends(parts)],
    asked_page: Annotated[Asked, Depends(asked)],
    state: Annotated[State | None, Query()] = None,
) -> Page[answers.RequestItem]:
    """Meus pedidos, do mais novo ao mais antigo; de um pedido sem acesso vigente, só o protocolo e a data."""
    since = asked_page.key(moment_and_id)
    async with own.platform.pool.acquire(timeout=5) as db:
        rows = await requests_of(db, who.pid, own.today(), state, since, asked_page.limit + 1)
    return page(
        rows,
        asked_page.limit,
        lambda found: _item(found[0], seen=found[1]),
        lambda found: (found[0].started_at.isoformat(), found[0].request_id),
    )


@router.get("/waiting")
async def waiting(
    who: Annotated[Principal, Depends(staff(*STAFF))],
    own: Annotated[RequestsParts, Depends(parts)],
    asked_page: Annotated[Asked, Depends(asked)],
    state: Annotated[Filed, Query()],
) -> Page[answers.RequestItem]:
    """O que espera pela equipe, na ordem dos protocolos (art. 72, IV)."""
    del who
    since = asked_page.key(moment_and_id)
    async with own.platform.pool.acquire(timeout=5) as db:
        rows = await requests_in(db, state, since, asked_page.limit + 1)
    return page(rows, asked_page.limit, lambda row: _item(row, seen=True), lambda row: (row.filed_at, row.request_id))


@router.get("/{request_id}", responses=refuses(refusals.RequestUnknown))
async def show(
    request_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(person_or_staff(*STAFF))],
    why: Annotated[Cause, Depends(cause)],
    own: Annotated[RequestsParts, Depends(parts)],
) -> answers.RequestAnswer:
    """Um pedido, como está; o olhar da equipe fica registrado."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        row = await find_request(db, request_id)
        if row is None:
            raise refusals.RequestUnknown
        await tell(db, own, who, request_id)
    names = await own.platform.names.of([row.holder_id, row.started_by], "show-request", who.actor)
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        answer = await tell(db, own, who, request_id, names)
        await looked(db, who, own.requests.stream(request_id), "look", why)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.delete("/{request_id}", responses=refuses(refusals.RequestUnknown, refusals.RequestAlreadyFiled, refusals.DraftIsDiscarded))
async def discard(
    request_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    expected: Annotated[int, Depends(required_if_match)],
    own: Annotated[RequestsParts, Depends(parts)],
) -> answers.RequestAnswer:
    """Descartar um rascunho."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> DiscardDraft:
        return DiscardDraft(doer, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


def _item(row: RequestRow, *, seen: bool) -> answers.RequestItem:
    return answers.RequestItem(
        id=row.request_id,
        state=row.state if seen else None,
        protocol=row.protocol,
        unit_id=row.unit_id,
        unit_number=row.unit_number,
        motive=row.motive if seen else None,
        purpose=row.purpose if seen else None,
        porte=row.porte if seen else None,
        installed_kw=row.installed_kw if seen else None,
        filed_at=row.filed_at,
        started_at=row.started_at,
        moved_at=row.moved_at if seen else None,
        version=row.version,
    )
