"""Tracking by protocol and CPF or CNPJ, for anyone who holds both; an unknown pair and a wrong one look alike."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from services.requests.api import answers
from services.requests.api.history import LineAnswer, line_answer
from services.requests.api.showing import NEXT, clock_answer
from services.requests.parts import RequestsParts, parts
from services.requests.views import budget_requests, commissionings
from services.requests.views.clocks import clocks_of
from services.requests.views.timeline import timeline_of
from shared.eventsourcing.refusal import NotFound
from shared.http.body import Answer, Body
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone
from shared.identifiers import DocumentInvalid, parse_document
from shared.postgres import Db
from shared.protocols import valid_protocol

router = APIRouter(prefix="/v1/tracking", tags=["tracking"])

_NEXT_OF_COMMISSIONING = {
    "under-review": ("distributor", "A distribuidora analisa a documentação.", "inspection"),
    "awaiting-inspection": ("distributor", "A distribuidora agenda a vistoria.", "inspection"),
    "scheduled": ("distributor", "A distribuidora faz a vistoria.", "inspection"),
    "failed": ("filer", "Corrija o que foi apontado e peça nova vistoria.", "new-inspection"),
}


class TrackingUnknown(NotFound):
    """No such pair."""

    sentence = "Não encontramos um protocolo com estes dados. Confira o número e o CPF ou CNPJ do titular."


class TrackingBody(Body):
    """Both, in the body and never in an address."""

    protocol: str = Field(max_length=30)
    cpf_or_cnpj: str = Field(max_length=30)


class TrackingAnswer(Answer):
    """What may be known with both."""

    protocol: str
    kind: str
    state: str
    unit_number: str
    filed_at: datetime | None
    next: answers.NextAnswer
    clocks: list[answers.ClockAnswer]
    timeline: list[LineAnswer]
    server_time: datetime


@router.post("", responses=refuses(TrackingUnknown, DocumentInvalid))
async def track(
    body: TrackingBody, who: Annotated[Principal | None, Depends(anyone)], own: Annotated[RequestsParts, Depends(parts)]
) -> TrackingAnswer:
    """Acompanhar pelo protocolo e pelo CPF ou CNPJ do titular."""
    del who
    holder = own.platform.people.of(parse_document(body.cpf_or_cnpj))
    protocol = body.protocol.strip()
    async with own.platform.pool.acquire(timeout=5) as db:
        found = await _find(db, own, protocol) if valid_protocol(protocol) else None
        if found is None or found[0].holder_id != holder:
            raise TrackingUnknown
        row, kind, stream = found
        clocks = await clocks_of(db, stream)
        lines = await timeline_of(db, stream, 0, 200)
    who_next, what, clock = (_NEXT_OF_COMMISSIONING if kind == "commissioning" else NEXT).get(
        row.state, ("nobody", "Nada mais é necessário.", None)
    )
    until = next((one.due_on for one in clocks if one.clock == clock and one.ended_at is None), None)
    return TrackingAnswer(
        protocol=protocol,
        kind=kind,
        state=row.state,
        unit_number=row.unit_number,
        filed_at=row.filed_at,
        next=answers.NextAnswer(who=who_next, what=what, until=until),
        clocks=[clock_answer(one) for one in clocks],
        timeline=[line_answer(line, holder) for line in lines],
        server_time=own.now(),
    )


type Found = tuple[budget_requests.RequestRow | commissionings.CommissioningRow, str, str]


async def _find(db: Db, own: RequestsParts, protocol: str) -> Found | None:
    request = await budget_requests.find_by_protocol(db, protocol)
    if request is not None:
        return request, "budget-request", own.requests.stream(request.request_id)
    found = await commissionings.find_by_protocol(db, protocol)
    return (found, "commissioning", own.commissionings.stream(found.commissioning_id)) if found else None
