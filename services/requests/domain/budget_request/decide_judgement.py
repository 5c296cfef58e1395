"""What follows from a concluded review: triage accepts or dismisses, the analysis issues; a late conclusion is told apart."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from services.requests.domain import clocks
from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.narrowing import case_of
from services.requests.domain.budget_request.states import BudgetRequest, Connected, Over, UnderAnalysis, UnderTriage
from shared.contracts.verdict import NotAppliedBecause, VerdictNotApplied


def accept(command: commands.AcceptBudgetRequest, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """The documents conform: the analysis begins (art. 71, I)."""
    if not isinstance(state, UnderTriage):
        return _late(command.review_id, command.submission, command, state)
    if state.case.filed.submission != command.submission:
        return _late(command.review_id, command.submission, command, state, "other-submission")
    filed = state.case.filed
    return [
        events.BudgetAccepted(
            request_id=filed.request_id,
            protocol=filed.protocol,
            submission=filed.submission,
            filed_at=filed.filed_at,
            accepted_at=command.now,
            due=tuple(one for one in state.case.clocks.values() if one.clock == "budget"),
            parties=filed.parties,
        )
    ]


def dismiss(command: commands.DismissBudgetRequest, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """Dismissed once, with every non-conformity (art. 71, II)."""
    if not isinstance(state, UnderTriage):
        return _late(command.review_id, command.submission, command, state)
    if state.case.filed.submission != command.submission:
        return _late(command.review_id, command.submission, command, state, "other-submission")
    filed = state.case.filed
    codes = {document.id: document.code for document in filed.documents}
    return [
        events.BudgetDismissed(
            request_id=filed.request_id,
            protocol=filed.protocol,
            submission=filed.submission,
            non_conformities=tuple(
                type(one)(
                    code=one.code,
                    article=one.article,
                    text=one.text,
                    document_id=one.document_id,
                    document_code=codes.get(one.document_id) if one.document_id else None,
                )
                for one in command.non_conformities
            ),
            dismissed_at=command.now,
            parties=filed.parties,
        )
    ]


def issue(command: commands.IssueBudget, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """The analysis ended in a budget (art. 69)."""
    if command.terms is None:
        return _late(command.review_id, command.submission, command, state, "content-missing")
    if not isinstance(state, UnderAnalysis):
        return _late(command.review_id, command.submission, command, state)
    if state.case.filed.submission != command.submission:
        return _late(command.review_id, command.submission, command, state, "other-submission")
    filed = state.case.filed
    return [
        events.BudgetIssued(
            request_id=filed.request_id,
            protocol=filed.protocol,
            submission=filed.submission,
            issued_at=command.now,
            terms=command.terms,
            sha256=hashlib.sha256(command.terms.model_dump_json().encode()).hexdigest(),
            parties=filed.parties,
        )
    ]


def suspend(command: commands.SuspendClock, state: BudgetRequest) -> Sequence[events.ClockSuspended]:
    """The budget's clock stands still (art. 64, §2); suspended already is already so."""
    if not isinstance(state, UnderAnalysis):
        raise refusals.NotUnderAnalysis
    if state.suspended is not None:
        return []
    filed = state.case.filed
    return [
        events.ClockSuspended(
            request_id=filed.request_id,
            protocol=filed.protocol,
            clock="budget",
            reason=command.reason,
            article="REN 1.000/2021, art. 64, §2º",
            suspended_by=command.staff_id,
            suspended_at=command.now,
            parties=filed.parties,
        )
    ]


def resume(command: commands.ResumeClock, state: BudgetRequest) -> Sequence[events.ClockResumed]:
    """The clock goes on; the days it stood still are added to those it had left."""
    if not isinstance(state, UnderAnalysis):
        raise refusals.NotUnderAnalysis
    if state.suspended is None:
        raise refusals.ClockNotSuspended
    filed = state.case.filed
    budget = state.case.clocks["budget"]
    stood = (command.calendar.today(command.now) - command.calendar.today(state.suspended.suspended_at)).days
    extended = clocks.due("budget", budget.starts_on, budget.length + stood, budget.unit, command.calendar)
    return [
        events.ClockResumed(
            request_id=filed.request_id,
            protocol=filed.protocol,
            clock="budget",
            resumed_by=command.staff_id,
            resumed_at=command.now,
            due=(extended,),
            parties=filed.parties,
        )
    ]


def _late(
    review_id: UUID,
    submission: int,
    command: commands.AcceptBudgetRequest | commands.DismissBudgetRequest | commands.IssueBudget,
    state: BudgetRequest,
    because: NotAppliedBecause = "not-under-review",
) -> Sequence[events.BudgetRequestEvent]:
    """A conclusion about another submission or phase: said, so that its review reopens; of an ended request nothing is said."""
    if isinstance(state, Over | Connected):
        return []
    return [
        VerdictNotApplied(
            review_id=review_id,
            subject_stream=f"budget-request-{case_of(state).filed.request_id}",
            submission=submission,
            because=because,
            at=command.now,
        )
    ]
