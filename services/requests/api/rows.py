"""Rows of modules and inverters, one per model: add, copy, correct, take away."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.requests.api import answers
from services.requests.api.doing import act, whose
from services.requests.api.steps import EDITING, Own, Version, Who, Why
from services.requests.domain.budget_request import commands, refusals
from services.requests.domain.budget_request.events import Inverter, Module
from services.requests.domain.budget_request.narrowing import draft_of
from services.requests.domain.facts import Doer
from services.requests.parts import RequestsParts
from services.requests.views.budget_requests import RequestRow
from shared.eventsourcing.event import Cause
from shared.http.body import AsciiNumber, Body, CreatedAnswer, PlainLine
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests"])

type Number = AsciiNumber[Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=12, decimal_places=6)]]
type Name = Annotated[PlainLine, Field(min_length=1, max_length=80)]
type Making = Callable[[Doer, UUID], commands.BudgetRequestCommand]
type Key = Annotated[Once, Depends(once)]
ADDING = (*EDITING, refusals.ProfessionMayNotFile, refusals.TooManyRows)


class ModuleBody(Body):
    """One model of module."""

    power_w: Number
    quantity: int = Field(gt=0, le=100_000)
    area_m2: Number
    maker: Name
    model: Name


class InverterBody(Body):
    """One model of inverter."""

    power_kw: Number
    quantity: int = Field(gt=0, le=10_000)
    maker: Name
    model: Name
    voltage_min_v: Number
    voltage_max_v: Number
    current_a: Number
    power_factor: AsciiNumber[Annotated[Decimal, Field(gt=0, le=1, max_digits=7, decimal_places=6)]]
    efficiency_percent: AsciiNumber[Annotated[Decimal, Field(gt=0, le=100, max_digits=9, decimal_places=6)]]
    thd_percent: AsciiNumber[Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]]


@router.post("/modules", status_code=201, responses=refuses(*ADDING))
async def add_module(request_id: UUID, body: ModuleBody, response: Response, who: Who, why: Why, key: Key, own: Own) -> CreatedAnswer:
    """Adicionar uma linha de módulos."""
    module = Module(**body.model_dump())
    return await _add(request_id, lambda doer, row: commands.AddModule(doer, row, module), response, who, why, key, own)


@router.post("/inverters", status_code=201, responses=refuses(*ADDING))
async def add_inverter(request_id: UUID, body: InverterBody, response: Response, who: Who, why: Why, key: Key, own: Own) -> CreatedAnswer:
    """Adicionar uma linha de inversores."""
    inverter = Inverter(**body.model_dump())
    return await _add(request_id, lambda doer, row: commands.AddInverter(doer, row, inverter), response, who, why, key, own)


@router.put("/modules/{row_id}", responses=refuses(*EDITING, refusals.RowUnknown))
async def change_module(
    request_id: UUID, row_id: UUID, body: ModuleBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Corrigir uma linha de módulos."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.ChangeModule:
        return commands.ChangeModule(doer, row_id, Module(**body.model_dump()))

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.put("/inverters/{row_id}", responses=refuses(*EDITING, refusals.RowUnknown))
async def change_inverter(
    request_id: UUID, row_id: UUID, body: InverterBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Corrigir uma linha de inversores."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.ChangeInverter:
        return commands.ChangeInverter(doer, row_id, Inverter(**body.model_dump()))

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.delete("/modules/{row_id}", responses=refuses(*EDITING))
async def remove_module(
    request_id: UUID, row_id: UUID, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Remover uma linha de módulos."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.RemoveModule:
        return commands.RemoveModule(doer, row_id)

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.delete("/inverters/{row_id}", responses=refuses(*EDITING))
async def remove_inverter(
    request_id: UUID, row_id: UUID, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Remover uma linha de inversores."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.RemoveInverter:
        return commands.RemoveInverter(doer, row_id)

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.post("/modules/{row_id}/copies", status_code=201, responses=refuses(*ADDING, refusals.RowUnknown))
async def copy_module(request_id: UUID, row_id: UUID, response: Response, who: Who, why: Why, key: Key, own: Own) -> CreatedAnswer:
    """Duplicar uma linha de módulos."""

    async def work(db: Db) -> Reply:
        row, doer = await whose(db, own, who, request_id)
        state, _ = await own.requests.load(db, request_id)
        module = draft_of(state).modules.get(row_id)
        if module is None:
            raise refusals.RowUnknown
        new = new_id()
        outcome = await own.requests(db, request_id, commands.AddModule(doer, new, module), why, person=row.holder_id)
        return _added(request_id, new, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)


@router.post("/inverters/{row_id}/copies", status_code=201, responses=refuses(*ADDING, refusals.RowUnknown))
async def copy_inverter(request_id: UUID, row_id: UUID, response: Response, who: Who, why: Why, key: Key, own: Own) -> CreatedAnswer:
    """Duplicar uma linha de inversores."""

    async def work(db: Db) -> Reply:
        row, doer = await whose(db, own, who, request_id)
        state, _ = await own.requests.load(db, request_id)
        inverter = draft_of(state).inverters.get(row_id)
        if inverter is None:
            raise refusals.RowUnknown
        new = new_id()
        outcome = await own.requests(db, request_id, commands.AddInverter(doer, new, inverter), why, person=row.holder_id)
        return _added(request_id, new, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)


async def _add(
    request_id: UUID, make: Making, response: Response, who: Principal, why: Cause, key: Once, own: RequestsParts
) -> CreatedAnswer:
    async def work(db: Db) -> Reply:
        row, doer = await whose(db, own, who, request_id)
        new = new_id()
        outcome = await own.requests(db, request_id, make(doer, new), why, person=row.holder_id)
        return _added(request_id, new, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)


def _added(request_id: UUID, row_id: UUID, version: int) -> Reply:
    return Reply(201, f"/v1/budget-requests/{request_id}", {"id": str(row_id)}, version)
