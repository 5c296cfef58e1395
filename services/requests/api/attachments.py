"""The checklist of a request, and documents put in their places one by one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.requests.api import answers
from services.requests.api.doing import act, whose
from services.requests.api.showing import draft_of, sees_in_full
from services.requests.api.steps import EDITING, Own, Version, Who, Why
from services.requests.domain.budget_request import commands, refusals
from services.requests.domain.budget_request.checklist import checklist
from services.requests.domain.facts import Doer
from services.requests.views.budget_requests import RequestRow
from services.requests.views.rules import rules_in_force
from services.requests.views.world import get_unit
from shared.documents.decider import DocumentNotFound
from shared.documents.view import DocumentNotVerifiedYet, DocumentWasRefused
from shared.http.body import Body
from shared.http.etag import if_match
from shared.http.openapi import refuses
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests"])


class AttachBody(Body):
    """A document that was uploaded for this request."""

    document_id: UUID


@router.get("/checklist", responses=refuses(refusals.RequestUnknown))
async def show_checklist(request_id: UUID, who: Who, own: Own) -> list[answers.SlotAnswer]:
    """Os documentos deste pedido, na ordem do catálogo, com o motivo de cada um."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        row, doer = await whose(db, own, who, request_id)
        if not sees_in_full(who, row, doer):
            raise refusals.RequestUnknown
        state, _ = await own.requests.load(db, request_id)
        draft = draft_of(state)
        if draft is None:
            raise refusals.DraftIsDiscarded
        slots = checklist(draft, await get_unit(db, row.unit_id), (await rules_in_force(db, own.today())).documents)
    there = list(draft.documents.values())
    return [
        answers.SlotAnswer(
            code=slot.code,
            label=slot.label,
            article=slot.article,
            generated=slot.generated,
            required=slot.required,
            max=slot.most,
            documents=[
                answers.DocumentAnswer(document_id=one.document_id, code=one.code, sha256=one.sha256)
                for one in there
                if one.code == slot.code
            ],
        )
        for slot in slots
    ]


@router.post(
    "/documents",
    responses=refuses(
        *EDITING, refusals.DocumentNotExpected, refusals.DocumentSlotFull, DocumentNotFound, DocumentNotVerifiedYet, DocumentWasRefused
    ),
)
async def attach(
    request_id: UUID, body: AttachBody, response: Response, who: Who, why: Why, own: Own, expected: Annotated[int | None, Depends(if_match)]
) -> answers.RequestAnswer:
    """Anexar um documento já verificado."""

    async def make(db: Db, doer: Doer, row: RequestRow) -> commands.AttachDocument:
        attachment = await own.attachment(db, body.document_id, own.requests.stream(request_id))
        unit = await get_unit(db, row.unit_id)
        return commands.AttachDocument(doer, attachment, unit, await rules_in_force(db, own.today()), own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.delete("/documents/{document_id}", responses=refuses(*EDITING))
async def remove(
    request_id: UUID, document_id: UUID, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Remover um documento."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.RemoveDocument:
        return commands.RemoveDocument(doer, document_id)

    return await act(own, who, request_id, make, why, response, expected=expected)
