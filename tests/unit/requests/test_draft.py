"""The draft: who may begin and edit, rows, documents, the responsible."""

from datetime import date
from decimal import Decimal

from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.decider import BUDGET_REQUEST
from services.requests.domain.budget_request.states import Draft, Over
from services.requests.domain.facts import Doer
from shared.testing.given import given
from tests.unit.requests import history as h


def test_a_professional_begins_under_a_live_grant() -> None:
    state = given(BUDGET_REQUEST).when(h.start).then_types(events.DraftStarted)
    assert isinstance(state, Draft)
    assert state.started.grant_id == h.GRANT


def test_the_proven_holder_begins() -> None:
    given(BUDGET_REQUEST).when(commands.StartDraft(h.REQUEST, h.ana, h.house, None, h.NOW)).then_types(events.DraftStarted)


def test_a_stranger_does_not_begin() -> None:
    begin = commands.StartDraft(h.REQUEST, h.stranger, h.house, None, h.NOW)
    given(BUDGET_REQUEST).when(begin).then_refused(refusals.AccessNotLive)


def test_an_unproven_account_is_no_holder() -> None:
    begin = commands.StartDraft(h.REQUEST, h.impostor, h.house, None, h.NOW)
    given(BUDGET_REQUEST).when(begin).then_refused(refusals.HolderNotProven)


def test_beginning_twice_is_beginning_once() -> None:
    given(BUDGET_REQUEST, *h.draft).when(h.start).then_nothing()


def test_the_same_motive_again_is_already_so() -> None:
    motive = commands.ChooseMotive(h.rui, "gd-sem-alteracao", None, None, h.NOW)
    given(BUDGET_REQUEST, *h.happened(h.start, motive)).when(motive).then_nothing()


def test_whose_grant_ended_edits_no_more() -> None:
    motive = commands.ChooseMotive(Doer(h.RUI, None, h.engineer), "gd-sem-alteracao", None, None, h.NOW)
    given(BUDGET_REQUEST, *h.draft).when(motive).then_refused(refusals.AccessNotLive)


def test_a_broker_prepares_the_commercial_part_only() -> None:
    given(BUDGET_REQUEST, *h.draft).when(commands.ChooseMotive(h.clara, "gd-sem-alteracao", None, None, h.NOW)).then_types(
        events.MotiveChosen
    )
    given(BUDGET_REQUEST, *h.draft).when(commands.AddModule(h.clara, h.known("m"), h.module)).then_refused(refusals.ProfessionMayNotFile)


def test_rows_are_added_changed_and_removed() -> None:
    other = h.module.model_copy(update={"quantity": 12})
    row = h.known("m1")
    history = h.happened(h.start, commands.AddModule(h.rui, row, h.module))
    state = given(BUDGET_REQUEST, *history).when(commands.ChangeModule(h.rui, row, other)).then_types(events.ModuleChanged)
    assert isinstance(state, Draft)
    assert state.modules[row].kwp == Decimal("6.6")
    given(BUDGET_REQUEST, *history).when(commands.ChangeModule(h.rui, row, h.module)).then_nothing()
    given(BUDGET_REQUEST, *history).when(commands.ChangeModule(h.rui, h.known("?"), other)).then_refused(refusals.RowUnknown)
    given(BUDGET_REQUEST, *history).when(commands.RemoveModule(h.rui, row)).then_types(events.ModuleRemoved)
    given(BUDGET_REQUEST, *h.draft).when(commands.RemoveModule(h.rui, row)).then_nothing()


def test_more_than_forty_rows_are_too_many() -> None:
    rows = [commands.AddInverter(h.rui, h.known(f"row {n}"), h.inverter) for n in range(40)]
    given(BUDGET_REQUEST, *h.happened(h.start, *rows)).when(commands.AddInverter(h.rui, h.known("one more"), h.inverter)).then_refused(
        refusals.TooManyRows
    )


