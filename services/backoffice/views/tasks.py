"""What waits for an act on its owner's own page? A foreign view of requests and access: contracts, visits, holders in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from shared.contracts.access.consumer_unit import HolderChanged
from shared.contracts.requests.budget_request import (
    BudgetApproved,
    BudgetCancelled,
    BudgetDeclined,
    BudgetDismissed,
    BudgetExpired,
    BudgetRequested,
    BudgetWithdrawn,
    ContractsDelivered,
    FiledAfterAccessEnded,
    FilingContested,
)
from shared.contracts.requests.commissioning import (
    CommissioningAccepted,
    CommissioningDismissed,
    CommissioningWithdrawn,
    GenerationConnected,
    InspectionScheduled,
)
from shared.contracts.requests.parts import DueDate
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

_ENDS = (BudgetWithdrawn, BudgetCancelled, BudgetExpired, BudgetDeclined, BudgetDismissed)
_ENDS_VISIT = (CommissioningWithdrawn, CommissioningDismissed, GenerationConnected)


# A request and a change of its unit's holder come by two topics, in any order: these say the same whichever is read first.
_LATER = " on conflict (queue, subject_stream) do update set since = greatest(tasks.since, excluded.since)"
_ASKED = """
insert into open_requests (subject_stream, unit_id, protocol, asked_at) values ($1, $2, $3, $4)
on conflict (subject_stream) do update set asked_at = excluded.asked_at"""
_CHANGED_BEFORE_READ = f"""
insert into tasks (queue, subject_stream, protocol, since)
select 'holder-mismatch', $1, $3, changed_at from holder_changes where unit_id = $2 and recorded_at > $4{_LATER}"""
_CHANGED = """
insert into holder_changes as h (unit_id, changed_at, recorded_at) values ($1, $2, $3) on conflict (unit_id) do update
set changed_at = greatest(h.changed_at, excluded.changed_at), recorded_at = greatest(h.recorded_at, excluded.recorded_at)"""
_OTHER_HOLDER = f"""
insert into tasks (queue, subject_stream, protocol, since)
select 'holder-mismatch', subject_stream, protocol, $2 from open_requests where unit_id = $1 and asked_at < $3{_LATER}"""


class Tasks:
    """Keeps a row per thing that waits, by queue."""

    name: ClassVar[str] = "tasks_2"
    tables: ClassVar[tuple[str, ...]] = ("tasks", "open_requests", "holder_changes")
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            BudgetRequested,
            BudgetApproved,
            ContractsDelivered,
            FiledAfterAccessEnded,
            FilingContested,
            HolderChanged,
            CommissioningAccepted,
            InspectionScheduled,
            *_ENDS,
            *_ENDS_VISIT,
        }
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """What begins to wait, and what ends waiting."""
        for event in events:
            _project(writes, event.stream, event.event, event.recorded_at)


def _project(writes: Writes, stream: str, fact: Event, at: datetime) -> None:
    match fact:
        case BudgetRequested():
            writes.add(_ASKED, stream, fact.unit_id, fact.protocol, at)
            writes.add(_CHANGED_BEFORE_READ, stream, fact.unit_id, fact.protocol, at)
        case HolderChanged():
            writes.add(_CHANGED, fact.unit_id, fact.changed_at, at)
            writes.add(_OTHER_HOLDER, fact.unit_id, fact.changed_at, at)
        case BudgetApproved():
            _add(writes, "contracts-out", stream, fact.protocol, fact.approved_at, _due(fact.due, "contracts-out"))
        case CommissioningAccepted():
            _add(writes, "visits-to-schedule", stream, fact.protocol, fact.accepted_at, _due(fact.due, "inspection"))
        case FiledAfterAccessEnded():
            _add(writes, "access-ended", stream, fact.protocol, fact.filed_at, None)
        case FilingContested():
            _add(writes, "filing-contested", stream, fact.protocol, fact.filed_at, None)
        case ContractsDelivered():
            writes.add("delete from tasks where queue = 'contracts-out' and subject_stream = $1", stream)
        case InspectionScheduled():
            writes.add("delete from tasks where queue = 'visits-to-schedule' and subject_stream = $1", stream)
        case _:
            writes.add("delete from tasks where subject_stream = $1", stream)
            writes.add("delete from open_requests where subject_stream = $1", stream)


def _due(due: Sequence[DueDate], clock: str) -> date | None:
    return min((entry.due_on for entry in due if entry.clock == clock), default=None)


def _add(writes: Writes, queue: str, stream: str, protocol: str, since: datetime, due_on: date | None) -> None:
    writes.add(
        "insert into tasks (queue, subject_stream, protocol, since, due_on) values ($1, $2, $3, $4, $5)"
        " on conflict (queue, subject_stream) do nothing",
        queue,
        stream,
        protocol,
        since,
        due_on,
    )


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits."""

    queue: str
    subject_stream: str
    protocol: str | None
    since: datetime
    due_on: date | None


async def tasks_of(db: Db, queue: str, after: tuple[datetime, str] | None, limit: int) -> Sequence[Task]:
    """What waits in a queue, oldest first; one more than asked."""
    rows = await db.fetch(
        "select queue, subject_stream, protocol, since, due_on from tasks"
        " where queue = $1 and ($2::timestamptz is null or (since, subject_stream) > ($2, $3))"
        " order by since, subject_stream limit $4",
        queue,
        after[0] if after else None,
        after[1] if after else None,
        limit + 1,
    )
    return [Task(**dict(row)) for row in rows]


async def task_counts(db: Db) -> dict[str, int]:
    """How many things wait, by queue."""
    return {row["queue"]: row["waiting"] for row in await db.fetch("select queue, count(*) as waiting from tasks group by queue")}
