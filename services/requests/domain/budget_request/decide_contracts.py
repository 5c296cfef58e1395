"""From the approval to a budget in force: contracts out and back, payment, works (arts. 84-88)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from services.requests.domain import clocks
from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.narrowing import awaiting_contracts, may_decide, under_way
from services.requests.domain.budget_request.states import AwaitingContracts, BudgetRequest, Case, Connected, InForce
from services.requests.domain.facts import Attachment
from shared.calendar import Calendar
from shared.contracts.backoffice.review import BudgetTerms
from shared.contracts.requests.parts import DueDate, FiledDocument


def deliver(command: commands.DeliverContracts, state: BudgetRequest) -> Sequence[events.ContractsDelivered]:
    """The contracts go out; out already is already so."""
    waiting = awaiting_contracts(state)
    if waiting.delivered is not None:
        return []
    filed = waiting.case.filed
    return [
        events.ContractsDelivered(
            request_id=filed.request_id,
            protocol=filed.protocol,
            documents=_papers(command.documents),
            delivered_by=command.staff_id,
            delivered_at=command.now,
            due=(clocks.due("contracts-back", command.now, 30, "days", command.calendar),),
            parties=filed.parties,
        )
    ]


def take_back(command: commands.ReturnContracts, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """The signed contracts are back; with nothing to pay or build the budget is in force."""
    may_decide(command.doer)
    waiting = awaiting_contracts(state)
    if waiting.delivered is None:
        raise refusals.ContractsNotDelivered
    if waiting.returned is not None:
        return []
    filed = waiting.case.filed
    returned = events.ContractsReturned(
        request_id=filed.request_id,
        protocol=filed.protocol,
        documents=_papers(command.documents),
        returned_by=command.doer.person_id,
        returned_at=command.now,
        parties=filed.parties,
    )
    return [returned, *in_force_if_complete(replace(waiting, returned=returned), command.now, command.calendar)]


def pay(command: commands.RecordPayment, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """Paid; with the contracts back and nothing to build the budget is in force."""
    waiting = awaiting_contracts(state)
    if waiting.paid:
        return []
    paid = events.PaymentRecorded(
        request_id=waiting.case.filed.request_id, recorded_by=command.staff_id, paid_on=command.paid_on, recorded_at=command.now
    )
    return [paid, *in_force_if_complete(replace(waiting, paid=True), command.now, command.calendar)]


def conclude_works(command: commands.RecordWorksConclusion, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """The works are done: the budget is in force."""
    works = under_way(state)
    filed = works.case.filed
    done = events.WorksConcluded(
        request_id=filed.request_id,
        protocol=filed.protocol,
        concluded_on=command.concluded_on,
        recorded_by=command.staff_id,
        recorded_at=command.now,
        parties=filed.parties,
    )
    term = works.case.clocks["works"].starts_on, _longest(works.issued.terms)
    return [done, _in_force(works.case, works.approved.approved_at, term, command.now, command.calendar)]


def connect(command: commands.RecordConnection, state: BudgetRequest) -> Sequence[events.ConnectionRecorded]:
    """The plant of this budget was connected."""
    if isinstance(state, Connected):
        return []
    if not isinstance(state, InForce):
        raise refusals.BudgetOver
    return [
        events.ConnectionRecorded(
            request_id=state.case.filed.request_id, commissioning_id=command.commissioning_id, connected_at=command.now
        )
    ]


def in_force_if_complete(
    waiting: AwaitingContracts, now: datetime, calendar: Calendar
) -> Sequence[events.WorksBegan | events.BudgetEnteredIntoForce]:
    """What follows once nothing is missing: the works, or the budget in force."""
    terms = waiting.issued.terms
    contracts_wait = bool(terms.contracts) and waiting.returned is None
    payment_waits = terms.participation > Decimal(0) and not waiting.paid
    if contracts_wait or payment_waits:
        return []
    if terms.works:
        due = (clocks.works(now, _longest(terms), calendar),)
        return [events.WorksBegan(request_id=waiting.case.filed.request_id, began_at=now, due=due)]
    return [_in_force(waiting.case, waiting.approved.approved_at, None, now, calendar)]


def _longest(terms: BudgetTerms) -> int:
    """How many days the works of a budget take: as many as the longest."""
    return max(work.days for work in terms.works)


def _in_force(
    case: Case, approved_at: datetime, works: tuple[date, int] | None, now: datetime, calendar: Calendar
) -> events.BudgetEnteredIntoForce:
    filed = case.filed
    on_request = filed.options.inspection == "on-request"
    due: tuple[DueDate, ...] = ()
    if on_request and clocks.must_ask_in_time(filed.group, filed.voltage_v):
        due = (clocks.inspection_request(approved_at, works, now, calendar),)
    elif not on_request:
        due = (clocks.inspection(now, filed.voltage_v, calendar),)
    return events.BudgetEnteredIntoForce(
        request_id=filed.request_id, protocol=filed.protocol, unit_id=filed.unit_id, in_force_at=now, due=due, parties=filed.parties
    )


def _papers(documents: Sequence[Attachment]) -> tuple[FiledDocument, ...]:
    if not documents:
        raise refusals.ContractsMissing
    return tuple(FiledDocument(id=one.id, code=one.code, sha256=one.sha256) for one in documents)
