"""From "a request" to "a draft", "a filed one", "this phase": narrowed, or refused by name."""

from services.requests.domain.budget_request import refusals
from services.requests.domain.budget_request.states import (
    AwaitingApproval,
    AwaitingContracts,
    BudgetRequest,
    Case,
    Connected,
    Discarded,
    Draft,
    InForce,
    NotStarted,
    Over,
    UnderAnalysis,
    UnderTriage,
    WorksUnderWay,
)
from services.requests.domain.facts import AsHolder, Doer, LiveGrant


def draft_of(state: BudgetRequest) -> Draft:
    """The draft; raises RequestUnknown, DraftIsDiscarded, RequestAlreadyFiled."""
    match state:
        case Draft():
            return state
        case NotStarted():
            raise refusals.RequestUnknown
        case Discarded():
            raise refusals.DraftIsDiscarded
        case _:
            raise refusals.RequestAlreadyFiled


def edited_by(doer: Doer, state: BudgetRequest, *, technical: bool = False) -> Draft:
    """The draft, for someone who may edit it; raises also AccessNotLive, HolderNotProven, ProfessionMayNotFile."""
    draft = draft_of(state)
    may_act(doer)
    if technical and isinstance(doer.access, LiveGrant) and (doer.profile is None or not doer.profile.may_file):
        raise refusals.ProfessionMayNotFile
    return draft


def may_act(doer: Doer) -> None:
    """Holder, proven, or under a live grant; raises AccessNotLive, HolderNotProven."""
    match doer.access:
        case None:
            raise refusals.AccessNotLive
        case AsHolder(proven=False):
            raise refusals.HolderNotProven
        case AsHolder() | LiveGrant():
            return


def may_decide(doer: Doer) -> None:
    """The holder, or under a grant that says so; raises OnlyTheHolderDecides, AccessNotLive, HolderNotProven."""
    may_act(doer)
    if isinstance(doer.access, LiveGrant) and not doer.access.may_decide:
        raise refusals.OnlyTheHolderDecides


def case_of(state: BudgetRequest) -> Case:
    """The case of a filed request, whatever its phase; raises RequestUnknown."""
    match state:
        case NotStarted() | Draft() | Discarded():
            raise refusals.RequestUnknown
        case _:
            return state.case


def open_case(state: BudgetRequest) -> Case:
    """The case of a request that has not ended; raises BudgetOver, AlreadyConnected."""
    match state:
        case Over():
            raise refusals.BudgetOver
        case Connected():
            raise refusals.AlreadyConnected
        case _:
            return case_of(state)


def awaiting_approval(state: BudgetRequest) -> AwaitingApproval:
    """The budget that waits for a decision; raises BudgetNotIssued, BudgetOver."""
    match state:
        case AwaitingApproval():
            return state
        case UnderTriage() | UnderAnalysis():
            raise refusals.BudgetNotIssued
        case _:
            open_case(state)
            raise refusals.BudgetOver("Este orçamento já foi decidido.")


def awaiting_contracts(state: BudgetRequest) -> AwaitingContracts:
    """The approved budget; raises BudgetNotApproved, BudgetOver."""
    match state:
        case AwaitingContracts():
            return state
        case UnderTriage() | UnderAnalysis() | AwaitingApproval():
            raise refusals.BudgetNotApproved
        case _:
            open_case(state)
            raise refusals.BudgetOver("Os contratos deste orçamento já foram concluídos.")


def under_way(state: BudgetRequest) -> WorksUnderWay:
    """The works; raises WorksNotUnderWay."""
    match state:
        case WorksUnderWay():
            return state
        case _:
            raise refusals.WorksNotUnderWay


def in_force(state: BudgetRequest) -> InForce | None:
    """The budget in force, if it is."""
    return state if isinstance(state, InForce) else None
