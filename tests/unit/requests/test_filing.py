"""Filing: everything checked at once, the power by its rule, the clocks by the calendar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.requests.domain.budget_request import commands, events, power, refusals
from services.requests.domain.budget_request.decider import BUDGET_REQUEST
from services.requests.domain.budget_request.readiness import World
from services.requests.domain.budget_request.states import UnderTriage
from services.requests.domain.facts import Doer
from shared.eventsourcing.refusal import Refusal
from shared.testing.given import given
from tests.unit.requests import history as h


def file_in(world: World) -> commands.RequestBudget:
    """Filing in another world."""
    return replace(h.filing, world=world)


def codes(refusal: Refusal) -> list[object]:
    """The codes of all problems that the refusal lists."""
    listed = refusal.extra["problems"]
    assert isinstance(listed, list)
    return [problem["code"] for problem in listed if isinstance(problem, Mapping)]


def test_a_complete_draft_is_filed() -> None:
    state = given(BUDGET_REQUEST, *h.ready).when(h.filing).then_types(events.BudgetRequested)
    assert isinstance(state, UnderTriage)
    filed = state.case.filed
    assert filed.installed_kw == Decimal(5)
    assert filed.porte == "micro"
    assert filed.power.rule == power.RULE
    assert filed.grant_version == 2
    assert filed.parties == (h.RUI, h.ANA)
    assert {document.code for document in filed.documents} == {"ID_CONSUMIDOR", "RESP_TECNICA"}


def test_the_clocks_of_a_filing_explain_themselves() -> None:
    event = h.filed[-1]
    assert isinstance(event, events.BudgetRequested)
    triage, budget = event.due
    assert (triage.due_on, triage.article) == (date(2026, 11, 11), "REN 1.000/2021, art. 71")
    assert (budget.due_on, budget.length, budget.annex_iv_type) == (date(2026, 11, 19), 15, 3)


def test_all_problems_are_told_at_once() -> None:
    refusal = given(BUDGET_REQUEST, *h.draft).when(h.filing).then_refused(refusals.StepIncomplete)
    assert codes(refusal).count("step-incomplete") == 8
    assert codes(refusal).count("document-missing") == 2
    assert "declarations-missing" in codes(refusal)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"doer": Doer(h.RUI, None, h.engineer)}, refusals.AccessNotLive),
        ({"doer": h.impostor}, refusals.HolderNotProven),
        ({"doer": h.clara}, refusals.ProfessionMayNotFile),
        ({"doer": replace(h.rui, profile=replace(h.engineer, approved=False))}, refusals.ProfileNotApproved),
        ({"responsible": replace(h.engineer, valid_until=date(2026, 11, 3))}, refusals.ProfileNotApproved),
        ({"responsible": replace(h.engineer, ceiling_kva=Decimal(4))}, refusals.AboveProfessionCeiling),
        ({"responsible_has_access": False}, refusals.AccessNotLive),
        ({"request_open": True}, refusals.RequestAlreadyOpen),
        ({"unit": replace(h.house, active=False)}, refusals.UnitIsClosed),
        ({"unit": replace(h.house, available_kw=Decimal("4.99"))}, refusals.AboveAvailablePower),
        ({"unit": replace(h.house, holder_id=h.CLARA)}, refusals.AccessNotLive),
    ],
)
def test_one_thing_wrong_is_refused_by_name(changes: Mapping[str, object], expected: type[Refusal]) -> None:
    world = replace(h.world, **changes)  # type: ignore[arg-type]
    refusal = given(BUDGET_REQUEST, *h.ready).when(file_in(world)).then_refused(expected)
    assert codes(refusal) == [expected.code]


def test_too_much_power_points_to_the_other_motive() -> None:
    world = replace(h.world, unit=replace(h.house, available_kw=Decimal(4)))
    refusal = given(BUDGET_REQUEST, *h.ready).when(file_in(world)).then_refused(refusals.AboveAvailablePower)
    assert refusal.way_out == "gd-com-alteracao"


def test_the_named_responsible_confirms_first() -> None:
    other = commands.NameTechnicalResponsible(h.rui, h.CLARA, h.NOW)
    refusal = given(BUDGET_REQUEST, *h.happened(other, history=h.ready)).when(h.filing).then_refused(refusals.ResponsibilityNotConfirmed)
    assert codes(refusal) == ["responsibility-not-confirmed"]


def test_more_of_a_plant_is_of_the_same_source() -> None:
    more = h.happened(commands.ChooseMotive(h.rui, "aumento-gd", None, None, h.NOW), history=h.ready)
    wind = replace(h.world, unit=replace(h.house, existing_source="eolica"))
    refusal = given(BUDGET_REQUEST, *more).when(file_in(wind)).then_refused(refusals.SourceDiffersFromPlant)
    assert "source-differs-from-plant" in codes(refusal)


def test_nobody_files_twice() -> None:
    given(BUDGET_REQUEST, *h.filed).when(h.filing).then_refused(refusals.RequestAlreadyFiled)


def test_the_fast_track_needs_its_term() -> None:
    fast = commands.ChooseOptions(h.rui, h.options.model_copy(update={"mode": "fast-track"}), h.NOW)
    chosen = h.happened(fast, history=h.ready)
    given(BUDGET_REQUEST, *chosen).when(h.filing).then_refused(refusals.FastTrackNotEligible)
    term = commands.AcceptDeclarations(h.rui, ("normas", "veracidade"), 1, fast_track_term=True, now=h.NOW)
    given(BUDGET_REQUEST, *h.happened(term, history=chosen)).when(h.filing).then_types(events.BudgetRequested)


def test_minigeneration_above_500_kw_brings_its_guarantee() -> None:
    big = h.happened(
        commands.ChangeModule(h.rui, h.known("m1"), h.module.model_copy(update={"quantity": 2000})),
        commands.ChangeInverter(h.rui, h.known("i1"), h.inverter.model_copy(update={"quantity": 150})),
        history=h.ready,
    )
    world = replace(h.world, unit=replace(h.house, available_kw=Decimal(2000)))
    refusal = given(BUDGET_REQUEST, *big).when(file_in(world)).then_refused(refusals.GuaranteeMissing)
    assert codes(refusal) == ["guarantee-missing", "document-missing"]


def test_nothing_above_the_legal_limit() -> None:
    huge = h.happened(
        commands.ChangeModule(h.rui, h.known("m1"), h.module.model_copy(update={"quantity": 20000})),
        commands.ChangeInverter(h.rui, h.known("i1"), h.inverter.model_copy(update={"quantity": 1100})),
        history=h.ready,
    )
    given(BUDGET_REQUEST, *huge).when(h.filing).then_refused(refusals.AboveLegalLimit)


def share(*beneficiaries: events.Beneficiary, rule: str = "percentage") -> tuple[events.BudgetRequestEvent, ...]:
    """A ready draft for remote self-consumption with these beneficiaries."""
    listed = commands.ListBeneficiaries(h.rui, rule, beneficiaries, h.NOW)  # type: ignore[arg-type]
    return h.happened(commands.ChoosePurpose(h.rui, "autoconsumo-remoto", None, "solar", h.NOW), listed, history=h.ready)


def beneficiary(percentage: int | None, **more: object) -> events.Beneficiary:
    """A unit of Ana's, unless told otherwise."""
    facts = {"unit_id": h.known("second"), "unit_number": "000000012300279", "holder_id": h.ANA} | more
    return events.Beneficiary.model_validate({**facts, "percentage": None if percentage is None else Decimal(percentage)})


