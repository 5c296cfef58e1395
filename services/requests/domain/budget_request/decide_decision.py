"""Decisions on an issued budget: received, approved or declined by whom may, by silence or by time; given up; cancelled."""

from collections.abc import Sequence
from decimal import Decimal

from services.requests.domain import clocks
from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.decide_contracts import in_force_if_complete
from services.requests.domain.budget_request.narrowing import awaiting_approval, case_of, may_act, may_decide, open_case
from services.requests.domain.budget_request.states import (
    AwaitingApproval,
    AwaitingContracts,
    BudgetRequest,
    Case,
    Connected,
    Over,
    UnderAnalysis,
    UnderTriage,
)
from services.requests.domain.facts import AsHolder, LiveGrant
from shared.calendar import Calendar
from shared.contracts.requests.parts import DeadlineMissed, DueDate
from shared.identifiers import contains_personal


def receive(command: commands.RecordReceipt, state: BudgetRequest) -> Sequence[events.BudgetReceived]:
    """The budget is in the hands of whom decides: the clock of art. 83 starts; received already is already so."""
    may_decide(command.doer)
    waiting = awaiting_approval(state)
    if waiting.received_at is not None:
        return []
    return [_received(command, waiting)]


def approve(command: commands.ApproveBudget, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """Approved expressly; whoever approves has received."""
    may_decide(command.doer)
    if isinstance(state, AwaitingContracts):
        return []
    waiting = awaiting_approval(state)
    filed = waiting.case.filed
    received = [] if waiting.received_at is not None else [_received(command, waiting)]
    approved = events.BudgetApproved(
        request_id=filed.request_id,
        protocol=filed.protocol,
        manner="express",
        approved_by=command.doer.person_id,
        approved_at=command.now,
        due=(clocks.due("contracts-out", command.now, 5, "business-days", command.calendar),),
        parties=filed.parties,
    )
    after = AwaitingContracts(waiting.case, waiting.issued, approved)
    return [*received, approved, *in_force_if_complete(after, command.now, command.calendar)]


def decline(command: commands.DeclineBudget, state: BudgetRequest) -> Sequence[events.BudgetDeclined]:
    """Not wanted."""
    may_decide(command.doer)
    filed = awaiting_approval(state).case.filed
    return [
        events.BudgetDeclined(
            request_id=filed.request_id,
            protocol=filed.protocol,
            declined_by=command.doer.person_id,
            declined_at=command.now,
            reason=command.reason,
            parties=filed.parties,
        )
    ]


def withdraw(command: commands.WithdrawBudget, state: BudgetRequest) -> Sequence[events.BudgetWithdrawn]:
    """Given up: by the holder always, by the filer while undecided, by others only if they may decide."""
    if isinstance(state, Over) and state.how == "withdrawn":
        return []
    case = open_case(state)
    match command.doer.access:
        case AsHolder():
            may_act(command.doer)
        case LiveGrant(may_decide=True):
            pass
        case _:
            undecided = isinstance(state, UnderTriage | UnderAnalysis)
            if command.doer.person_id != case.filed.filed_by or not undecided:
                raise refusals.NotYoursToWithdraw
    return [
        events.BudgetWithdrawn(
            request_id=case.filed.request_id,
            protocol=case.filed.protocol,
            by=command.doer.person_id,
            reason=command.reason,
            withdrawn_at=command.now,
            parties=case.filed.parties,
        )
    ]


def cancel(command: commands.CancelBudget, state: BudgetRequest) -> Sequence[events.BudgetCancelled]:
    """Ended by a supervisor, unless an inspection was asked for: that goes on."""
    if isinstance(state, Over) and state.how == "cancelled":
        return []
    case = open_case(state)
    if command.commissioning_under_way:
        raise refusals.CommissioningUnderWay
    if command.note is not None and contains_personal(command.note):
        raise refusals.PersonalDataInText
    return [
        events.BudgetCancelled(
            request_id=case.filed.request_id,
            protocol=case.filed.protocol,
            reason=command.reason,
            note=command.note,
            cancelled_by=command.staff_id,
            cancelled_at=command.now,
            parties=case.filed.parties,
        )
    ]


def let_time_pass(command: commands.LetTimePass, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """What a clock that is over leads to; not over, not running, or told already: nothing."""
    if isinstance(state, Over | Connected):
        return []
    case = case_of(state)
    clock = case.clocks.get(command.clock)
    if clock is None or command.now < command.calendar.end_of_day(clock.due_on):
        return []
    if isinstance(state, UnderAnalysis) and state.suspended is not None and command.clock == "budget":
        return []
    if clock.bound == "customer":
        return _customer_was_silent(clock, state, case, command.calendar)
    if command.clock in case.missed:
        return []
    return [_missed(case, clock, command)]


def _customer_was_silent(clock: DueDate, state: BudgetRequest, case: Case, calendar: Calendar) -> Sequence[events.BudgetRequestEvent]:
    over_at = calendar.end_of_day(clock.due_on)
    filed = case.filed
    if isinstance(state, AwaitingApproval) and clock.clock == "approval":
        if state.received_at is not None and state.issued.terms.participation == Decimal(0) and not case.contested:
            approved = events.BudgetApproved(
                request_id=filed.request_id,
                protocol=filed.protocol,
                manner="tacit",
                approved_by=None,
                approved_at=over_at,
                due=(clocks.due("contracts-out", over_at, 5, "business-days", calendar),),
                parties=filed.parties,
            )
            return [approved, *in_force_if_complete(AwaitingContracts(case, state.issued, approved), over_at, calendar)]
        return [_expired(case, "not-approved-in-time", clock, calendar)]
    if isinstance(state, AwaitingContracts) and clock.clock == "contracts-back":
        return [_expired(case, "contracts-not-returned", clock, calendar)]
    if clock.clock == "inspection-request":
        return [_expired(case, "inspection-not-requested", clock, calendar)]
    return []


def _expired(case: Case, reason: str, clock: DueDate, calendar: Calendar) -> events.BudgetExpired:
    return events.BudgetExpired.model_validate(
        {
            "request_id": case.filed.request_id,
            "protocol": case.filed.protocol,
            "reason": reason,
            "expired_at": calendar.end_of_day(clock.due_on),
            "parties": case.filed.parties,
        }
    )


def _missed(case: Case, clock: DueDate, command: commands.LetTimePass) -> DeadlineMissed:
    return DeadlineMissed(
        stream=f"budget-request-{case.filed.request_id}",
        protocol=case.filed.protocol,
        clock=clock.clock,
        article=clock.article,
        annex_iv_type=clock.annex_iv_type,
        due_on=clock.due_on,
        days_late=clocks.days_late(clock, command.calendar.today(command.now)),
        unit_id=case.filed.unit_id,
        holder_id=case.filed.holder_id,
        missed_at=command.calendar.end_of_day(clock.due_on),
    )


def _received(command: commands.RecordReceipt | commands.ApproveBudget, waiting: AwaitingApproval) -> events.BudgetReceived:
    terms = waiting.issued.terms
    return events.BudgetReceived(
        request_id=waiting.case.filed.request_id,
        received_by=command.doer.person_id,
        received_at=command.now,
        due=(clocks.approval(command.now, terms.participation, terms.validity_business_days, command.calendar),),
    )
