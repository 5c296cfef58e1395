"""Whatever is asked, in whatever order: `evolve` accepts every history that `decide` can make."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from services.requests.domain.budget_request import commands
from services.requests.domain.budget_request import events as events_of
from services.requests.domain.budget_request.decider import BUDGET_REQUEST
from services.requests.domain.budget_request.events import BudgetRequestEvent
from services.requests.domain.budget_request.narrowing import case_of
from services.requests.domain.budget_request.states import Over, name_of
from shared.contracts.requests.parts import Clock, NonConformity
from shared.eventsourcing.event import Event
from shared.eventsourcing.refusal import Refusal
from tests.unit.requests import history as h

CLOCKS: tuple[Clock, ...] = ("triage", "budget", "approval", "contracts-out", "contracts-back", "works", "inspection-request")
DEEDS: Mapping[type[Event], tuple[Clock, Callable[[Any], datetime]]] = {
    events_of.BudgetDeclined: ("approval", lambda fact: fact.declined_at),
    events_of.ContractsReturned: ("contracts-back", lambda fact: fact.returned_at),
    events_of.PaymentRecorded: ("contracts-back", lambda fact: fact.recorded_at),
}
late = st.integers(min_value=0, max_value=400).map(lambda days: h.NOW + timedelta(days=days))
doers = st.sampled_from([h.rui, h.ana, h.clara, h.stranger, h.impostor])
anything: st.SearchStrategy[commands.BudgetRequestCommand] = st.one_of(
    st.sampled_from(h.steps),
    st.just(h.filing),
    st.just(h.accepted),
    st.sampled_from([h.issued, replace(h.issued, terms=h.costly)]),
    st.tuples(doers, late).map(lambda pair: replace(h.approval, doer=pair[0], now=pair[1])),
    doers.map(lambda doer: commands.RecordReceipt(doer, h.CALENDAR, h.NOW)),
    st.just(h.delivery),
    late.map(lambda at: replace(h.signed, now=at)),
    late.map(lambda at: commands.RecordPayment(date(2026, 11, 13), h.STAFF, h.CALENDAR, at)),
    st.just(commands.RecordWorksConclusion(date(2027, 1, 10), h.STAFF, h.CALENDAR, h.NOW)),
    st.just(commands.RecordConnection(h.known("commissioning"), h.NOW)),
    st.just(commands.SuspendClock("ons", h.STAFF, h.NOW)),
    late.map(lambda at: commands.ResumeClock(h.STAFF, h.CALENDAR, at)),
    doers.map(lambda doer: commands.WithdrawBudget(doer, "desistencia", h.NOW)),
    st.tuples(doers, late).map(lambda pair: commands.DeclineBudget(pair[0], "nao-quero", h.CALENDAR, pair[1])),
    st.just(commands.DismissBudgetRequest(h.REVIEW, 1, (NonConformity(code="x"),), h.NOW)),
    st.just(commands.CancelBudget("unit-closed", None, h.STAFF, h.NOW)),
    st.just(commands.ContestFiling(h.GRANT, h.NOW - timedelta(days=1))),
    st.tuples(st.sampled_from(CLOCKS), late).map(lambda pair: commands.LetTimePass(pair[0], h.CALENDAR, pair[1])),
)


@every(st.lists(anything, max_size=25), st.sampled_from([(), h.ready, h.filed, h.under_analysis, h.budget_issued, h.approved]))
@settings(max_examples=150, deadline=None)
def test_every_history_that_can_be_decided_can_be_remembered(
    asked: list[commands.BudgetRequestCommand], before: tuple[BudgetRequestEvent, ...]
) -> None:
    events = list(before)
    for command in asked:
        state = BUDGET_REQUEST.fold(events)
        try:
            decided = list(BUDGET_REQUEST.decide(command, state))
        except Refusal:
            continue
        for fact in decided:
            if (deed := DEEDS.get(type(fact))) is not None and (clock := case_of(state).clocks.get(deed[0])) is not None:
                assert deed[1](fact) < h.CALENDAR.end_of_day(clock.due_on), "no deed is done after its time, whatever the timer did"
        events += decided
        after = BUDGET_REQUEST.fold(events)
        assert name_of(after)
        if isinstance(state, Over):
            assert name_of(after) == state.how
