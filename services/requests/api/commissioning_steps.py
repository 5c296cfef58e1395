"""The steps of a commissioning: as built, documents one by one, contractor."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.requests.api import answers
from services.requests.api.commissioning_showing import CommissioningAnswer, tell, whose
from services.requests.api.rows import InverterBody, ModuleBody
from services.requests.api.steps import CompanyMissing, ContractorBody, Own, Version, Who, Why, company_of
from services.requests.domain.budget_request.refusals import DocumentNotExpected, DocumentSlotFull, ProfessionMayNotFile
from services.requests.domain.commissioning import commands, refusals
from services.requests.domain.commissioning.decide_draft import checklist, draft_of
from services.requests.domain.commissioning.events import Inverter, Module
from services.requests.domain.facts import Doer
from services.requests.parts import RequestsParts
from services.requests.views.rules import commissioning_rules
from shared.documents.view import DocumentNotVerifiedYet
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.etag import etag, if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal
from shared.postgres import Db

router = APIRouter(prefix="/v1/commissionings/{commissioning_id}", tags=["commissionings"])


type Making = Callable[[Db, Doer], Awaitable[commands.CommissioningCommand]]


class AsBuiltBody(Body):
    """The equipment as it was built; nothing: as it was approved."""

    as_approved: bool = False
    modules: list[ModuleBody] = Field(default=[], max_length=40)
    inverters: list[InverterBody] = Field(default=[], max_length=40)


class AttachBody(Body):
    """A document that was uploaded for this commissioning."""

    document_id: UUID


@router.put("/as-built", responses=refuses(refusals.CommissioningUnknown, refusals.MorePowerThanApproved, ProfessionMayNotFile))
async def as_built(
    commissioning_id: UUID, body: AsBuiltBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> CommissioningAnswer:
    """Confirmar os equipamentos instalados."""

    async def make(db: Db, doer: Doer) -> commands.ConfirmAsBuilt:
        if body.as_approved:
            state, _ = await own.commissionings.load(db, commissioning_id)
            approved = draft_of(state).started.approved
            return commands.ConfirmAsBuilt(doer, approved.modules, approved.inverters, own.now())
        modules = tuple(Module(**row.model_dump()) for row in body.modules)
        inverters = tuple(Inverter(**row.model_dump()) for row in body.inverters)
        if not modules or not inverters:
            raise refusals.AsBuiltNotConfirmed
        return commands.ConfirmAsBuilt(doer, modules, inverters, own.now())

    return await _act(own, who, commissioning_id, make, why, response, expected)


@router.get("/checklist", responses=refuses(refusals.CommissioningUnknown))
async def show_checklist(commissioning_id: UUID, who: Who, own: Own) -> list[answers.SlotAnswer]:
    """Os documentos deste comissionamento, na ordem do catálogo."""
    async with own.platform.pool.acquire(timeout=5) as db, db.transaction():
        await whose(db, own, who, commissioning_id)
        state, _ = await own.commissionings.load(db, commissioning_id)
        draft = draft_of(state)
        slots = checklist(draft, await commissioning_rules(db, own.today()))
    there = list(draft.documents.values())
    return [
        answers.SlotAnswer(
            code=slot.code,
            label=slot.label,
            article=slot.article,
            generated=False,
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


@router.post("/documents", responses=refuses(refusals.CommissioningUnknown, DocumentNotExpected, DocumentSlotFull, DocumentNotVerifiedYet))
async def attach(
    commissioning_id: UUID,
    body: AttachBody,
    response: Response,
    who: Who,
    why: Why,
    own: Own,
    expected: Annotated[int | None, Depends(if_match)],
) -> CommissioningAnswer:
    """Anexar um documento já verificado."""

    async def make(db: Db, doer: Doer) -> commands.AttachDocument:
        found = await own.attachment(db, body.document_id, own.commissionings.stream(commissioning_id))
        return commands.AttachDocument(doer, found, await commissioning_rules(db, own.today()), own.now())

    return await _act(own, who, commissioning_id, make, why, response, expected)


@router.delete("/documents/{document_id}", responses=refuses(refusals.CommissioningUnknown))
async def remove(
    commissioning_id: UUID, document_id: UUID, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> CommissioningAnswer:
    """Remover um documento."""

    async def make(_db: Db, doer: Doer) -> commands.RemoveDocument:
        return commands.RemoveDocument(doer, document_id)

    return await _act(own, who, commissioning_id, make, why, response, expected)


@router.put("/contractor", responses=refuses(refusals.CommissioningUnknown, CompanyMissing))
async def contractor(
    commissioning_id: UUID, body: ContractorBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> CommissioningAnswer:
    """Dizer se é autônomo ou empresa contratada."""
    company = company_of(body, own)

    async def make(_db: Db, doer: Doer) -> commands.NameContractor:
        return commands.NameContractor(doer, body.kind, *company, own.now())

    return await _act(own, who, commissioning_id, make, why, response, expected)


async def _act(
    own: RequestsParts, who: Principal, commissioning_id: UUID, make: Making, why: Cause, response: Response, expected: int | None
) -> CommissioningAnswer:
    async def work(db: Db) -> CommissioningAnswer:
        row, doer = await whose(db, own, who, commissioning_id)
        await own.commissionings(db, commissioning_id, await make(db, doer), why, expected=expected, person=row.holder_id)
        return await tell(db, own, who, commissioning_id)

    answer = await transact(own.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(answer.version)
    return answer