def test_percentages_have_to_add_up() -> None:
    given(BUDGET_REQUEST, *share()).when(h.filing).then_refused(refusals.PurposeNeedsBeneficiaries)
    given(BUDGET_REQUEST, *share(beneficiary(60), beneficiary(39))).when(h.filing).then_refused(refusals.BeneficiariesDoNotSumTo100)
    given(BUDGET_REQUEST, *share(beneficiary(60), beneficiary(40))).when(h.filing).then_types(events.BudgetRequested)


def test_an_order_names_who_takes_the_rest() -> None:
    given(BUDGET_REQUEST, *share(beneficiary(None, order=1), rule="order")).when(h.filing).then_refused(refusals.RemainderNotNamed)


def test_remote_self_consumption_is_among_units_of_one_holder() -> None:
    given(BUDGET_REQUEST, *share(beneficiary(100, holder_id=h.CLARA))).when(h.filing).then_refused(refusals.BeneficiaryOfAnotherHolder)


def test_power_is_the_lesser_value_and_never_rounded() -> None:
    odd = h.module.model_copy(update={"power_w": Decimal("333.333"), "quantity": 3})
    found = power.installed([odd], [h.inverter], Decimal("0.0001"))
    assert found.installed_kw == Decimal("1.000099")
    assert power.porte(Decimal("75.0000")) == "micro"
    assert power.porte(Decimal("75.0001")) == "mini"
