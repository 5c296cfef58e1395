"""After filing: triage, analysis, decision, contracts, works, time, giving up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.decider import BUDGET_REQUEST
from services.requests.domain.budget_request.events import BudgetRequestEvent
from services.requests.domain.budget_request.states import (
    AwaitingApproval,
    AwaitingContracts,
    Connected,
    InForce,
    Over,
    WorksUnderWay,
    name_of,
)
from shared.contracts.backoffice.review import Work
from shared.contracts.requests.parts import Clock, DeadlineMissed, DueDate, NonConformity
from shared.contracts.verdict import VerdictNotApplied
from shared.testing.given import given
from tests.unit.requests import history as h


def later(clock: Clock, days: int) -> commands.LetTimePass:
    """The timer's nudge, so many days after the filing."""
    return commands.LetTimePass(clock, h.CALENDAR, h.NOW + timedelta(days=days))


def test_triage_accepts_and_the_analysis_begins() -> None:
    state = given(BUDGET_REQUEST, *h.filed).when(h.accepted).then_types(events.BudgetAccepted)
    assert name_of(state) == "under-analysis"


def test_triage_dismisses_once_with_every_fault() -> None:
    faults = (NonConformity(code="ilegivel", article="art. 67", document_id=h.ART), NonConformity(code="titularidade", article="art. 67"))
    decided = given(BUDGET_REQUEST, *h.filed).when(commands.DismissBudgetRequest(h.REVIEW, 1, faults, h.NOW))
    assert isinstance(decided.then_types(events.BudgetDismissed), Over)
    event = h.first(decided)
    assert isinstance(event, events.BudgetDismissed)
    assert [fault.document_code for fault in event.non_conformities] == ["RESP_TECNICA", None]


def test_a_conclusion_about_something_else_is_told_apart() -> None:
    dismissal = commands.DismissBudgetRequest(h.REVIEW, 7, (), h.NOW)
    for history, conclusion, because in (
        (h.under_analysis, h.accepted, "not-under-review"),
        (h.filed, h.issued, "not-under-review"),
        (h.filed, replace(h.accepted, submission=7), "other-submission"),
        (h.filed, dismissal, "other-submission"),
        (h.under_analysis, replace(h.issued, submission=7), "other-submission"),
        (h.under_analysis, replace(h.issued, terms=None), "content-missing"),
    ):
        decided = given(BUDGET_REQUEST, *history).when(conclusion)
        decided.then_types(VerdictNotApplied)
        event = h.first(decided)
        assert isinstance(event, VerdictNotApplied)
        assert event.because == because
    gone = h.happened(commands.WithdrawBudget(h.ana, "desistencia", h.NOW), history=h.filed)
    given(BUDGET_REQUEST, *gone).when(h.accepted).then_nothing()


def test_the_holder_approves_and_has_received() -> None:
    given(BUDGET_REQUEST, *h.budget_issued).when(h.approval).then_types(events.BudgetReceived, events.BudgetApproved)
    given(BUDGET_REQUEST, *h.approved).when(h.approval).then_nothing()


def test_only_the_holder_decides() -> None:
    by_rui = replace(h.approval, doer=h.rui)
    given(BUDGET_REQUEST, *h.budget_issued).when(by_rui).then_refused(refusals.OnlyTheHolderDecides)
    with_word = replace(h.rui, access=replace(h.live, may_decide=True))
    given(BUDGET_REQUEST, *h.budget_issued).when(replace(h.approval, doer=with_word)).then_types(
        events.BudgetReceived, events.BudgetApproved
    )


def test_nothing_is_approved_before_it_is_issued() -> None:
    given(BUDGET_REQUEST, *h.under_analysis).when(h.approval).then_refused(refusals.BudgetNotIssued)


def test_silence_approves_what_costs_nothing_and_was_received() -> None:
    received = h.happened(commands.RecordReceipt(h.ana, h.CALENDAR, h.NOW + timedelta(days=5)), history=h.budget_issued)
    given(BUDGET_REQUEST, *received).when(later("approval", 10)).then_nothing()
    decided = given(BUDGET_REQUEST, *received).when(later("approval", 30))
    decided.then_types(events.BudgetApproved)
    event = h.first(decided)
    assert isinstance(event, events.BudgetApproved)
    assert event.manner == "tacit"
    assert event.approved_at == h.CALENDAR.end_of_day(date(2026, 11, 24))


