"""After filing: documents judged, the visit scheduled, the plant connected or what to fix told (arts. 91-95)."""

from collections.abc import Sequence
from decimal import Decimal

from services.requests.domain import clocks
from services.requests.domain.commissioning import commands, events, refusals
from services.requests.domain.commissioning.states import (
    AwaitingInspection,
    Case,
    Commissioning,
    Connected,
    Dismissed,
    Draft,
    Failed,
    NotStarted,
    Scheduled,
    UnderReview,
    Withdrawn,
)
from services.requests.domain.facts import AsHolder, LiveGrant
from shared.contracts.requests.parts import DeadlineMissed
from shared.contracts.verdict import NotAppliedBecause, VerdictNotApplied

_ASK_AGAIN_WITHIN_DAYS = 120


def accept(command: commands.AcceptCommissioning, state: Commissioning) -> Sequence[events.CommissioningEvent]:
    """The documents conform: a visit is to be scheduled."""
    if not isinstance(state, UnderReview):
        return _late(command, state)
    if state.case.filed.submission != command.submission:
        return _late(command, state, "other-submission")
    filed = state.case.filed
    return [
        events.CommissioningAccepted(
            commissioning_id=filed.commissioning_id,
            protocol=filed.protocol,
            submission=filed.submission,
            accepted_at=command.now,
            due=tuple(state.case.clocks.values()),
            parties=filed.parties,
        )
    ]


def dismiss(command: commands.DismissCommissioning, state: Commissioning) -> Sequence[events.CommissioningEvent]:
    """The documents do not conform."""
    if not isinstance(state, UnderReview):
        return _late(command, state)
    if state.case.filed.submission != command.submission:
        return _late(command, state, "other-submission")
    filed = state.case.filed
    return [
        events.CommissioningDismissed(
            commissioning_id=filed.commissioning_id,
            request_id=filed.request_id,
            protocol=filed.protocol,
            submission=filed.submission,
            non_conformities=command.non_conformities,
            dismissed_at=command.now,
            parties=filed.parties,
        )
    ]


def schedule(command: commands.ScheduleInspection, state: Commissioning) -> Sequence[events.InspectionScheduled]:
    """A date for the visit; another date is another submission to review."""
    match state:
        case AwaitingInspection():
            submission = 1
        case Scheduled(visit=visit):
            if (visit.visit_on, visit.window) == (command.visit_on, command.window):
                return []
            submission = visit.submission + 1
        case NotStarted() | Draft():
            raise refusals.CommissioningUnknown
        case _:
            raise refusals.NotAwaitingInspection
    if command.visit_on < command.calendar.today(command.now):
        raise refusals.VisitInThePast
    filed = state.case.filed
    return [
        events.InspectionScheduled(
            commissioning_id=filed.commissioning_id,
            protocol=filed.protocol,
            submission=submission,
            filed_at=filed.filed_at,
            visit_on=command.visit_on,
            window=command.window,
            scheduled_by=command.staff_id,
            scheduled_at=command.now,
            due=tuple(state.case.clocks.values()),
            parties=filed.parties,
        )
    ]


def connect(command: commands.ConnectGeneration, state: Commissioning) -> Sequence[events.CommissioningEvent]:
    """The visit went well: the plant generates."""
    if not isinstance(state, Scheduled):
        return _late(command, state)
    if state.visit.submission != command.submission:
        return _late(command, state, "other-submission")
    if command.report is None:
        return _late(command, state, "content-missing")
    filed = state.case.filed
    draft = state.case.draft
    approved = draft.started.approved
    modules = draft.as_built.modules if draft.as_built else approved.modules
    inverters = draft.as_built.inverters if draft.as_built else approved.inverters
    return [
        events.GenerationConnected(
            commissioning_id=filed.commissioning_id,
            request_id=filed.request_id,
            protocol=filed.protocol,
            unit_id=filed.unit_id,
            holder_id=filed.holder_id,
            connected_on=command.report.visited_on,
            installed_kw=filed.installed_kw,
            modules_kwp=sum((module.kwp for module in modules), Decimal(0)),
            inverters_kw=sum((inverter.kw for inverter in inverters), Decimal(0)),
            module_count=sum(module.quantity for module in modules),
            array_area_m2=sum((module.area_m2 for module in modules), Decimal(0)),
            module_maker=modules[0].maker,
            module_model=modules[0].model,
            inverter_maker=inverters[0].maker,
            inverter_model=inverters[0].model,
            purpose=approved.purpose,
            source=approved.source,
            porte=approved.porte,
            meter_number=command.report.meter_number,
            connected_at=command.now,
            parties=filed.parties,
        )
    ]


