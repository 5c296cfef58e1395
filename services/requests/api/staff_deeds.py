"""What staff do on a request besides reviews: contracts, payment, works, clock, cancellation; each by its role."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.requests.api import answers
from services.requests.api.decisions import MaybeVersion
from services.requests.api.doing import act_as_staff
from services.requests.api.steps import Own, Why
from services.requests.domain.budget_request import commands, refusals
from services.requests.domain.facts import Doer
from services.requests.views.budget_requests import RequestRow, take
from services.requests.views.commissionings import is_open_for
from services.requests.views.world import SessionUnknown
from shared.documents.view import DocumentNotVerifiedYet
from shared.http.body import Body
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests-staff"])

type Analyst = Annotated[Principal, Depends(staff("analyst", "supervisor"))]
type Supervisor = Annotated[Principal, Depends(staff("supervisor"))]


class ContractsBody(Body):
    """The contracts, uploaded for this request."""

    document_ids: list[UUID] = Field(min_length=1, max_length=20)


class PaymentBody(Body):
    """When it was paid."""

    paid_on: date


class WorksBody(Body):
    """When the works were done."""

    concluded_on: date


class CancelBody(Body):
    """Why; the note is published and names nobody."""

    reason: Literal["unit-closed", "sold", "control-transferred", "new-inspection-not-requested"]
    note: str | None = Field(default=None, max_length=1000)


class SuspendBody(Body):
    """For which reason of art. 64, §2."""

    reason: Literal["outra-distribuidora", "ons", "autoridade"]


STAFF_DEED = (refusals.RequestUnknown, SessionUnknown)


@router.post(
    "/contracts",
    responses=refuses(*STAFF_DEED, refusals.BudgetNotApproved, refusals.BudgetOver, DocumentNotVerifiedYet),
)
async def deliver(
    request_id: UUID, body: ContractsBody, response: Response, who: Analyst, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Entregar os contratos (art. 84)."""

    async def make(db: Db, _doer: Doer, _row: RequestRow) -> commands.DeliverContracts:
        stream = own.requests.stream(request_id)
        documents = [await own.attachment(db, document, stream) for document in body.document_ids]
        return commands.DeliverContracts(tuple(documents), who.pid, own.calendar, own.now())

    return await act_as_staff(own, who, request_id, make, why, response, expected=expected)


@router.post("/payment", responses=refuses(*STAFF_DEED, refusals.BudgetNotApproved))
async def record_payment(
    request_id: UUID, body: PaymentBody, response: Response, who: Analyst, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Registrar o pagamento."""

    async def make(_db: Db, _doer: Doer, _row: RequestRow) -> commands.RecordPayment:
        return commands.RecordPayment(body.paid_on, who.pid, own.calendar, own.now())

    return await act_as_staff(own, who, request_id, make, why, response, expected=expected)


@router.post("/works-conclusion", responses=refuses(*STAFF_DEED, refusals.WorksNotUnderWay))
async def conclude_works(
    request_id: UUID, body: WorksBody, response: Response, who: Analyst, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Registrar a conclusão das obras (art. 88)."""

    async def make(_db: Db, _doer: Doer, _row: RequestRow) -> commands.RecordWorksConclusion:
        return commands.RecordWorksConclusion(body.concluded_on, who.pid, own.calendar, own.now())

    return await act_as_staff(own, who, request_id, make, why, response, expected=expected)


@router.post("/clock-suspension", responses=refuses(*STAFF_DEED, refusals.NotUnderAnalysis))
async def suspend(
    request_id: UUID, body: SuspendBody, response: Response, who: Analyst, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Suspender o prazo do orçamento (art. 64, §2º)."""

    async def make(_db: Db, _doer: Doer, _row: RequestRow) -> commands.SuspendClock:
        return commands.SuspendClock(body.reason, who.pid, own.now())

    return await act_as_staff(own, who, request_id, make, why, response, expected=expected)


@router.delete("/clock-suspension", responses=refuses(*STAFF_DEED, refusals.ClockNotSuspended))
async def resume(request_id: UUID, response: Response, who: Analyst, why: Why, own: Own, expected: MaybeVersion) -> answers.RequestAnswer:
    """Retomar o prazo do orçamento."""

    async def make(_db: Db, _doer: Doer, _row: RequestRow) -> commands.ResumeClock:
        return commands.ResumeClock(who.pid, own.calendar, own.now())

    return await act_as_staff(own, who, request_id, make, why, response, expected=expected)


@router.post(
    "/cancellation",
    responses=refuses(*STAFF_DEED, refusals.BudgetOver, refusals.CommissioningUnderWay, refusals.PersonalDataInText),
)
async def cancel(
    request_id: UUID, body: CancelBody, response: Response, who: Supervisor, why: Why, own: Own, expected: MaybeVersion
) -> answers.RequestAnswer:
    """Cancelar o pedido (art. 83, §§ 7º e 8º)."""

    async def make(db: Db, _doer: Doer, _row: RequestRow) -> commands.CancelBudget:
        await take(db, request_id)
        under_way = await is_open_for(db, request_id)
        return commands.CancelBudget(body.reason, body.note, who.pid, own.now(), commissioning_under_way=under_way)

    return await act_as_staff(own, who, request_id, make, why, response, expected=expected)
