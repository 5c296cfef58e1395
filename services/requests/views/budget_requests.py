"""Which requests are there, whose, in which state? Inline; also what keeps one draft per person and one open request per unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.budget_request import events
from services.requests.domain.budget_request.events import PRIVATE, PUBLISHED
from services.requests.domain.budget_request.refusals import DraftAlreadyOpen, RequestAlreadyOpen
from services.requests.views.people import PROVEN
from services.requests.views.seeing import seen_in_full
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

STATES: Mapping[type[Event], str] = {
    events.BudgetAccepted: "under-analysis",
    events.BudgetIssued: "awaiting-approval",
    events.BudgetApproved: "awaiting-contracts",
    events.WorksBegan: "works-under-way",
    events.BudgetEnteredIntoForce: "in-force",
}
ENDS: Mapping[type[Event], str] = {
    events.DraftDiscarded: "discarded",
    events.ConnectionRecorded: "connected",
    events.BudgetDismissed: "dismissed",
    events.BudgetDeclined: "declined",
    events.BudgetExpired: "expired",
    events.BudgetWithdrawn: "withdrawn",
    events.BudgetCancelled: "cancelled",
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What a list shows of a request."""

    request_id: UUID
    unit_id: UUID
    unit_number: str
    holder_id: UUID
    started_by: UUID
    filed_by: UUID | None
    responsible_id: UUID | None
    state: str
    protocol: str | None
    motive: str | None
    purpose: str | None
    porte: str | None
    installed_kw: Decimal | None
    filed_at: datetime | None
    started_at: datetime
    moved_at: datetime
    version: int


REQUEST = ", ".join(RequestRow.__dataclass_fields__)
"""The columns of a request, in the order of RequestRow."""


class BudgetRequestsView:
    """Keeps the table `budget_requests`."""

    name: ClassVar[str] = "budget_requests_1"
    category: ClassVar[str] = "budget-request"
    tables: ClassVar[tuple[str, ...]] = ("budget_requests",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {
        "budget_requests_one_open": RequestAlreadyOpen,
        "budget_requests_one_draft": DraftAlreadyOpen,
    }
    on: ClassVar[frozenset[type[Event]]] = frozenset({*PRIVATE, *PUBLISHED})

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order, each stream's run of events at once."""
        for _, run in groupby(records, key=attrgetter("stream")):
            self._written(writes, list(run))

    def _written(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        if isinstance(records[0].event, events.DraftStarted):
            self._begin(writes, records[0].event, records[0].version)
        last = records[-1]
        changes: dict[str, object] = {"version": last.version, "moved_at": last.recorded_at}
        for record in records:
            changes |= _changes(record.event)
        _set(writes, UUID(last.stream[-36:]), changes)

    def _begin(self, writes: Writes, fact: events.DraftStarted, version: int) -> None:
        writes.add(
            "insert into budget_requests (request_id, unit_id, unit_number, holder_id, started_by, grant_id, previous_request,"
            " state, started_at, moved_at, version) values ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $8, $9)",
            fact.request_id,
            fact.unit_id,
            fact.unit_number,
            fact.holder_id,
            fact.started_by,
            fact.grant_id,
            fact.previous_request,
            fact.started_at,
            version,
        )


def _changes(fact: Event) -> Mapping[str, object]:
    """What a fact changes in the row."""
    match fact:
        case events.MotiveChosen():
            return {"motive": fact.motive}
        case events.PurposeChosen():
            return {"purpose": fact.purpose}
        case events.TechnicalResponsibleNamed():
            return {"responsible_id": fact.responsible_id}
        case events.BudgetRequested():
            return _filed(fact)
        case _ if (state := STATES.get(type(fact))) is not None:
            return {"state": state}
        case _ if (state := ENDS.get(type(fact))) is not None:
            return {"state": state, "is_open": False}
        case _:
            return {}


def _filed(fact: events.BudgetRequested) -> Mapping[str, object]:
    return {
        "state": "under-triage",
        "is_open": True,
        "protocol": fact.protocol,
        "filed_by": fact.filed_by,
        "responsible_id": fact.responsible_id,
        "grant_id": fact.grant_id,
        "porte": fact.porte,
        "installed_kw": fact.installed_kw,
        "filed_at": fact.filed_at,
    }


def _set(writes: Writes, request_id: UUID, values: Mapping[str, object]) -> None:
    names = sorted(values)
    changes = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 2))
    writes.add(f"update budget_requests set {changes} where request_id = $1", request_id, *(values[name] for name in names))


