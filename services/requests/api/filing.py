"""The summary with everything that is missing, and the filing itself: once, with a protocol."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.requests.api import answers
from services.requests.api.doing import where_they_stand, whose
from services.requests.api.showing import clock_answer
from services.requests.api.steps import Own, Who, Why
from services.requests.domain.budget_request import refusals
from services.requests.domain.budget_request.commands import RequestBudget
from services.requests.domain.budget_request.narrowing import case_of, draft_of
from services.requests.domain.budget_request.readiness import Problem, problems, tasks
from services.requests.domain.budget_request.states import BudgetRequest
from services.requests.views.clocks import clocks_of
from services.requests.views.papers import papers_of
from services.requests.views.world import NOT_KNOWN_NOW, world_of
from shared.http.body import Answer, CreatedAnswer
from shared.http.etag import etag, if_match
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.postgres import Db
from shared.protocols import next_protocol

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests"])


class ReceiptAnswer(Answer):
    """What the receipt says: art. 403."""

    protocol: str
    filed_at: str
    object: str
    unit_number: str
    clocks: list[answers.ClockAnswer]
    papers: list[answers.PaperAnswer]


@router.get("/readiness", responses=refuses(refusals.RequestUnknown, refusals.RequestAlreadyFiled))
async def readiness(request_id: UUID, response: Response, who: Who, own: Own) -> answers.ReadinessAnswer:
    """O resumo: as etapas e tudo o que ainda impede o envio."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        _, standing = await where_they_stand(db, own, who, request_id)
        state, version = await own.requests.load(db, request_id)
        draft = draft_of(state)
        world = await world_of(db, draft, standing, own.today())
    found = problems(draft, world)
    response.headers["ETag"] = etag(version)
    return answers.ReadinessAnswer(
        ready=not found,
        tasks=[answers.TaskAnswer(step=task.step, status=task.status, missing=list(task.missing)) for task in tasks(draft, found, world)],
        problems=[problem_answer(problem) for problem in found],
        version=version,
        server_time=own.now(),
    )


@router.post(
    "/filing",
    status_code=201,
    responses=refuses(
        refusals.RequestUnknown,
        refusals.RequestAlreadyFiled,
        refusals.RequestAlreadyOpen,
        refusals.StepIncomplete,
        refusals.DocumentMissing,
        refusals.AboveAvailablePower,
        refusals.AboveLegalLimit,
        refusals.ProfileNotApproved,
        refusals.ProfessionMayNotFile,
        refusals.DeclarationsMissing,
        *NOT_KNOWN_NOW,
    ),
)
async def file(
    request_id: UUID,
    response: Response,
    who: Who,
    why: Why,
    key: Annotated[Once, Depends(once)],
    own: Own,
    expected: Annotated[int | None, Depends(if_match)],
) -> CreatedAnswer:
    """Sim: protocolar o pedido. Uma só vez, com número de protocolo."""

    async def work(db: Db) -> Reply:
        row, standing = await where_they_stand(db, own, who, request_id, surely=True)

        async def made(state: BudgetRequest) -> RequestBudget:
            world = await world_of(db, draft_of(state), standing, own.today())
            # Last, for whoever has taken a number keeps the others waiting for theirs.
            protocol = await next_protocol(db, own.digit, own.today().year, offset=own.platform.settings.protocol_offset)
            return RequestBudget(world, protocol, own.calendar, own.now())

        outcome = await own.requests.made_of_state(db, request_id, made, why, expected=expected, person=row.holder_id)
        protocol = case_of(outcome.state).filed.protocol
        return Reply(201, f"/v1/budget-requests/{request_id}", {"id": str(request_id), "protocol": protocol}, outcome.version)

    return created(await key.transact(own.platform.pool, work, retry=expected is None), response)


@router.get("/receipt", responses=refuses(refusals.RequestUnknown))
async def receipt(request_id: UUID, who: Who, own: Own) -> ReceiptAnswer:
    """O comprovante: protocolo, data e hora, objeto, prazos e os documentos gerados."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        await whose(db, own, who, request_id)
        state, _ = await own.requests.load(db, request_id)
        filed = case_of(state).filed
        stream = own.requests.stream(request_id)
        clocks = await clocks_of(db, stream)
        papers = await papers_of(db, stream)
    return ReceiptAnswer(
        protocol=filed.protocol,
        filed_at=filed.filed_at.astimezone(own.calendar.zone).isoformat(timespec="seconds"),
        object="orçamento de conexão",
        unit_number=filed.unit_number,
        clocks=[clock_answer(clock) for clock in clocks],
        papers=[answers.PaperAnswer(code=code, document_id=document) for code, document in papers.items()],
    )


def problem_answer(problem: Problem) -> answers.ProblemAnswer:
    """One problem, as it is told."""
    return answers.ProblemAnswer(
        code=problem.refusal.code,
        step=problem.step,
        sentence=problem.detail or problem.refusal.sentence,
        article=problem.refusal.article,
        way_out=problem.way_out,
    )
