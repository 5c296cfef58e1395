"""What the holder, or whom the grant lets decide, does after the filing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.requests.api import answers
from services.requests.api.doing import act
from services.requests.api.steps import Own, Who, Why
from services.requests.domain.budget_request import commands, refusals
from services.requests.domain.commissioning.commands import WithdrawCommissioning
from services.requests.domain.facts import Doer
from services.requests.views.budget_requests import RequestRow, take
from services.requests.views.commissionings import open_for
from services.requests.views.world import NOT_KNOWN_NOW
from shared.catalogue import CodeNotInCatalogue, entries
from shared.documents.view import DocumentNotVerifiedYet
from shared.http.body import Body
from shared.http.etag import if_match
from shared.http.openapi import refuses
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests"])

type MaybeVersion = Annotated[int | None, Depends(if_match)]
DECIDING = (refusals.RequestUnknown, refusals.OnlyTheHolderDecides, refusals.BudgetNotIssued, refusals.BudgetOver)


class ReasonBody(Body):
    """Why, by a code of the catalogue."""

    reason: str = Field(max_length=60)


class SignedBody(Body):
    """The signed contracts, uploaded for this request."""

    document_ids: list[UUID] = Field(min_length=1, max_length=20)


@router.post("/budget-receipt", responses=refuses(*DECIDING))
async def receive(request_id: UUID, response: Response, who: Who, why: Why, own: Own, expected: MaybeVersion) -> answers.RequestAnswer:
    """Dar ciência do orçamento: o prazo para decidir começa."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.RecordReceipt:
        return commands.RecordReceipt(doer, own.calendar, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.post("/approval", responses=refuses(*DECIDING, *NOT_KNOWN_NOW))
async def approve(request_id: UUID, response: Response, who: Who, why: Why, own: Own, expected: MaybeVersion) -> answers.RequestAnswer:
    """Aprovar o orçamento."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.ApproveBudget:
        return commands.ApproveBudget(doer, own.calendar, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected, surely=True)


@router.post("/refusal", responses=refuses(*DECIDING, *NOT_KNOWN_NOW, CodeNotInCatalogue))
async def decline(
    request_id: UUID, body: ReasonBody, response: Response, who: Who, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Recusar o orçamento."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.DeclineBudget:
        reason = (await entries(db, "reasons-withdrawal", own.today())).get(body.reason).code
        return commands.DeclineBudget(doer, reason, own.calendar, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected, surely=True)


@router.post("/contracts-return", responses=refuses(*DECIDING, *NOT_KNOWN_NOW, refusals.ContractsNotDelivered, DocumentNotVerifiedYet))
async def return_contracts(
    request_id: UUID, body: SignedBody, response: Response, who: Who, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Devolver os contratos assinados."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.ReturnContracts:
        stream = own.requests.stream(request_id)
        documents = [await own.attachment(db, document, stream) for document in body.document_ids]
        return commands.ReturnContracts(doer, tuple(documents), own.calendar, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected, surely=True)


@router.post(
    "/withdrawal",
    responses=refuses(refusals.RequestUnknown, refusals.NotYoursToWithdraw, refusals.BudgetOver, CodeNotInCatalogue, *NOT_KNOWN_NOW),
)
async def withdraw(
    request_id: UUID, body: ReasonBody, response: Response, who: Who, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Desistir do pedido; o comissionamento em andamento termina com ele."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.WithdrawBudget:
        await take(db, request_id)
        reason = (await entries(db, "reasons-withdrawal", own.today())).get(body.reason).code
        return commands.WithdrawBudget(doer, reason, own.now())

    async def end_commissioning(db: Db, doer: Doer) -> None:
        if (commissioning_id := await open_for(db, request_id)) is not None:
            await own.commissionings(db, commissioning_id, WithdrawCommissioning(doer, body.reason, own.now()), why)

    return await act(own, who, request_id, make, why, response, expected=expected, surely=True, then=end_commissioning)