def test_the_contracts_go_out_within_five_business_days_of_the_approval() -> None:
    received = h.happened(commands.RecordReceipt(h.ana, h.CALENDAR, h.NOW + timedelta(days=5)), history=h.budget_issued)
    for history, command, due_on in (
        (h.budget_issued, h.approval, date(2026, 11, 17)),
        (received, later("approval", 30), date(2026, 12, 2)),
    ):
        approved = h.happened(command, history=history)[-1]
        assert isinstance(approved, events.BudgetApproved)
        assert [(clock.clock, clock.due_on, clock.length) for clock in approved.due] == [("contracts-out", due_on, 5)]


def test_silence_lets_what_costs_something_expire() -> None:
    issued = h.happened(replace(h.issued, terms=h.costly), history=h.under_analysis)
    received = h.happened(commands.RecordReceipt(h.ana, h.CALENDAR, h.NOW + timedelta(days=5)), history=issued)
    given(BUDGET_REQUEST, *received).when(later("approval", 90)).then_types(events.BudgetExpired)


def test_contracts_go_out_and_come_back() -> None:
    given(BUDGET_REQUEST, *h.approved).when(h.signed).then_refused(refusals.ContractsNotDelivered)
    given(BUDGET_REQUEST, *h.budget_issued).when(h.delivery).then_refused(refusals.BudgetNotApproved)
    given(BUDGET_REQUEST, *h.approved).when(replace(h.delivery, documents=())).then_refused(refusals.ContractsMissing)
    state = given(BUDGET_REQUEST, *h.delivered).when(h.signed).then_types(events.ContractsReturned, events.BudgetEnteredIntoForce)
    assert isinstance(state, InForce)
    assert state.case.clocks.keys() == {"inspection-request"}


def test_contracts_that_do_not_come_back_end_the_budget() -> None:
    given(BUDGET_REQUEST, *h.delivered).when(later("contracts-back", 30)).then_nothing()
    given(BUDGET_REQUEST, *h.delivered).when(later("contracts-back", 60)).then_types(events.BudgetExpired)


def test_what_was_approved_by_silence_is_neither_declined_nor_approved_anew_though_no_timer_told() -> None:
    received = h.happened(commands.RecordReceipt(h.ana, h.CALENDAR, h.NOW + timedelta(days=5)), history=h.budget_issued)
    over_at = h.CALENDAR.end_of_day(date(2026, 11, 24))
    declining = commands.DeclineBudget(h.ana, "desistencia", h.CALENDAR, over_at)
    in_time = replace(declining, now=over_at - timedelta(microseconds=1))
    given(BUDGET_REQUEST, *received).when(in_time).then_types(events.BudgetDeclined)
    given(BUDGET_REQUEST, *received).when(declining).then_refused(refusals.BudgetOver)
    given(BUDGET_REQUEST, *received).when(replace(declining, doer=h.rui)).then_refused(refusals.OnlyTheHolderDecides)
    decided = given(BUDGET_REQUEST, *received).when(replace(h.approval, now=over_at))
    decided.then_types(events.BudgetApproved)
    told = h.first(decided)
    assert isinstance(told, events.BudgetApproved)
    assert (told.manner, told.approved_by, told.approved_at) == ("tacit", None, over_at)
    given(BUDGET_REQUEST, *received).when(replace(h.delivery, now=over_at)).then_types(events.BudgetApproved, events.ContractsDelivered)


def test_a_budget_whose_validity_is_over_is_no_longer_decided_on_though_no_timer_told() -> None:
    issued = h.happened(replace(h.issued, terms=h.costly), history=h.under_analysis)
    received = h.happened(commands.RecordReceipt(h.ana, h.CALENDAR, h.NOW + timedelta(days=5)), history=issued)
    waiting = BUDGET_REQUEST.fold(received)
    assert isinstance(waiting, AwaitingApproval)
    over_at = h.CALENDAR.end_of_day(waiting.case.clocks["approval"].due_on)
    given(BUDGET_REQUEST, *received).when(replace(h.approval, now=over_at - timedelta(microseconds=1))).then_types(events.BudgetApproved)
    given(BUDGET_REQUEST, *received).when(replace(h.approval, now=over_at)).then_refused(refusals.BudgetOver)
    declining = commands.DeclineBudget(h.ana, "desistencia", h.CALENDAR, over_at)
    given(BUDGET_REQUEST, *received).when(declining).then_refused(refusals.BudgetOver)


