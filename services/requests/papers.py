"""The worker that renders papers right after they are asked for, and keeps them by their digest."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from services.requests import rendering
from services.requests.domain.budget_request.commands import RecordForm
from services.requests.domain.budget_request.events import BudgetIssued
from services.requests.domain.budget_request.narrowing import case_of
from services.requests.domain.budget_request.states import Case
from services.requests.parts import Requests
from services.requests.views.papers import BUDGET, FORM, OpenPaper, asks_for, claim_open, rendered
from shared.calendar import Calendar
from shared.clock import Clock
from shared.contracts.backoffice.review import BudgetTerms
from shared.documents.decider import Owner
from shared.documents.documents import Documents
from shared.documents.storage import StorageAway
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.transaction import transact
from shared.ids import derived_id
from shared.people import UNAVAILABLE, Names
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 1.0
_FILES = {FORM: "formulario.pdf", BUDGET: "orcamento.pdf"}


class PaperNotAskedFor(Exception):
    """A paper is open that nothing in the request's history asks for: asked for by mistake."""


@dataclass(frozen=True)
class Papers:
    """Renders what the table `papers` has open. Names away: the paper waits, nothing else does."""

    pool: Pool
    requests: Requests
    documents: Documents
    names: Names
    calendar: Calendar
    clock: Clock
    brand: str

    async def run(self) -> None:
        """Render for ever; a lost database or file store is waited for."""
        while True:
            try:
                busy = await self.step()
            except (*LOST, StorageAway) as error:
                log.warning("papers_wait", error=type(error).__name__)
                busy = False
            except Exception:
                log.exception("paper_postponed")
                busy = False
            if not busy:
                await asyncio.sleep(_IDLE_SECONDS)

    async def step(self) -> bool:
        """Render the paper asked for longest, if any is open."""
        paper = await transact(self.pool, lambda db: claim_open(db, self.clock()))
        if paper is None:
            return False
        request_id = UUID(paper.stream[-36:])
        async with self.pool.acquire(timeout=5) as db:
            state, _ = await self.requests.load(db, request_id)
            asked = await self._asked(db, paper)
        case = case_of(state)
        names = await self.names.of([case.filed.holder_id, case.filed.filed_by, case.filed.responsible_id], "form")
        if UNAVAILABLE in names.values():
            return False
        terms = asked.event.terms if isinstance(asked.event, BudgetIssued) else None
        content = await asyncio.to_thread(self._draw, paper.code, case, names, terms)
        stored = await self.documents.store_bytes(paper.stream, content, "application/pdf")
        document_id = derived_id(request_id, f"paper/{paper.code}")
        cause = Cause("service:requests", asked.cause.correlation, asked.id, asked.cause.trace)

        async def work(db: Db) -> None:
            owner = Owner(paper.stream, case.filed.holder_id)
            await self.documents.keep(db, document_id, owner, paper.code, _FILES.get(paper.code, "comprovante.pdf"), stored, cause)
            await self.requests(db, request_id, RecordForm(document_id, paper.code, stored.sha256, self.clock()), cause)
            await rendered(db, paper)

        await transact(self.pool, work)
        return True

    def _draw(self, code: str, case: Case, names: Mapping[UUID, str], terms: BudgetTerms | None) -> bytes:
        zone = self.calendar.zone
        if code == FORM:
            return rendering.form(case, names, self.brand, zone)
        if code == BUDGET and terms is not None:
            return rendering.budget(case, terms, names, self.brand, zone)
        return rendering.receipt(case, names, self.brand, zone)

    async def _asked(self, db: Db, paper: OpenPaper) -> Recorded[Event]:
        for record in await self.requests.store.load(db, paper.stream):
            if asks_for(record.event, paper.code):
                return record
        raise PaperNotAskedFor(paper.stream)
