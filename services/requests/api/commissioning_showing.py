"""A commissioning as an answer, told for one caller in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from services.requests.api import answers
from services.requests.api.showing import clock_answer, probe
from services.requests.domain.budget_request.events import Inverter, Module
from services.requests.domain.commissioning import commands, refusals
from services.requests.domain.commissioning.decider import decide
from services.requests.domain.commissioning.states import Commissioning, Draft, NotStarted, name_of
from services.requests.domain.facts import Doer, LiveGrant
from services.requests.parts import STAFF, RequestsParts
from services.requests.views.clocks import clocks_of
from services.requests.views.commissionings import CommissioningRow, find_commissioning
from shared.contracts.requests.commissioning import CommissioningDismissed, InspectionFailed
from shared.contracts.requests.parts import NonConformity
from shared.eventsourcing.event import Event
from shared.http.body import Answer, Deed
from shared.http.principal import Principal
from shared.postgres import Db


class CommissioningItem(Answer):
    """A commissioning in a list; whoever filed it and lost access is told the protocol and the dates, and not how it fares."""

    id: UUID
    request_id: UUID
    state: str | None
    protocol: str | None
    unit_number: str
    attempt: int
    visit_on: date | None
    window: str | None
    filed_at: datetime | None
    version: int


class PlantAnswer(Answer):
    """Rows of a plant: as approved, or as built."""

    modules: list[Module]
    inverters: list[Inverter]


class CommissioningAnswer(Answer):
    """A commissioning as it stands, what was approved beside what was built."""

    id: UUID
    version: int
    state: str | None
    protocol: str | None
    request_id: UUID
    unit_id: UUID
    unit_number: str
    attempt: int
    filed_at: datetime | None
    visit_on: date | None
    window: str | None
    approved: PlantAnswer | None
    as_built: PlantAnswer | None
    differs: bool | None
    documents: list[answers.DocumentAnswer]
    contractor: str | None
    non_conformities: list[NonConformity]
    fixes: list[str]
    clocks: list[answers.ClockAnswer]
    actions: dict[str, Deed]
    server_time: datetime


async def tell(db: Db, parts: RequestsParts, who: Principal, commissioning_id: UUID) -> CommissioningAnswer:
    """A commissioning for one caller: to who filed it and lost access, only that it exists; raises CommissioningUnknown."""
    row, doer = await whose(db, parts, who, commissioning_id)
    full = _sees_in_full(who, row, doer)
    stream = parts.commissionings.stream(commissioning_id)
    facts, state, version = await parts.commissionings.told(db, commissioning_id)
    draft = _draft(state)
    built = draft.as_built
    approved = draft.started.approved
    return CommissioningAnswer(
        id=commissioning_id,
        version=version,
        state=name_of(state) if full else None,
        protocol=row.protocol,
        request_id=row.request_id,
        unit_id=row.unit_id,
        unit_number=row.unit_number,
        attempt=row.attempt,
        filed_at=row.filed_at,
        visit_on=row.visit_on if full else None,
        window=row.visit_window if full else None,
        approved=PlantAnswer(modules=list(approved.modules), inverters=list(approved.inverters)) if full else None,
        as_built=PlantAnswer(modules=list(built.modules), inverters=list(built.inverters)) if full and built else None,
        differs=built.differs if full and built else None,
        documents=[
            answers.DocumentAnswer(document_id=one.document_id, code=one.code, sha256=one.sha256) for one in draft.documents.values()
        ]
        if full
        else [],
        contractor=draft.contractor.kind if full and draft.contractor else None,
        non_conformities=_non_conformities(facts) if full else [],
        fixes=next((list(fact.fixes) for fact in facts if isinstance(fact, InspectionFailed)), []) if full else [],
        clocks=[clock_answer(clock) for clock in await clocks_of(db, stream)] if full else [],
        actions=_actions(parts, who, doer, state) if full else {},
        server_time=parts.now(),
    )


def item(row: CommissioningRow, *, seen: bool) -> CommissioningItem:
    """A commissioning in a list."""
    return CommissioningItem(
        id=row.commissioning_id,
        request_id=row.request_id,
        state=row.state if seen else None,
        protocol=row.protocol,
        unit_number=row.unit_number,
        attempt=row.attempt,
        visit_on=row.visit_on if seen else None,
        window=row.visit_window if seen else None,
        filed_at=row.filed_at,
        version=row.version,
    )


async def whose(db: Db, parts: RequestsParts, who: Principal, commissioning_id: UUID) -> tuple[CommissioningRow, Doer]:
    """The commissioning and by what right somebody acts on it; raises CommissioningUnknown."""
    row = await find_commissioning(db, commissioning_id)
    if row is None:
        raise refusals.CommissioningUnknown
    if who.kind == "staff":
        if not who.has_role(*STAFF):
            raise refusals.CommissioningUnknown
        return row, Doer(who.pid, None)
    doer = await parts.doer(db, who.pid, row.unit_id, row.holder_id)
    if not _sees_in_full(who, row, doer) and (who.pid == row.holder_id or who.pid != row.filed_by):
        raise refusals.CommissioningUnknown
    return row, doer


def _sees_in_full(who: Principal, row: CommissioningRow, doer: Doer) -> bool:
    return who.kind == "staff" or isinstance(doer.access, LiveGrant) or (who.pid == row.holder_id and doer.proven)


def _draft(state: Commissioning) -> Draft:
    match state:
        case NotStarted():
            raise refusals.CommissioningUnknown
        case Draft():
            return state
        case _:
            return state.case.draft


def _actions(parts: RequestsParts, who: Principal, doer: Doer, state: Commissioning) -> dict[str, Deed]:
    if who.kind == "staff":
        return {}
    now = parts.now()
    asked: Mapping[str, commands.CommissioningCommand] = {
        "edit": commands.NameContractor(doer, "autonomous", None, None, now),
        "withdraw": commands.WithdrawCommissioning(doer, "", now),
    }
    return {name: probe(lambda command=command: decide(command, state)) for name, command in asked.items()}  # type: ignore[misc]


def _non_conformities(facts: Sequence[Event]) -> list[NonConformity]:
    for fact in facts:
        if isinstance(fact, CommissioningDismissed):
            return list(fact.non_conformities)
        if isinstance(fact, InspectionFailed):
            return list(fact.reasons)
    return []