def test_contracts_and_payment_that_come_too_late_change_nothing_though_no_timer_told() -> None:
    issued = h.happened(replace(h.issued, terms=h.costly), h.approval, h.delivery, history=h.under_analysis)
    waiting = BUDGET_REQUEST.fold(issued)
    assert isinstance(waiting, AwaitingContracts)
    over_at = h.CALENDAR.end_of_day(waiting.case.clocks["contracts-back"].due_on)
    paid = commands.RecordPayment(date(2026, 11, 13), h.STAFF, h.CALENDAR, over_at)
    just_in_time = over_at - timedelta(microseconds=1)
    given(BUDGET_REQUEST, *issued).when(replace(h.signed, now=just_in_time)).then_types(events.ContractsReturned)
    given(BUDGET_REQUEST, *issued).when(replace(h.signed, now=over_at)).then_refused(refusals.BudgetOver)
    given(BUDGET_REQUEST, *issued).when(replace(paid, now=just_in_time)).then_types(events.PaymentRecorded)
    given(BUDGET_REQUEST, *issued).when(paid).then_refused(refusals.BudgetOver)
    returned = h.happened(h.signed, history=issued)
    given(BUDGET_REQUEST, *returned).when(paid).then_types(events.PaymentRecorded, events.WorksBegan)


def test_works_run_after_contracts_and_payment() -> None:
    issued = h.happened(replace(h.issued, terms=h.costly), h.approval, h.delivery, h.signed, history=h.under_analysis)
    paid = commands.RecordPayment(date(2026, 11, 13), h.STAFF, h.CALENDAR, h.NOW + timedelta(days=9))
    state = given(BUDGET_REQUEST, *issued).when(paid).then_types(events.PaymentRecorded, events.WorksBegan)
    assert isinstance(state, WorksUnderWay)
    assert state.case.clocks["works"].length == 120
    done = commands.RecordWorksConclusion(date(2027, 1, 10), h.STAFF, h.CALENDAR, h.NOW + timedelta(days=60))
    working = h.happened(paid, history=issued)
    given(BUDGET_REQUEST, *working).when(done).then_types(events.WorksConcluded, events.BudgetEnteredIntoForce)
    given(BUDGET_REQUEST, *h.in_force).when(done).then_refused(refusals.WorksNotUnderWay)


def on(day: date) -> datetime:
    """Ten in the morning of that day, here."""
    return datetime(day.year, day.month, day.day, 14, tzinfo=UTC)


def built(days: int, began: date, concluded: date, history: tuple[BudgetRequestEvent, ...] = h.filed) -> tuple[BudgetRequestEvent, ...]:
    """A budget approved on 10/11/2026 with works of so many days, in force when they were concluded."""
    works = tuple(Work(description="Reforço", cost=Decimal(4000), participation=Decimal(900), days=taken) for taken in (days, 30))
    terms = h.costly.model_copy(update={"works": works})
    return h.happened(
        h.accepted,
        replace(h.issued, terms=terms),
        replace(h.approval, now=on(date(2026, 11, 10))),
        replace(h.delivery, now=on(date(2026, 11, 12))),
        replace(h.signed, now=on(date(2026, 11, 13))),
        commands.RecordPayment(began, h.STAFF, h.CALENDAR, on(began)),
        commands.RecordWorksConclusion(concluded, h.STAFF, h.CALENDAR, on(concluded)),
        history=history,
    )


def asking(history: tuple[BudgetRequestEvent, ...]) -> DueDate:
    """The clock of asking for the inspection, as the entry into force started it."""
    (event,) = [event for event in history if isinstance(event, events.BudgetEnteredIntoForce)]
    assert event.due[0].clock == "inspection-request"
    return event.due[0]


