"""Which papers are to be rendered, and which are ready? Inline; the worker takes what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.budget_request import events
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

FORM, RECEIPT, BUDGET = "FORMULARIO_ANEEL", "RECIBO", "ORCAMENTO"
_ASKED: Mapping[type[Event], tuple[str, ...]] = {events.BudgetRequested: (FORM, RECEIPT), events.BudgetIssued: (BUDGET,)}


class PapersView:
    """Keeps the table `papers`."""

    name: ClassVar[str] = "papers_1"
    category: ClassVar[str] = "budget-request"
    tables: ClassVar[tuple[str, ...]] = ("papers",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({events.BudgetRequested, events.BudgetIssued, events.FormRendered})

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Ask for papers, and note those that are ready."""
        for record in records:
            fact = record.event
            if codes := _ASKED.get(type(fact)):
                writes.add(
                    "insert into papers (stream, code, asked_at) select $1, code, $3 from unnest($2::text[]) code on conflict do nothing",
                    record.stream,
                    codes,
                    record.recorded_at,
                )
            if isinstance(fact, events.FormRendered):
                writes.add("update papers set document_id = $3 where stream = $1 and code = $2", record.stream, fact.code, fact.document_id)


def asks_for(fact: Event, code: str) -> bool:
    """Whether this is what the paper was asked for by."""
    return code in _ASKED.get(type(fact), ())


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """A paper that somebody waits for."""

    stream: str
    code: str
    asked_at: datetime


async def claim_open(db: Db, now: datetime) -> OpenPaper | None:
    """The paper asked for longest; nobody else takes it for a minute."""
    row = await db.fetchrow(
        "with open as (select stream, code, asked_at from papers left join paper_tries using (stream, code)"
        "   where document_id is null and coalesce(next_try_at, asked_at) <= $1 order by coalesce(next_try_at, asked_at) limit 1),"
        " claimed as (insert into paper_tries as mine (stream, code, next_try_at) select stream, code, $2 from open"
        "   on conflict (stream, code) do update set next_try_at = excluded.next_try_at where mine.next_try_at <= $1"
        "   returning stream, code)"
        " select stream, code, asked_at from open join claimed using (stream, code)",
        now,
        now + timedelta(minutes=1),
    )
    return OpenPaper(**dict(row)) if row else None


async def rendered(db: Db, paper: OpenPaper) -> None:
    """It need not be tried again."""
    await db.execute("delete from paper_tries where stream = $1 and code = $2", paper.stream, paper.code)


async def papers_of(db: Db, stream: str) -> Mapping[str, UUID | None]:
    """The papers of a request by code; None: being prepared."""
    rows = await db.fetch("select code, document_id from papers where stream = $1 order by asked_at, code", stream)
    return {row["code"]: row["document_id"] for row in rows}
