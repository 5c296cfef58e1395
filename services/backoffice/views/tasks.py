"""What waits for an act on its owner's own page? A foreign view of requests and access: contracts, visits, holders in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

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


# A request and a change of its unit's holder come by two topics, in any order, to two workers perhaps. So each first takes the unit's row
# in `holder_changes`, waits for whoever has it, and then compares the holder it was filed for with the latest that was told.
_TAKEN = "insert into holder_changes (unit_id) values ($1) on conflict (unit_id) do update set unit_id = excluded.unit_id"
_CHANGED = """
insert into holder_changes as h (unit_id, version, holder_id, changed_at) values ($1, $2, $3, $4)
on conflict (unit_id) do update set version = excluded.version, holder_id = excluded.holder_id, changed_at = excluded.changed_at
 where h.version < excluded.version"""
_ASKED = """
insert into open_requests (subject_stream, unit_id, protocol, holder_id) values ($1, $2, $3, $4)
on conflict (subject_stream) do update set holder_id = excluded.holder_id"""
_SAME_HOLDER = """
delete from tasks where queue = 'holder-mismatch' and subject_stream in (select subject_stream from open_requests where unit_id = $1)"""
_OTHER_HOLDER = """
insert into tasks (queue, subject_stream, protocol, since)
select 'holder-mismatch', subject_stream, protocol, changed_at
  from open_requests join holder_changes using (unit_id) where unit_id = $1 and open_requests.holder_id <> holder_changes.holder_id"""
_TAKEN_OF = """
update holder_changes set unit_id = unit_id where unit_id = (select unit_id from open_requests where subject_stream = $1)"""


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
            await _project(writes, event)


async def _project(writes: Writes, event: Recorded[Any]) -> None:
    stream, fact = event.stream, event.event
    match fact:
        case BudgetRequested():
            writes.add(_TAKEN, fact.unit_id)
            await writes.sent()
            writes.add(_ASKED, stream, fact.unit_id, fact.protocol, fact.holder_id)
            _compare(writes, fact.unit_id)
        case HolderChanged():
            writes.add(_CHANGED, fact.unit_id, event.version, fact.holder_id, fact.changed_at)
            await writes.sent()
            _compare(writes, fact.unit_id)
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
            if isinstance(fact, _ENDS):
                writes.add(_TAKEN_OF, stream)
                await writes.sent()
            writes.add("delete from tasks where subject_stream = $1", stream)
            writes.add("delete from open_requests where subject_stream = $1", stream)


def _compare(writes: Writes, unit_id: UUID) -> None:
    writes.add(_SAME_HOLDER, unit_id)
    writes.add(_OTHER_HOLDER, unit_id)


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