@pytest.mark.parametrize(
    ("days", "began", "concluded", "starts_on", "due_on"),
    [
        pytest.param(90, date(2026, 11, 16), date(2027, 1, 20), date(2026, 11, 10), date(2027, 3, 10), id="120 days, from the approval"),
        pytest.param(180, date(2026, 11, 16), date(2027, 1, 20), date(2026, 11, 16), date(2027, 5, 17), id="the works take longer"),
        pytest.param(90, date(2026, 11, 16), date(2027, 4, 12), date(2027, 4, 12), date(2027, 5, 12), id="they ended after all that"),
        pytest.param(90, date(2026, 11, 16), date(2027, 3, 9), date(2027, 3, 9), date(2027, 4, 8), id="they ended the day before"),
    ],
)
def test_the_inspection_is_asked_for_within_the_longer_term_and_after_the_works(
    days: int, began: date, concluded: date, starts_on: date, due_on: date
) -> None:
    history = built(days, began, concluded)
    clock = asking(history)
    assert (clock.starts_on, clock.due_on) == (starts_on, due_on)
    over = commands.LetTimePass("inspection-request", h.CALENDAR, h.CALENDAR.end_of_day(due_on))
    given(BUDGET_REQUEST, *history).when(replace(over, now=over.now - timedelta(microseconds=1))).then_nothing()
    given(BUDGET_REQUEST, *history).when(over).then_types(events.BudgetExpired)


def test_contracts_that_come_back_late_leave_time_to_ask_for_the_inspection() -> None:
    late = on(date(2027, 4, 12))
    history = h.happened(replace(h.delivery, now=late), replace(h.signed, now=late), history=h.approved)
    assert asking(history).due_on == date(2027, 5, 12)


@pytest.mark.parametrize(
    ("group", "volts", "lost"), [("A", 13800, False), ("A", 220, False), ("B", 220, True), (None, 220, True), (None, 13800, False)]
)
def test_only_in_group_b_the_budget_is_lost_where_no_inspection_is_asked_for(group: str | None, volts: int, lost: bool) -> None:
    filed = h.filed[-1]
    assert isinstance(filed, events.BudgetRequested)
    assert filed.group == "B", "as the unit is"
    other = filed.model_copy(update={"group": group, "voltage_v": Decimal(volts)})
    history = h.happened(h.accepted, h.issued, h.approval, h.delivery, h.signed, history=(*h.filed[:-1], other))
    decided = given(BUDGET_REQUEST, *history).when(later("inspection-request", 200))
    if lost:
        decided.then_types(events.BudgetExpired)
    else:
        decided.then_nothing()


def test_a_missed_deadline_is_told_once() -> None:
    given(BUDGET_REQUEST, *h.filed).when(later("triage", 7)).then_nothing()
    over_at = h.CALENDAR.end_of_day(date(2026, 11, 11))
    at_the_end = commands.LetTimePass("triage", h.CALENDAR, over_at)
    given(BUDGET_REQUEST, *h.filed).when(replace(at_the_end, now=over_at - timedelta(microseconds=1))).then_nothing()
    given(BUDGET_REQUEST, *h.filed).when(at_the_end).then_types(DeadlineMissed)
    decided = given(BUDGET_REQUEST, *h.filed).when(later("triage", 9))
    decided.then_types(DeadlineMissed)
    event = h.first(decided)
    assert isinstance(event, DeadlineMissed)
    assert (event.due_on, event.days_late) == (date(2026, 11, 11), 2)
    given(BUDGET_REQUEST, *h.filed, event).when(later("triage", 10)).then_nothing()


def test_a_suspended_clock_misses_nothing_and_gets_its_days_back() -> None:
    held = h.happened(commands.SuspendClock("ons", h.STAFF, h.NOW + timedelta(days=1)), history=h.under_analysis)
    given(BUDGET_REQUEST, *held).when(later("budget", 60)).then_nothing()
    decided = given(BUDGET_REQUEST, *held).when(commands.ResumeClock(h.STAFF, h.CALENDAR, h.NOW + timedelta(days=11)))
    decided.then_types(events.ClockResumed)
    event = h.first(decided)
    assert isinstance(event, events.ClockResumed)
    assert event.due[0].due_on == date(2026, 11, 30)
    given(BUDGET_REQUEST, *h.filed).when(commands.SuspendClock("ons", h.STAFF, h.NOW)).then_refused(refusals.NotUnderAnalysis)
    resumed = commands.ResumeClock(h.STAFF, h.CALENDAR, h.NOW)
    given(BUDGET_REQUEST, *h.under_analysis).when(resumed).then_refused(refusals.ClockNotSuspended)