async def find_request(db: Db, request_id: UUID) -> RequestRow | None:
    """One request."""
    row = await db.fetchrow(f"select {REQUEST} from budget_requests where request_id = $1", request_id)
    return RequestRow(**dict(row)) if row else None


async def keep_as_it_is(db: Db, request_id: UUID) -> None:
    """Nobody moves the request until this transaction is over: what is decided on its budget stays true."""
    await db.execute("select from budget_requests where request_id = $1 for share", request_id)


async def take(db: Db, request_id: UUID) -> None:
    """Nobody moves the request, nor decides on its budget, until this transaction is over."""
    await db.execute("select from budget_requests where request_id = $1 for update", request_id)


async def find_by_protocol(db: Db, protocol: str) -> RequestRow | None:
    """The request with this protocol."""
    row = await db.fetchrow(f"select {REQUEST} from budget_requests where protocol = $1", protocol)
    return RequestRow(**dict(row)) if row else None


async def requests_of(
    db: Db, person: UUID, today: date, state: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[RequestRow, bool]]:
    """The requests a person takes part in as proven holder, author or responsible, newest first, and whether they see each in full.

    Asked for by state, only those are found whose state they may know.
    """
    seen = seen_in_full("budget_requests", "$6")
    rows = await db.fetch(
        f"select {REQUEST}, {seen} as seen from budget_requests"
        f" where $1 in (holder_id, started_by, responsible_id) and state <> 'discarded' and (holder_id <> $1 or {PROVEN})"
        " and not (state = 'draft' and started_by <> $1 and holder_id <> $1 and responsible_id is distinct from $1)"
        f" and ($2::text is null or (state = $2 and {seen}))"
        " and ($3::timestamptz is null or (started_at, request_id) < ($3, $4::uuid))"
        " order by started_at desc, request_id desc limit $5",
        person,
        state,
        *(after or (None, None)),
        limit,
        today,
    )
    return [(RequestRow(**{name: row[name] for name in RequestRow.__dataclass_fields__}), row["seen"]) for row in rows]


async def requests_in(db: Db, state: str, after: tuple[datetime, UUID] | None, limit: int) -> list[RequestRow]:
    """The filed requests in a state, in the order of their filing: what waits for staff."""
    rows = await db.fetch(
        f"select {REQUEST} from budget_requests where state = $1 and filed_at is not null"
        " and ($2::timestamptz is null or (filed_at, request_id) > ($2, $3::uuid)) order by filed_at, request_id limit $4",
        state,
        *(after or (None, None)),
        limit,
    )
    return [RequestRow(**dict(row)) for row in rows]


async def budgets_of(
    db: Db, person: UUID, today: date, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[RequestRow, bool, bool]]:
    """The filed requests a person takes part in, newest first, whether they see each in full, and whether a commissioning of it is open."""
    rows = await db.fetch(
        f"with page as (select {REQUEST} from budget_requests where $1 in (holder_id, started_by, responsible_id) and filed_at is not null"
        f" and (holder_id <> $1 or {PROVEN})"
        " and ($2::timestamptz is null or (started_at, request_id) < ($2, $3::uuid)) order by started_at desc, request_id desc limit $4)"
        f" select page.*, {seen_in_full('page', '$5')} as seen, c.request_id is not null as commissioning_open from page"
        " left join commissionings c on c.request_id = page.request_id and c.is_open order by page.started_at desc, page.request_id desc",
        person,
        *(after or (None, None)),
        limit,
        today,
    )
    return [
        (RequestRow(**{name: row[name] for name in RequestRow.__dataclass_fields__}), row["seen"], row["commissioning_open"])
        for row in rows
    ]


async def filed_under(db: Db, grant_id: UUID) -> list[UUID]:
    """The filed requests that relied on a grant."""
    return [
        row["request_id"]
        for row in await db.fetch("select request_id from budget_requests where grant_id = $1 and filed_at is not null", grant_id)
    ]


async def filed_since(db: Db, person: UUID, since: datetime) -> list[UUID]:
    """The open requests that were filed by or for a person since an instant."""
    rows = await db.fetch(
        "select request_id from budget_requests where is_open and $1 in (filed_by, holder_id) and filed_at >= $2 order by filed_at",
        person,
        since,
    )
    return [row["request_id"] for row in rows]
