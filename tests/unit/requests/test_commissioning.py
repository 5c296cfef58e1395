"""Commissioning: as built against approved, filed, visited, connected or told what to fix."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from services.requests.domain.budget_request.refusals import AccessNotLive, DocumentMissing, ProfileNotApproved
from services.requests.domain.commissioning import commands, events, refusals
from services.requests.domain.commissioning.decider import COMMISSIONING
from services.requests.domain.facts import Attachment, DocumentRule
from shared.contracts.backoffice.review import Finding, InspectionReport
from shared.contracts.requests.parts import DeadlineMissed, NonConformity
from shared.contracts.verdict import VerdictNotApplied
from shared.testing.given import given
from tests.unit.requests import history as h

ID = h.known("commissioning")
plant = events.ApprovedPlant(
    request_id=h.REQUEST,
    unit_id=h.UNIT,
    unit_number=h.house.number,
    holder_id=h.ANA,
    responsible_id=h.RUI,
    purpose="autoconsumo-local",
    source="solar",
    porte="micro",
    installed_kw=Decimal(5),
    existing_kw=Decimal(0),
    voltage_v=Decimal(220),
    modules=(h.module,),
    inverters=(h.inverter,),
)
rules = (
    DocumentRule("FOTOS", "Fotos", 2, None, generated=False, micro="required", mini="required"),
    DocumentRule("UNIFILAR_AS_BUILT", "Unifilar", 4, None, False, "required", "required", {"differs": True}),
    DocumentRule("RELATORIO", "Relatório", 3, None, False, "required", "required", {"above_kw": 10}),
)
site = commands.Site(h.rui, True, False, h.engineer, rules, h.TODAY)
start = commands.StartCommissioning(ID, h.rui, plant, 1, None, h.NOW)
built = commands.ConfirmAsBuilt(h.rui, (h.module,), (h.inverter,), h.NOW)
photos = commands.AttachDocument(h.rui, Attachment(h.known("photos"), "FOTOS", "4" * 64), rules, h.NOW)
alone = commands.NameContractor(h.rui, "autonomous", None, None, h.NOW)
filing = commands.RequestCommissioning(site, "20264000000025", h.CALENDAR, h.NOW)
accepted = commands.AcceptCommissioning(h.REVIEW, 1, h.NOW)
visit = commands.ScheduleInspection(date(2026, 11, 9), "morning", h.STAFF, h.CALENDAR, h.NOW)
report = InspectionReport(visited_on=date(2026, 11, 9), findings=(Finding(item="placa", passed=True),), meter_number="M-1")
connected = commands.ConnectGeneration(h.REVIEW, 1, report, h.NOW)


def happened(*given_commands: commands.CommissioningCommand) -> tuple[events.CommissioningEvent, ...]:
    """The events that these commands led to."""
    found: list[events.CommissioningEvent] = []
    for command in given_commands:
        found += COMMISSIONING.decide(command, COMMISSIONING.fold(found))
    return tuple(found)


ready = happened(start, built, photos, alone)
filed = happened(start, built, photos, alone, filing)
scheduled = happened(start, built, photos, alone, filing, accepted, visit)


def test_commissioning_needs_a_budget_in_force() -> None:
    given(COMMISSIONING).when(replace(start, approved=None)).then_refused(refusals.BudgetNotInForce)
    given(COMMISSIONING, *ready).when(replace(filing, site=replace(site, budget_in_force=False))).then_refused(refusals.BudgetNotInForce)
    given(COMMISSIONING).when(replace(start, doer=h.stranger)).then_refused(AccessNotLive)


def test_a_profile_is_good_on_its_last_day() -> None:
    last_day = replace(site, doer=replace(h.rui, profile=replace(h.engineer, valid_until=h.TODAY)))
    given(COMMISSIONING, *ready).when(replace(filing, site=last_day)).then_types(events.CommissioningRequested)
    given(COMMISSIONING, *ready).when(replace(filing, site=replace(last_day, today=h.TODAY + timedelta(days=1)))).then_refused(
        ProfileNotApproved
    )


def test_more_power_than_approved_is_a_new_request() -> None:
    more = replace(built, inverters=(h.inverter, h.inverter))
    given(COMMISSIONING, *happened(start)).when(more).then_refused(refusals.MorePowerThanApproved)


def test_what_differs_needs_a_new_diagram() -> None:
    other = replace(built, modules=(h.module.model_copy(update={"model": "CS6W-545"}),))
    differing = happened(start, other, photos, alone)
    given(COMMISSIONING, *differing).when(filing).then_refused(DocumentMissing)


def test_all_problems_of_a_commissioning_are_told_at_once() -> None:
    refusal = given(COMMISSIONING, *happened(start)).when(filing).then_refused(refusals.AsBuiltNotConfirmed)
    listed = refusal.extra["problems"]
    assert isinstance(listed, list)
    assert [problem["step"] for problem in listed] == ["as-built", "documents", "contractor"]


def test_filed_with_the_clock_of_the_visit() -> None:
    decided = given(COMMISSIONING, *ready).when(filing)
    decided.then_types(events.CommissioningRequested)
    event = h.first(decided)
    assert isinstance(event, events.CommissioningRequested)
    assert [(clock.clock, clock.due_on, clock.length) for clock in event.due] == [("inspection", date(2026, 11, 11), 5)]


def test_accepted_scheduled_and_connected() -> None:
    given(COMMISSIONING, *filed).when(visit).then_refused(refusals.NotAwaitingInspection)
    given(COMMISSIONING, *filed).when(accepted).then_types(events.CommissioningAccepted)
    decided = given(COMMISSIONING, *scheduled).when(connected)
    decided.then_types(events.GenerationConnected)
    event = h.first(decided)
    assert isinstance(event, events.GenerationConnected)
    assert (event.module_count, event.meter_number, event.connected_on) == (10, "M-1", date(2026, 11, 9))


def test_what_is_filed_or_over_is_not_edited_and_what_is_not_there_is_unknown() -> None:
    given(COMMISSIONING).when(built).then_refused(refusals.CommissioningUnknown)
    given(COMMISSIONING, *filed).when(built).then_refused(refusals.CommissioningAlreadyFiled)
    over = happened(start, built, photos, alone, filing, accepted, visit, connected)
    given_up = commands.WithdrawCommissioning(h.rui, "desistencia", h.NOW)
    given(COMMISSIONING, *over).when(given_up).then_refused(refusals.CommissioningOver)


def test_a_visit_moved_is_another_submission() -> None:
    moved = replace(visit, visit_on=date(2026, 11, 10))
    state = given(COMMISSIONING, *scheduled).when(moved).then_types(events.InspectionScheduled)
    del state
    decided = given(COMMISSIONING, *happened(start, built, photos, alone, filing, accepted, visit, moved)).when(connected)
    decided.then_types(VerdictNotApplied)
    assert [event.because for event in decided.events or () if isinstance(event, VerdictNotApplied)] == ["other-submission"]
    given(COMMISSIONING, *scheduled).when(visit).then_nothing()
    given(COMMISSIONING, *scheduled).when(replace(visit, visit_on=date(2026, 11, 3))).then_refused(refusals.VisitInThePast)


def test_a_failed_visit_says_what_to_fix_and_until_when_to_ask_again() -> None:
    bad = InspectionReport(visited_on=date(2026, 11, 9), findings=(Finding(item="placa", passed=False, fix="Fixar a placa."),))
    fail = commands.FailInspection(h.REVIEW, 1, bad, (NonConformity(code="placa", article="art. 94"),), h.CALENDAR, h.NOW)
    decided = given(COMMISSIONING, *scheduled).when(fail)
    decided.then_types(events.InspectionFailed)
    event = h.first(decided)
    assert isinstance(event, events.InspectionFailed)
    assert event.fixes == ("Fixar a placa.",)
    assert event.due[0].clock == "new-inspection"


def test_dismissed_withdrawn_and_late() -> None:
    dismissal = commands.DismissCommissioning(h.REVIEW, 1, (NonConformity(code="ausente"),), h.NOW)
    given(COMMISSIONING, *filed).when(dismissal).then_types(events.CommissioningDismissed)
    give_up = commands.WithdrawCommissioning(h.rui, "desistencia", h.NOW)
    given(COMMISSIONING, *scheduled).when(give_up).then_types(events.CommissioningWithdrawn)
    given(COMMISSIONING, *scheduled).when(replace(give_up, doer=h.clara)).then_refused(refusals.NotYoursToWithdraw)
    decider = replace(h.clara, access=replace(h.live, may_decide=True))
    given(COMMISSIONING, *scheduled).when(replace(give_up, doer=decider)).then_types(events.CommissioningWithdrawn)
    given(COMMISSIONING, *scheduled).when(replace(give_up, doer=h.impostor)).then_refused(refusals.NotYoursToWithdraw)
    pass_time = commands.LetTimePass("inspection", h.CALENDAR, h.NOW + timedelta(days=9))
    given(COMMISSIONING, *filed).when(pass_time).then_types(DeadlineMissed)
    given(COMMISSIONING, *filed).when(replace(pass_time, now=h.NOW)).then_nothing()
    over_at = h.CALENDAR.end_of_day(date(2026, 11, 11))
    given(COMMISSIONING, *filed).when(replace(pass_time, now=over_at - timedelta(microseconds=1))).then_nothing()
    given(COMMISSIONING, *filed).when(replace(pass_time, now=over_at)).then_types(DeadlineMissed)