def fail(command: commands.FailInspection, state: Commissioning) -> Sequence[events.CommissioningEvent]:
    """The visit found what must be fixed: told with each fix, and until when to ask again (art. 94)."""
    if not isinstance(state, Scheduled):
        return _late(command, state)
    if state.visit.submission != command.submission:
        return _late(command, state, "other-submission")
    if command.report is None:
        return _late(command, state, "content-missing")
    filed = state.case.filed
    return [
        events.InspectionFailed(
            commissioning_id=filed.commissioning_id,
            request_id=filed.request_id,
            protocol=filed.protocol,
            submission=state.visit.submission,
            visited_on=command.report.visited_on,
            reasons=command.reasons,
            fixes=tuple(finding.fix for finding in command.report.findings if not finding.passed and finding.fix),
            failed_at=command.now,
            due=(clocks.due("new-inspection", command.now, _ASK_AGAIN_WITHIN_DAYS, "days", command.calendar),),
            parties=filed.parties,
        )
    ]


def withdraw(command: commands.WithdrawCommissioning, state: Commissioning) -> Sequence[events.CommissioningWithdrawn]:
    """Given up, by the holder, by whom the grant lets decide, or by who filed it."""
    if isinstance(state, Withdrawn):
        return []
    case = open_case(state)
    match command.doer.access:
        case AsHolder(proven=True) | LiveGrant(may_decide=True):
            pass
        case _ if command.doer.person_id != case.filed.filed_by:
            raise refusals.NotYoursToWithdraw
        case _:
            pass
    return [
        events.CommissioningWithdrawn(
            commissioning_id=case.filed.commissioning_id,
            request_id=case.filed.request_id,
            protocol=case.filed.protocol,
            by=command.doer.person_id,
            reason=command.reason,
            withdrawn_at=command.now,
            parties=case.filed.parties,
        )
    ]


def let_time_pass(command: commands.LetTimePass, state: Commissioning) -> Sequence[DeadlineMissed]:
    """A clock of the distributor that is over is told, once."""
    if not isinstance(state, UnderReview | AwaitingInspection | Scheduled):
        return []
    case = state.case
    clock = case.clocks.get(command.clock)
    if clock is None or clock.bound == "customer" or command.clock in case.missed:
        return []
    if command.now < command.calendar.end_of_day(clock.due_on):
        return []
    return [
        DeadlineMissed(
            stream=f"commissioning-{case.filed.commissioning_id}",
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
    ]


def case_of(state: Commissioning) -> Case:
    """The case of a filed commissioning; raises CommissioningUnknown."""
    match state:
        case NotStarted() | Draft():
            raise refusals.CommissioningUnknown
        case _:
            return state.case


def open_case(state: Commissioning) -> Case:
    """The case of a commissioning that has not ended; raises CommissioningOver."""
    if isinstance(state, Connected | Failed | Dismissed | Withdrawn):
        raise refusals.CommissioningOver
    return case_of(state)


def _late(
    command: commands.AcceptCommissioning | commands.DismissCommissioning | commands.ConnectGeneration | commands.FailInspection,
    state: Commissioning,
    because: NotAppliedBecause = "not-under-review",
) -> Sequence[events.CommissioningEvent]:
    """A conclusion about another submission or phase; of an ended commissioning nothing is said."""
    if isinstance(state, Connected | Failed | Dismissed | Withdrawn):
        return []
    return [
        VerdictNotApplied(
            review_id=command.review_id,
            subject_stream=f"commissioning-{case_of(state).filed.commissioning_id}",
            submission=command.submission,
            because=because,
            at=command.now,
        )
    ]
