"""Which commissionings are there, of which request, in which state? Inline; also what keeps one open per request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.commissioning import events
from services.requests.domain.commissioning.events import PRIVATE, PUBLISHED
from services.requests.domain.commissioning.refusals import CommissioningAlreadyOpen
from services.requests.views.people import PROVEN
from services.requests.views.seeing import seen_in_full
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

ENDS: Mapping[type[Event], str] = {
    events.CommissioningDismissed: "dismissed",
    events.GenerationConnected: "connected",
    events.InspectionFailed: "failed",
    events.CommissioningWithdrawn: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class CommissioningRow:
    """What a list shows of a commissioning."""

    commissioning_id: UUID
    request_id: UUID
    unit_id: UUID
    unit_number: str
    holder_id: UUID
    started_by: UUID
    filed_by: UUID | None
    responsible_id: UUID
    attempt: int
    state: str
    protocol: str | None
    visit_on: date | None
    visit_window: str | None
    filed_at: datetime | None
    started_at: datetime
    version: int


_COLUMNS = ", ".join(CommissioningRow.__dataclass_fields__)


class CommissioningsView:
    """Keeps the table `commissionings`."""

    name: ClassVar[str] = "commissionings_1"
    category: ClassVar[str] = "commissioning"
    tables: ClassVar[tuple[str, ...]] = ("commissionings",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {
        "commissionings_one_open": CommissioningAlreadyOpen,
        "commissionings_one_draft": CommissioningAlreadyOpen,
    }
    on: ClassVar[frozenset[type[Event]]] = frozenset({*PRIVATE, *PUBLISHED})

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order."""
        for record in records:
            self._one(writes, record)
        for last in {record.stream: record for record in records}.values():
            writes.add(
                "update commissionings set version = $2, moved_at = $3 where commissioning_id = $1",
                UUID(last.stream[-36:]),
                last.version,
                last.recorded_at,
            )

    def _one(self, writes: Writes, record: Recorded[Any]) -> None:
        fact = record.event
        match fact:
            case events.CommissioningStarted():
                writes.add(
                    "insert into commissionings (commissioning_id, request_id, unit_id, unit_number, holder_id, started_by, responsible_id,"
                    " attempt, state, started_at, moved_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $9, $10)",
                    fact.commissioning_id,
                    fact.approved.request_id,
                    fact.approved.unit_id,
                    fact.approved.unit_number,
                    fact.approved.holder_id,
                    fact.started_by,
                    fact.approved.responsible_id,
                    fact.attempt,
                    fact.started_at,
                    record.version,
                )
            case events.CommissioningRequested():
                _set(
                    writes,
                    fact.commissioning_id,
                    state="under-review",
                    is_open=True,
                    protocol=fact.protocol,
                    filed_by=fact.filed_by,
                    installed_kw=fact.installed_kw,
                    filed_at=fact.filed_at,
                )
            case events.CommissioningAccepted():
                _set(writes, fact.commissioning_id, state="awaiting-inspection")
            case events.InspectionScheduled():
                _set(writes, fact.commissioning_id, state="scheduled", visit_on=fact.visit_on, visit_window=fact.window)
            case _ if (state := ENDS.get(type(fact))) is not None:
                _set(writes, fact.commissioning_id, state=state, is_open=False)
            case _:
                pass


def _set(writes: Writes, commissioning_id: UUID, **values: object) -> None:
    changes = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    writes.add(f"update commissionings set {changes} where commissioning_id = $1", commissioning_id, *values.values())


async def find_commissioning(db: Db, commissioning_id: UUID) -> CommissioningRow | None:
    """One commissioning."""
    row = await db.fetchrow(f"select {_COLUMNS} from commissionings where commissioning_id = $1", commissioning_id)
    return CommissioningRow(**dict(row)) if row else None


async def find_by_protocol(db: Db, protocol: str) -> CommissioningRow | None:
    """The commissioning with this protocol."""
    row = await db.fetchrow(f"select {_COLUMNS} from commissionings where protocol = $1", protocol)
    return CommissioningRow(**dict(row)) if row else None


async def latest_of(db: Db, request_id: UUID) -> CommissioningRow | None:
    """The last filed commissioning of a request."""
    row = await db.fetchrow(
        f"select {_COLUMNS} from commissionings where request_id = $1 and filed_at is not null"
        " order by attempt desc, filed_at desc limit 1",
        request_id,
    )
    return CommissioningRow(**dict(row)) if row else None


async def is_open_for(db: Db, request_id: UUID, *, but: UUID | None = None) -> bool:
    """Whether a (another) commissioning of the request is open."""
    found = await db.fetchval(
        "select exists (select from commissionings where request_id = $1 and is_open and commissioning_id is distinct from $2)",
        request_id,
        but,
    )
    return bool(found)


async def open_for(db: Db, request_id: UUID) -> UUID | None:
    """The commissioning of the request that is open."""
    found: UUID | None = await db.fetchval("select commissioning_id from commissionings where request_id = $1 and is_open", request_id)
    return found


async def was_visited(db: Db, request_id: UUID) -> bool:
    """Whether an inspection of the request was asked for and made, and failed."""
    return bool(await db.fetchval("select exists (select from commissionings where request_id = $1 and state = 'failed')", request_id))


async def was_asked_for(db: Db, request_id: UUID) -> bool:
    """Whether an inspection of the request was asked for: one is open, or was made and failed."""
    return await is_open_for(db, request_id) or await was_visited(db, request_id)


async def commissionings_of(
    db: Db, person: UUID, today: date, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[CommissioningRow, bool]]:
    """The commissionings a person takes part in, newest first, and whether they see each in full."""
    rows = await db.fetch(
        f"select {_COLUMNS}, {seen_in_full('commissionings', '$5')} as seen from commissionings"
        f" where $1 in (holder_id, started_by, responsible_id) and (holder_id <> $1 or {PROVEN})"
        " and ($2::timestamptz is null or (started_at, commissioning_id) < ($2, $3::uuid))"
        " order by started_at desc, commissioning_id desc limit $4",
        person,
        *(after or (None, None)),
        limit,
        today,
    )
    return [(CommissioningRow(**{name: row[name] for name in CommissioningRow.__dataclass_fields__}), row["seen"]) for row in rows]


async def commissionings_in(db: Db, state: str, after: tuple[datetime, UUID] | None, limit: int) -> list[CommissioningRow]:
    """The filed commissionings in a state, in the order of their filing: what waits for staff."""
    rows = await db.fetch(
        f"select {_COLUMNS} from commissionings where state = $1 and filed_at is not null"
        " and ($2::timestamptz is null or (filed_at, commissioning_id) > ($2, $3::uuid)) order by filed_at, commissioning_id limit $4",
        state,
        *(after or (None, None)),
        limit,
    )
    return [CommissioningRow(**dict(row)) for row in rows]
