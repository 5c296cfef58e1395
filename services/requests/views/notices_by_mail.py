"""Who is told what by mail? Written into the outbox in the transaction of the fact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.budget_request import events as budget
from services.requests.domain.commissioning import events as commissioning
from shared.calendar import Calendar
from shared.contracts.requests.parts import DeadlineMissed
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.mail.outbox import write_to_all
from shared.mail.templates import Templates

type Told = tuple[str, Mapping[str, object]]

_RECORDS = {"budget-request": ("budget_requests", "request_id"), "commissioning": ("commissionings", "commissioning_id")}
_WINDOWS: Mapping[str, str] = {"morning": "pela manhã", "afternoon": "à tarde", "day": "ao longo do dia"}
_FACTS: Mapping[type[Event], Callable[[Any], Told]] = {
    budget.BudgetRequested: lambda fact: (
        "budget-requested",
        {"protocol": fact.protocol, "filed_at": fact.filed_at, "unit": fact.unit_number, "due_on": _due(fact, "triage")},
    ),
    budget.BudgetAccepted: lambda fact: ("budget-accepted", {"protocol": fact.protocol, "due_on": _due(fact, "budget")}),
    budget.BudgetDismissed: lambda fact: ("budget-dismissed", {"protocol": fact.protocol, "count": len(fact.non_conformities)}),
    budget.ClockSuspended: lambda fact: ("clock-suspended", {"protocol": fact.protocol}),
    budget.BudgetIssued: lambda fact: ("budget-issued", {"protocol": fact.protocol}),
    budget.BudgetApproved: lambda fact: ("budget-approved", {"protocol": fact.protocol, "due_on": _due(fact, "contracts-out")}),
    budget.BudgetExpired: lambda fact: ("budget-expired", {"protocol": fact.protocol}),
    budget.BudgetCancelled: lambda fact: ("budget-cancelled", {"protocol": fact.protocol}),
    budget.ContractsDelivered: lambda fact: ("contracts-delivered", {"protocol": fact.protocol, "due_on": _due(fact, "contracts-back")}),
    budget.BudgetEnteredIntoForce: lambda fact: ("budget-in-force", {"protocol": fact.protocol}),
    budget.FilingContested: lambda fact: ("filing-contested", {"protocol": fact.protocol}),
    budget.FiledAfterAccessEnded: lambda fact: ("filed-after-access-ended", {"protocol": fact.protocol}),
    commissioning.CommissioningRequested: lambda fact: (
        "commissioning-requested",
        {"protocol": fact.protocol, "filed_at": fact.filed_at, "due_on": _due(fact, "inspection")},
    ),
    commissioning.CommissioningDismissed: lambda fact: (
        "commissioning-dismissed",
        {"protocol": fact.protocol, "count": len(fact.non_conformities)},
    ),
    commissioning.InspectionScheduled: lambda fact: (
        "inspection-scheduled",
        {"protocol": fact.protocol, "visit_on": fact.visit_on, "window": _WINDOWS[fact.window]},
    ),
    commissioning.InspectionFailed: lambda fact: (
        "inspection-failed",
        {"protocol": fact.protocol, "count": len(fact.reasons), "due_on": _due(fact, "new-inspection")},
    ),
    commissioning.GenerationConnected: lambda fact: (
        "generation-connected",
        {"protocol": fact.protocol, "connected_on": fact.connected_on},
    ),
    DeadlineMissed: lambda fact: ("deadline-missed", {"protocol": fact.protocol, "due_on": fact.due_on, "article": fact.article}),
}


@dataclass(frozen=True)
class NoticesByMail:
    """An own view over the outbox; a mail that was sent is not sent again, so it is not rebuilt."""

    templates: Templates
    calendar: Calendar
    name: ClassVar[str] = "notices_by_mail_1"
    not_compared: ClassVar[str] = "a mail is handed over once, in the words of its day"
    on: ClassVar[frozenset[type[Event]]] = frozenset(_FACTS)

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write each mail once."""
        for record in records:
            fact, values = _FACTS[type(record.event)](record.event)
            words = {name: self._text(value) for name, value in values.items()}
            if people := await _people(writes, record):
                write_to_all(writes, record, people, fact, words, self.templates)

    def _text(self, value: object) -> str:
        match value:
            case datetime():
                return f"{value.astimezone(self.calendar.zone):%d/%m/%Y às %H:%M}"
            case date():
                return f"{value:%d/%m/%Y}"
            case _:
                return str(value)


async def _people(writes: Writes, record: Recorded[Any]) -> Sequence[UUID]:
    """The holder, the filer and the responsible of the record; a filing names them itself."""
    if isinstance(fact := record.event, budget.BudgetRequested | commissioning.CommissioningRequested):
        return tuple(dict.fromkeys((fact.holder_id, fact.filed_by, fact.responsible_id)))
    table, key = _RECORDS[record.stream[:-37]]
    row = await (await writes.sent()).fetchrow(
        f"select holder_id, filed_by, responsible_id from {table} where {key} = $1", UUID(record.stream[-36:])
    )
    if row is None:
        return ()
    if isinstance(record.event, DeadlineMissed):
        return (row["holder_id"],)
    return tuple(dict.fromkeys(person for person in row.values() if person is not None))


def _due(fact: Any, clock: str) -> date | str:  # noqa: ANN401 - any published event with clocks
    return next((due.due_on for due in fact.due if due.clock == clock), "a definir")
