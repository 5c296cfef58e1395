"""Commissionings: which units may be commissioned; begin, list, look, file, give up."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.requests.api import answers
from services.requests.api.commissioning_showing import CommissioningAnswer, CommissioningItem, item, tell, whose
from services.requests.api.decisions import ReasonBody
from services.requests.api.looks import looked
from services.requests.domain.budget_request.commands import LetTimePass
from services.requests.domain.budget_request.decider import decide
from services.requests.domain.budget_request.refusals import AccessNotLive, DocumentMissing, RequestUnknown
from services.requests.domain.budget_request.states import InForce
from services.requests.domain.commissioning import commands, refusals
from services.requests.domain.commissioning.decide_draft import draft_of, problems, told
from services.requests.domain.commissioning.events import ApprovedPlant
from services.requests.domain.facts import Doer
from services.requests.parts import STAFF, RequestsParts, parts
from services.requests.views import commissionings as view
from services.requests.views.budget_requests import RequestRow, budgets_of, find_request, keep_as_it_is
from services.requests.views.people import find_profile
from services.requests.views.rules import commissioning_rules
from services.requests.views.world import NOT_KNOWN_NOW, must_know_access
from shared.catalogue import CodeNotInCatalogue, entries
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.etag import etag, if_match
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.pages import Asked, Page, asked, moment_and_id, page
from shared.http.principal import Principal, person, person_or_staff
from shared.ids import new_id
from shared.postgres import Db
from shared.protocols import next_protocol

router = APIRouter(prefix="/v1", tags=["commissionings"])

type Who = Annotated[Principal, Depends(person)]
type Why = Annotated[Cause, Depends(cause)]
type Own = Annotated[RequestsParts, Depends(parts)]
type Key = Annotated[Once, Depends(once)]


class StartBody(Body):
    """For which budget."""

    request_id: UUID


class CommissionableUnit(Answer):
    """A unit with a budget, and whether it may be commissioned now."""

    request_id: UUID
    unit_id: UUID
    unit_number: str
    eligible: bool
    code: str | None
    sentence: str | None
    installed_kw: Decimal | None
    until: date | None


@router.get("/commissionable-units")
async def commissionable(who: Who, own: Own, asked_page: Annotated[Asked, Depends(asked)]) -> Page[CommissionableUnit]:
    """As unidades que podem ser comissionadas, e as outras com o porquê."""
    since = asked_page.key(moment_and_id)
    async with own.platform.pool.acquire(timeout=5) as db:
        rows = await budgets_of(db, who.pid, own.today(), since, asked_page.limit + 1)
    return page(rows, asked_page.limit, lambda found: _unit(*found), lambda found: (found[0].started_at, found[0].request_id))


def _unit(row: RequestRow, seen: bool, is_open: bool) -> CommissionableUnit:  # noqa: FBT001 - as the view says it
    refusal: type[Refusal] | None = None
    if not seen:
        refusal = AccessNotLive
    elif is_open:
        refusal = refusals.CommissioningAlreadyOpen
    elif row.state != "in-force":
        refusal = refusals.BudgetNotInForce
    return CommissionableUnit(
        request_id=row.request_id,
        unit_id=row.unit_id,
        unit_number=row.unit_number,
        eligible=refusal is None,
        code=refusal.code if refusal else None,
        sentence=refusal.sentence if refusal else None,
        installed_kw=row.installed_kw if seen else None,
        until=None,
    )


@router.post(
    "/commissionings",
    status_code=201,
    responses=refuses(RequestUnknown, AccessNotLive, refusals.BudgetNotInForce, refusals.CommissioningAlreadyOpen),
)
async def start(body: StartBody, response: Response, who: Who, why: Why, key: Key, own: Own) -> CreatedAnswer:
    """Começar o comissionamento de um orçamento em vigor."""

    async def work(db: Db) -> Reply:
        row = await find_request(db, body.request_id)
        if row is None:
            raise RequestUnknown
        doer = await own.doer(db, who.pid, row.unit_id, row.holder_id)
        if doer.access is None:
            raise RequestUnknown
        budget = await _in_force(db, own, body.request_id)
        last = await view.latest_of(db, body.request_id)
        new = new_id()
        command = commands.StartCommissioning(
            commissioning_id=new,
            doer=doer,
            approved=approved_plant(budget) if budget else None,
            attempt=last.attempt + 1 if last else 1,
            previous=last.commissioning_id if last else None,
            now=own.now(),
        )
        outcome = await own.commissionings(db, new, command, why, person=row.holder_id)
        return Reply(201, f"/v1/commissionings/{new}", {"id": str(new)}, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)


@router.get("/commissionings")
async def mine(who: Who, own: Own, asked_page: Annotated[Asked, Depends(asked)]) -> Page[CommissioningItem]:
    """Meus comissionamentos, do mais novo ao mais antigo; de um sem acesso vigente, só o protocolo e a data."""
    since = asked_page.key(moment_and_id)
    async with own.platform.pool.acquire(timeout=5) as db:
        rows = await view.commissionings_of(db, who.pid, own.today(), since, asked_page.limit + 1)
    return page(
        rows, asked_page.limit, lambda found: item(found[0], seen=found[1]), lambda found: (found[0].started_at, found[0].commissioning_id)
    )


@router.get("/commissionings/{commissioning_id}", responses=refuses(refusals.CommissioningUnknown))
async def show(
    commissioning_id: UUID, response: Response, who: Annotated[Principal, Depends(person_or_staff(*STAFF))], why: Why, own: Own
) -> CommissioningAnswer:
    """Um comissionamento, como está; o olhar da equipe fica registrado."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        answer = await tell(db, own, who, commissioning_id)
        await looked(db, who, own.commissionings.stream(commissioning_id), "look", why)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/commissionings/{commissioning_id}/readiness", responses=refuses(refusals.CommissioningUnknown))
