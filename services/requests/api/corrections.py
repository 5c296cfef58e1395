"""Correcting a dismissed request: a new draft, linked and prefilled; only what was faulted is asked again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.requests.api.doing import whose
from services.requests.api.steps import Own, Who, Why
from services.requests.domain.budget_request import refusals
from services.requests.domain.budget_request.commands import StartCorrection
from services.requests.domain.budget_request.states import Over
from services.requests.views.world import get_unit
from shared.contracts.requests.budget_request import BudgetDismissed
from shared.http.body import CreatedAnswer
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests"])


@router.post(
    "/corrections",
    status_code=201,
    responses=refuses(refusals.RequestUnknown, refusals.OnlyDismissedIsCorrected, refusals.AccessNotLive, refusals.DraftAlreadyOpen),
)
async def correct(request_id: UUID, response: Response, who: Who, why: Why, key: Annotated[Once, Depends(once)], own: Own) -> CreatedAnswer:
    """Corrigir um pedido indeferido: um novo rascunho, já preenchido e ligado a ele."""

    async def work(db: Db) -> Reply:
        row, doer = await whose(db, own, who, request_id)
        facts, state, _ = await own.requests.told(db, request_id)
        if not isinstance(state, Over) or state.how != "dismissed":
            raise refusals.OnlyDismissedIsCorrected
        faulted = frozenset(
            fault.document_id
            for fact in facts
            if isinstance(fact, BudgetDismissed)
            for fault in fact.non_conformities
            if fault.document_id is not None
        )
        new = new_id()
        command = StartCorrection(new, doer, await get_unit(db, row.unit_id), state.case.draft, faulted, own.now())
        outcome = await own.requests(db, new, command, why, person=row.holder_id)
        return Reply(201, f"/v1/budget-requests/{new}", {"id": str(new)}, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)