def test_documents_outside_the_closed_list_are_not_taken() -> None:
    given(BUDGET_REQUEST, *h.draft).when(h.attach(h.ART, "SELFIE")).then_refused(refusals.DocumentNotExpected)
    given(BUDGET_REQUEST, *h.draft).when(h.attach(h.ART, "FORMULARIO")).then_refused(refusals.DocumentNotExpected)


def test_a_place_takes_as_many_documents_as_the_catalogue_says() -> None:
    one = h.happened(h.start, h.attach(h.ID_DOCUMENT, "ID_CONSUMIDOR"))
    given(BUDGET_REQUEST, *one).when(h.attach(h.ID_DOCUMENT, "ID_CONSUMIDOR")).then_nothing()
    given(BUDGET_REQUEST, *one).when(h.attach(h.known("other"), "ID_CONSUMIDOR")).then_refused(refusals.DocumentSlotFull)
    given(BUDGET_REQUEST, *one).when(h.attach(h.ART, "RESP_TECNICA")).then_types(events.DocumentAttached)


def test_naming_oneself_confirms_at_once() -> None:
    given(BUDGET_REQUEST, *h.draft).when(commands.NameTechnicalResponsible(h.rui, h.RUI, h.NOW)).then_types(
        events.TechnicalResponsibleNamed, events.ResponsibilityConfirmed
    )


def test_whom_the_holder_names_confirms() -> None:
    named = h.happened(h.start, commands.NameTechnicalResponsible(h.ana, h.RUI, h.NOW))
    given(BUDGET_REQUEST, *named).when(commands.ConfirmResponsibility(h.CLARA, h.NOW)).then_refused(refusals.NotTheNamedResponsible)
    given(BUDGET_REQUEST, *named).when(commands.ConfirmResponsibility(h.RUI, h.NOW)).then_types(events.ResponsibilityConfirmed)
    given(BUDGET_REQUEST, *h.draft).when(commands.ConfirmResponsibility(h.RUI, h.NOW)).then_refused(refusals.ResponsibleNotNamed)


def test_a_discarded_draft_is_over() -> None:
    gone = h.happened(h.start, commands.DiscardDraft(h.rui, h.NOW))
    given(BUDGET_REQUEST, *gone).when(commands.ChooseMotive(h.rui, "x", None, None, h.NOW)).then_refused(refusals.DraftIsDiscarded)
    given(BUDGET_REQUEST, *h.draft).when(commands.DiscardDraft(h.clara, h.NOW)).then_refused(refusals.AccessNotLive)


def test_what_is_filed_is_not_edited() -> None:
    motive = commands.ChooseMotive(h.rui, "aumento-gd", None, None, h.NOW)
    given(BUDGET_REQUEST, *h.filed).when(motive).then_refused(refusals.RequestAlreadyFiled)


def test_a_profile_is_good_until_its_last_day() -> None:
    assert h.engineer.good_on(date(2027, 6, 30))
    assert not h.engineer.good_on(date(2027, 7, 1))


def test_a_correction_is_prefilled_and_asks_again_for_what_was_faulted() -> None:
    dismissed = h.happened(commands.DismissBudgetRequest(h.REVIEW, 1, (), h.NOW), history=h.filed)
    over = BUDGET_REQUEST.fold(dismissed)
    assert isinstance(over, Over)
    correction = commands.StartCorrection(h.known("next"), h.rui, h.house, over.case.draft, frozenset({h.ART}), h.NOW)
    state = (
        given(BUDGET_REQUEST)
        .when(correction)
        .then_types(
            events.DraftStarted,
            events.MotiveChosen,
            events.PurposeChosen,
            events.SiteAndLoadGiven,
            events.OptionsChosen,
            events.ModuleAdded,
            events.InverterAdded,
            events.DocumentAttached,
        )
    )
    assert isinstance(state, Draft)
    assert state.started.previous_request == h.REQUEST
    assert [document.code for document in state.documents.values()] == ["ID_CONSUMIDOR"]
