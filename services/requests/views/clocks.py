"""Which clocks run, ran out or were kept? Inline; also arms the timers that nudge when one is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from services.requests.domain.budget_request import events as budget
from services.requests.domain.commissioning import events as commissioning
from shared.calendar import Calendar
from shared.contracts.requests.parts import Clock, DeadlineMissed, DueDate
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.timers import armed, disarmed
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

ALL: tuple[Clock, ...] = (
    "triage",
    "budget",
    "approval",
    "contracts-out",
    "contracts-back",
    "works",
    "inspection",
    "inspection-request",
    "new-inspection",
)
ENDED: Mapping[type[Event], tuple[Clock, ...]] = {
    budget.BudgetAccepted: ("triage",),
    budget.BudgetIssued: ("budget",),
    budget.BudgetApproved: ("approval",),
    budget.ContractsDelivered: ("contracts-out",),
    budget.ContractsReturned: ("contracts-back",),
    budget.WorksBegan: ("contracts-out", "contracts-back"),
    budget.WorksConcluded: ("works",),
    budget.BudgetEnteredIntoForce: ("contracts-out", "contracts-back", "works"),
    budget.ConnectionRecorded: ALL,
    budget.BudgetDismissed: ALL,
    budget.BudgetDeclined: ALL,
    budget.BudgetExpired: ALL,
    budget.BudgetWithdrawn: ALL,
    budget.BudgetCancelled: ALL,
    commissioning.CommissioningDismissed: ALL,
    commissioning.GenerationConnected: ALL,
    commissioning.InspectionFailed: ALL,
    commissioning.CommissioningWithdrawn: ALL,
}
BEGUN: frozenset[type[Event]] = frozenset(
    {
        budget.BudgetRequested,
        budget.BudgetReceived,
        budget.BudgetApproved,
        budget.ContractsDelivered,
        budget.WorksBegan,
        budget.BudgetEnteredIntoForce,
        budget.ClockResumed,
        commissioning.CommissioningRequested,
        commissioning.InspectionFailed,
    }
)

_BEGIN = """
insert into clocks (stream, clock, article, starts_on, due_on, other_reading, length, unit, bound, annex_iv_type, state)
select $1, begun.*, 'running'
  from unnest($2::text[], $3::text[], $4::date[], $5::date[], $6::date[], $7::int[], $8::text[], $9::text[], $10::int[]) begun
on conflict (stream, clock) do update set starts_on = excluded.starts_on, due_on = excluded.due_on,
  other_reading = excluded.other_reading, length = excluded.length, state = 'running', ended_at = null"""


def timer_of(clock: str) -> str:
    """The name of a clock's timer."""
    return f"clock-{clock}"


@dataclass(frozen=True)
class ClocksView:
    """Keeps the table `clocks`, and the timers."""

    calendar: Calendar
    name: ClassVar[str] = "clocks_1"
    tables: ClassVar[tuple[str, ...]] = ("clocks",)
    timers: ClassVar[tuple[str, ...]] = tuple(timer_of(clock) for clock in ALL)
    on: ClassVar[frozenset[type[Event]]] = frozenset({*BEGUN, *ENDED, budget.ClockSuspended, DeadlineMissed})

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what began, ended or was missed, in order."""
        for record in records:
            fact = record.event
            if clocks := ENDED.get(type(fact)):
                self._end(writes, record, clocks)
            if type(fact) in BEGUN and fact.due:
                self._begin(writes, record.stream, {due.clock: due for due in fact.due})
            if isinstance(fact, DeadlineMissed):
                self._mark(writes, record.stream, fact.clock, "missed")
            if isinstance(fact, budget.ClockSuspended):
                self._mark(writes, record.stream, fact.clock, "suspended")

    def _begin(self, writes: Writes, stream: str, due: Mapping[str, DueDate]) -> None:
        begun = list(due.values())
        writes.add(
            _BEGIN,
            stream,
            list(due),
            [one.article for one in begun],
            [one.starts_on for one in begun],
            [one.due_on for one in begun],
            [one.other_reading for one in begun],
            [one.length for one in begun],
            [one.unit for one in begun],
            [one.bound for one in begun],
            [one.annex_iv_type for one in begun],
        )
        writes.add(*armed(stream, {timer_of(one.clock): self.calendar.end_of_day(one.due_on) for one in begun}))

    def _end(self, writes: Writes, record: Recorded[Any], clocks: Sequence[Clock]) -> None:
        writes.add(
            "update clocks set ended_at = $3, state = case when state = 'missed' then state else 'ended' end"
            " where stream = $1 and clock = any($2::text[]) and ended_at is null",
            record.stream,
            clocks,
            record.recorded_at,
        )
        writes.add(*disarmed(record.stream, [timer_of(clock) for clock in clocks]))

    def _mark(self, writes: Writes, stream: str, clock: Clock, state: str) -> None:
        writes.add("update clocks set state = $3 where stream = $1 and clock = $2 and ended_at is null", stream, clock, state)


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock as it stands."""

    clock: str
    article: str
    starts_on: date
    due_on: date
    other_reading: date | None
    length: int
    unit: str
    bound: str
    annex_iv_type: int | None
    state: str
    ended_at: datetime | None


_COLUMNS = ", ".join(ClockRow.__dataclass_fields__)


async def clocks_of(db: Db, stream: str) -> list[ClockRow]:
    """The clocks of a request or commissioning, by when they started."""
    rows = await db.fetch(f"select {_COLUMNS} from clocks where stream = $1 order by starts_on, due_on", stream)
    return [ClockRow(**dict(row)) for row in rows]


async def standings(db: Db, today: date) -> Mapping[tuple[str, str], int]:
    """How many of the distributor's running clocks are in time, due by tomorrow, or missed; every clock is named."""
    rows = await db.fetch(
        "select clock,"
        " count(*) filter (where due_on > $1::date + 1) as in_time,"
        " count(*) filter (where due_on between $1 and $1 + 1) as at_risk,"
        " count(*) filter (where due_on < $1) as missed"
        " from clocks where ended_at is null and bound = 'distributor' and state <> 'suspended' group by clock",
        today,
    )
    found: dict[tuple[str, str], int] = {(clock, standing): 0 for clock in ALL for standing in ("in-time", "at-risk", "missed")}
    for row in rows:
        found |= {(row["clock"], standing): row[standing.replace("-", "_")] for standing in ("in-time", "at-risk", "missed")}
    return found
