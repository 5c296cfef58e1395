"""What requests is made of, as its routes, reactions and timers reach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from fastapi import Request

from services.requests.domain.budget_request.commands import BudgetRequestCommand
from services.requests.domain.budget_request.events import BudgetRequestEvent
from services.requests.domain.budget_request.refusals import ProfessionMayNotFile, RequestUnknown
from services.requests.domain.budget_request.states import BudgetRequest
from services.requests.domain.commissioning.commands import CommissioningCommand
from services.requests.domain.commissioning.events import CommissioningEvent
from services.requests.domain.commissioning.states import Commissioning
from services.requests.domain.facts import TECHNICAL_DOCUMENTS, Attachment, Doer
from services.requests.views.budget_requests import find_request
from services.requests.views.commissionings import find_commissioning
from services.requests.views.seeing import records_seen
from services.requests.views.world import standing_of
from shared.calendar import Calendar
from shared.documents.decider import Owner
from shared.documents.documents import Documents
from shared.documents.router import DocumentsDeps
from shared.documents.view import DocumentRow, get_clean_document
from shared.eventsourcing.handler import Handler
from shared.http.principal import Principal, RoleRequired
from shared.postgres import Db
from shared.service import Parts

STAFF = ("reviewer", "analyst", "inspector", "supervisor", "auditor", "attendant")
"""The staff roles that may look at requests; each look is written down."""

ATTACHING = ("analyst", "supervisor")
"""The staff roles that deliver documents on a request; the others only look."""

type Requests = Handler[BudgetRequestCommand, BudgetRequest, BudgetRequestEvent]
type Commissionings = Handler[CommissioningCommand, Commissioning, CommissioningEvent]


@dataclass(frozen=True, kw_only=True)
class RequestsParts(Parts):
    """The parts of every service, the handlers of requests and commissionings, and their documents."""

    requests: Requests
    commissionings: Commissionings
    documents: Documents
    digit: int

    def now(self) -> datetime:
        """The present."""
        return self.platform.clock()

    def today(self) -> date:
        """The date, here."""
        return self.calendar.today(self.now())

    @property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        return self.platform.calendar

    async def doer(self, db: Db, person: UUID, unit_id: UUID, holder_id: UUID) -> Doer:
        """By what right a person acts on a record of this holder, for a unit."""
        return (await standing_of(db, person, unit_id, self.today())).on_record_of(holder_id).doer

    async def whose(self, db: Db, record_id: UUID) -> tuple[str, UUID, UUID, frozenset[UUID]]:
        """Stream, unit, holder and people of a request or commissioning; raises RequestUnknown."""
        request = await find_request(db, record_id)
        if request is not None:
            people = {request.started_by, request.filed_by, request.responsible_id} - {None}
            return self.requests.stream(record_id), request.unit_id, request.holder_id, frozenset(cast("set[UUID]", people))
        found = await find_commissioning(db, record_id)
        if found is None:
            raise RequestUnknown
        people = {found.started_by, found.filed_by, found.responsible_id} - {None}
        return self.commissionings.stream(record_id), found.unit_id, found.holder_id, frozenset(cast("set[UUID]", people))

    async def sees(self, db: Db, who: Principal, record_id: UUID) -> bool:
        """Whether somebody may see a record in full: its holder, whoever acts for the unit under a live grant, staff."""
        if who.kind == "staff":
            return who.has_role(*STAFF)
        return record_id in await records_seen(db, who.pid, [record_id], self.today())

    async def may_attach(self, db: Db, who: Principal, record_id: UUID, code: str) -> Owner:
        """To records that one may see in full, and of staff those who deliver documents.

        Raises RequestUnknown, RoleRequired, and ProfessionMayNotFile for a technical document that this profession does not make.
        """
        stream, _, holder_id, _ = await self.whose(db, record_id)
        if who.kind == "staff":
            if not who.has_role(*STAFF):
                raise RequestUnknown
            if not who.has_role(*ATTACHING):
                raise RoleRequired
            return Owner(stream, holder_id)
        technical = (await records_seen(db, who.pid, [record_id], self.today())).get(record_id)
        if technical is None:
            raise RequestUnknown
        if code in TECHNICAL_DOCUMENTS and not technical:
            raise ProfessionMayNotFile
        return Owner(stream, holder_id)

    async def seen_by(self, db: Db, who: Principal, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
        """A document is seen by who sees the record that owns it; a technical one not by a profession that may not file it."""
        if who.kind == "staff":
            return list(rows) if who.has_role(*STAFF) else []
        seen = await records_seen(db, who.pid, {UUID(row.owner_stream[-36:]) for row in rows}, self.today())
        return [
            row
            for row in rows
            if (technical := seen.get(UUID(row.owner_stream[-36:]))) is not None and (technical or row.code not in TECHNICAL_DOCUMENTS)
        ]

    async def attachment(self, db: Db, document_id: UUID, stream: str) -> Attachment:
        """A verified document of this record; raises DocumentNotFound, DocumentNotVerifiedYet, DocumentWasRefused."""
        found = await get_clean_document(db, document_id, owner_stream=stream)
        return Attachment(found.id, found.code, found.sha256)


async def parts(request: Request) -> RequestsParts:
    """The parts of the running application."""
    return cast("RequestsParts", request.app.state.parts)


async def documents_deps(request: Request) -> DocumentsDeps:
    """What the routes of documents need."""
    own = await parts(request)
    return DocumentsDeps(own.documents, own.may_attach, own.seen_by)
