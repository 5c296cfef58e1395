"""How a request remembers, from the first step to the connected plant."""

from dataclasses import replace
from typing import assert_never

from services.requests.domain.budget_request import events
from services.requests.domain.budget_request.evolve_draft import evolve_draft
from services.requests.domain.budget_request.narrowing import case_of, draft_of
from services.requests.domain.budget_request.states import (
    AwaitingApproval,
    AwaitingContracts,
    BudgetRequest,
    Case,
    Connected,
    Discarded,
    Draft,
    InForce,
    Over,
    UnderAnalysis,
    UnderTriage,
    WorksUnderWay,
)
from services.requests.domain.clocks import running


class HistoryImpossible(Exception):
    """An event in a state that cannot have led to it: the history was not made by these rules."""


def evolve(state: BudgetRequest, event: events.BudgetRequestEvent) -> BudgetRequest:
    """What a request is after an event. The steps of a draft first: they are the most, and the cases are tried in turn."""
    match event:
        case (
            events.MotiveChosen()
            | events.PurposeChosen()
            | events.ModuleAdded()
            | events.ModuleChanged()
            | events.ModuleRemoved()
            | events.InverterAdded()
            | events.InverterChanged()
            | events.InverterRemoved()
            | events.SiteAndLoadGiven()
            | events.BeneficiariesListed()
            | events.OptionsChosen()
            | events.DeclarationsAccepted()
            | events.FastTrackTermAccepted()
            | events.DocumentAttached()
            | events.DocumentRemoved()
            | events.TechnicalResponsibleNamed()
            | events.ResponsibilityConfirmed()
            | events.ContractorNamed()
        ):
            return evolve_draft(draft_of(state), event)
        case events.DraftStarted():
            return Draft(event)
        case events.DraftDiscarded():
            return Discarded(draft_of(state).started)
        case events.BudgetRequested():
            return UnderTriage(Case(draft_of(state), event, running({}, event.due)))
        case events.BudgetAccepted():
            return UnderAnalysis(_with(case_of(state), event.due, "triage"))
        case events.BudgetIssued():
            return AwaitingApproval(_with(case_of(state), (), "budget"), event)
        case events.BudgetReceived():
            waiting = _approval(state)
            return replace(waiting, case=_with(waiting.case, event.due), received_at=event.received_at)
        case events.BudgetApproved():
            waiting = _approval(state)
            return AwaitingContracts(_with(waiting.case, event.due, "approval"), waiting.issued, event)
        case events.ContractsDelivered():
            contracts = _contracts(state)
            return replace(contracts, case=_with(contracts.case, event.due, "contracts-out"), delivered=event)
        case events.ContractsReturned():
            contracts = _contracts(state)
            return replace(contracts, case=_with(contracts.case, (), "contracts-back"), returned=event)
        case events.PaymentRecorded():
            return replace(_contracts(state), paid=True)
        case events.WorksBegan():
            contracts = _contracts(state)
            case = _with(contracts.case, event.due, "contracts-out", "contracts-back")
            return WorksUnderWay(case, contracts.issued, contracts.approved)
        case events.WorksConcluded():
            return _same(state, _with(case_of(state), (), "works"))
        case events.BudgetEnteredIntoForce():
            case = _with(case_of(state), event.due, "contracts-out", "contracts-back", "works")
            return InForce(case, _issued(state), event.in_force_at)
        case events.ConnectionRecorded():
            return Connected(replace(case_of(state), clocks={}), event.commissioning_id)
        case events.ClockSuspended():
            return UnderAnalysis(case_of(state), event)
        case events.ClockResumed():
            return UnderAnalysis(_with(case_of(state), event.due))
        case events.BudgetDismissed(dismissed_at=at):
            return Over(case_of(state), "dismissed", at)
        case events.BudgetDeclined(declined_at=at):
            return Over(case_of(state), "declined", at)
        case events.BudgetExpired(expired_at=at):
            return Over(case_of(state), "expired", at)
        case events.BudgetWithdrawn(withdrawn_at=at):
            return Over(case_of(state), "withdrawn", at)
        case events.BudgetCancelled(cancelled_at=at):
            return Over(case_of(state), "cancelled", at)
        case events.FormRendered():
            case = case_of(state)
            return _same(state, replace(case, papers={**case.papers, event.code: event}))
        case events.FiledAfterAccessEnded() | events.FilingContested():
            return _same(state, replace(case_of(state), contested=True))
        case events.DeadlineMissed():
            case = case_of(state)
            return _same(state, replace(case, missed=case.missed | {event.clock}))
        case events.VerdictNotApplied():
            return state
        case _:
            assert_never(event)


def _with(case: Case, begun: tuple[events.DueDate, ...], *ended: events.Clock) -> Case:
    return replace(case, clocks=running(case.clocks, begun, ended=ended))


def _same(state: BudgetRequest, case: Case) -> BudgetRequest:
    match state:
        case (
            UnderTriage() | UnderAnalysis() | AwaitingApproval() | AwaitingContracts() | WorksUnderWay() | InForce() | Connected() | Over()
        ):
            return replace(state, case=case)
        case _:
            raise HistoryImpossible


def _approval(state: BudgetRequest) -> AwaitingApproval:
    if not isinstance(state, AwaitingApproval):
        raise HistoryImpossible
    return state


def _contracts(state: BudgetRequest) -> AwaitingContracts:
    if not isinstance(state, AwaitingContracts):
        raise HistoryImpossible
    return state


def _issued(state: BudgetRequest) -> events.BudgetIssued:
    if not isinstance(state, AwaitingContracts | WorksUnderWay):
        raise HistoryImpossible
    return state.issued