async def readiness(commissioning_id: UUID, response: Response, who: Who, own: Own) -> answers.ReadinessAnswer:
    """Tudo o que ainda impede o envio."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        row, doer = await whose(db, own, who, commissioning_id)
        state, version = await own.commissionings.load(db, commissioning_id)
        found = [told(problem) for problem in problems(draft_of(state), await _site(db, own, row, doer))]
    response.headers["ETag"] = etag(version)
    steps = ("as-built", "documents", "contractor")
    missing = {step: [str(problem["sentence"]) for problem in found if problem["step"] == step] for step in steps}
    return answers.ReadinessAnswer(
        ready=not found,
        tasks=[
            answers.TaskAnswer(step=step, status="incomplete" if lacking else "done", missing=lacking) for step, lacking in missing.items()
        ],
        problems=[answers.ProblemAnswer.model_validate(problem) for problem in found],
        version=version,
        server_time=own.now(),
    )


@router.post(
    "/commissionings/{commissioning_id}/filing",
    status_code=201,
    responses=refuses(
        *(refusals.CommissioningUnknown, refusals.BudgetNotInForce, refusals.CommissioningAlreadyOpen),
        *(refusals.AsBuiltNotConfirmed, DocumentMissing, *NOT_KNOWN_NOW),
    ),
)
async def file(
    commissioning_id: UUID,
    response: Response,
    who: Who,
    why: Why,
    key: Key,
    own: Own,
    expected: Annotated[int | None, Depends(if_match)],
) -> CreatedAnswer:
    """Protocolar o comissionamento."""

    async def work(db: Db) -> Reply:
        await must_know_access(db)
        row, doer = await whose(db, own, who, commissioning_id)
        site = await _site(db, own, row, doer)
        protocol = await next_protocol(db, own.digit, own.today().year, offset=own.platform.settings.protocol_offset)
        command = commands.RequestCommissioning(site, protocol, own.calendar, own.now())
        outcome = await own.commissionings(db, commissioning_id, command, why, expected=expected, person=row.holder_id)
        ids = {"id": str(commissioning_id), "protocol": protocol}
        return Reply(201, f"/v1/commissionings/{commissioning_id}", ids, outcome.version)

    return created(await key.transact(own.platform.pool, work, retry=expected is None), response)


@router.post(
    "/commissionings/{commissioning_id}/withdrawal",
    responses=refuses(
        *(refusals.CommissioningUnknown, refusals.NotYoursToWithdraw, refusals.CommissioningOver, CodeNotInCatalogue), *NOT_KNOWN_NOW
    ),
)
async def withdraw(commissioning_id: UUID, body: ReasonBody, response: Response, who: Who, why: Why, own: Own) -> CommissioningAnswer:
    """Desistir do comissionamento."""

    async def work(db: Db) -> CommissioningAnswer:
        await must_know_access(db)
        row, doer = await whose(db, own, who, commissioning_id)
        reason = (await entries(db, "reasons-withdrawal", own.today())).get(body.reason).code
        command = commands.WithdrawCommissioning(doer, reason, own.now())
        await own.commissionings(db, commissioning_id, command, why, person=row.holder_id)
        return await tell(db, own, who, commissioning_id)

    answer = await transact(own.platform.pool, work)
    response.headers["ETag"] = etag(answer.version)
    return answer


def approved_plant(budget: InForce) -> ApprovedPlant:
    """The plant that a budget in force allows."""
    draft, filed = budget.case.draft, budget.case.filed
    return ApprovedPlant(
        request_id=filed.request_id,
        unit_id=filed.unit_id,
        unit_number=filed.unit_number,
        holder_id=filed.holder_id,
        responsible_id=filed.responsible_id,
        purpose=filed.purpose,
        source=filed.source,
        porte=filed.porte,
        installed_kw=filed.installed_kw,
        existing_kw=filed.power.existing_kw,
        voltage_v=filed.voltage_v,
        modules=tuple(draft.modules.values()),
        inverters=tuple(draft.inverters.values()),
    )


async def _in_force(db: Db, own: RequestsParts, request_id: UUID) -> InForce | None:
    """The budget in force, unless no inspection was asked for in time: a timer that is late makes nothing possible (art. 68, §2)."""
    state, _ = await own.requests.load(db, request_id)
    if not isinstance(state, InForce):
        return None
    lost = decide(LetTimePass("inspection-request", own.calendar, own.now()), state)
    return None if lost and not await view.was_asked_for(db, request_id) else state


async def _site(db: Db, own: RequestsParts, row: view.CommissioningRow, doer: Doer) -> commands.Site:
    await keep_as_it_is(db, row.request_id)
    return commands.Site(
        doer=doer,
        budget_in_force=await _in_force(db, own, row.request_id) is not None,
        commissioning_open=await view.is_open_for(db, row.request_id, but=row.commissioning_id),
        responsible=await find_profile(db, row.responsible_id),
        rules=await commissioning_rules(db, own.today()),
        today=own.today(),
    )