def test_who_may_give_up() -> None:
    given(BUDGET_REQUEST, *h.in_force).when(commands.WithdrawBudget(h.ana, "desistencia", h.NOW)).then_types(events.BudgetWithdrawn)
    given(BUDGET_REQUEST, *h.filed).when(commands.WithdrawBudget(h.rui, "desistencia", h.NOW)).then_types(events.BudgetWithdrawn)
    given(BUDGET_REQUEST, *h.budget_issued).when(commands.WithdrawBudget(h.rui, "desistencia", h.NOW)).then_refused(
        refusals.NotYoursToWithdraw
    )
    given(BUDGET_REQUEST, *h.filed).when(commands.WithdrawBudget(h.stranger, "desistencia", h.NOW)).then_refused(
        refusals.NotYoursToWithdraw
    )


def test_a_supervisor_cancels_without_naming_anybody() -> None:
    cancel = commands.CancelBudget("unit-closed", "Encerrada a pedido.", h.STAFF, h.NOW)
    given(BUDGET_REQUEST, *h.in_force).when(cancel).then_types(events.BudgetCancelled)
    under_way = replace(cancel, commissioning_under_way=True)
    given(BUDGET_REQUEST, *h.in_force).when(under_way).then_refused(refusals.CommissioningUnderWay)
    given(BUDGET_REQUEST, *h.in_force).when(replace(cancel, note="Ligar para 92 98888-7777")).then_refused(refusals.PersonalDataInText)


def test_a_connected_plant_closes_the_request() -> None:
    connection = commands.RecordConnection(h.known("commissioning"), h.NOW)
    state = given(BUDGET_REQUEST, *h.in_force).when(connection).then_types(events.ConnectionRecorded)
    assert isinstance(state, Connected)
    late = commands.CancelBudget("unit-closed", "Encerrada a pedido.", h.STAFF, h.NOW)
    given(BUDGET_REQUEST, *h.happened(connection, history=h.in_force)).when(late).then_refused(refusals.AlreadyConnected)
    given(BUDGET_REQUEST).when(late).then_refused(refusals.RequestUnknown)
    given(BUDGET_REQUEST, *h.approved).when(connection).then_refused(refusals.BudgetOver)


def test_a_filing_after_the_end_of_access_is_flagged_once() -> None:
    contest = commands.ContestFiling(h.GRANT, h.NOW - timedelta(minutes=1))
    given(BUDGET_REQUEST, *h.filed).when(contest).then_types(events.FiledAfterAccessEnded)
    given(BUDGET_REQUEST, *h.happened(contest, history=h.filed)).when(contest).then_nothing()
    given(BUDGET_REQUEST, *h.filed).when(commands.ContestFiling(h.GRANT, h.NOW)).then_nothing()


def test_what_was_filed_while_a_stranger_had_the_account_is_contested_once() -> None:
    contest = commands.ContestHandedOver(h.ANA, h.NOW - timedelta(days=1), h.NOW)
    given(BUDGET_REQUEST, *h.filed).when(contest).then_types(events.FilingContested)
    given(BUDGET_REQUEST, *h.happened(contest, history=h.filed)).when(contest).then_nothing()
    given(BUDGET_REQUEST, *h.filed).when(replace(contest, acted_since=h.NOW + timedelta(days=1))).then_nothing()
    given(BUDGET_REQUEST, *h.filed).when(replace(contest, person_id=h.STAFF)).then_nothing()


def test_papers_are_recorded_once() -> None:
    form = commands.RecordForm(h.known("form"), "FORMULARIO_ANEEL", "3" * 64, h.NOW)
    given(BUDGET_REQUEST, *h.filed).when(form).then_types(events.FormRendered)
    given(BUDGET_REQUEST, *h.happened(form, history=h.filed)).when(form).then_nothing()
