"""Building a profile step by step."""

from uuid import UUID

import pytest

from services.professional.domain.profile.commands import (
    AttachDocument,
    ChooseProfession,
    GiveCompany,
    GiveRegistration,
    RemoveDocument,
    StartProfile,
    StartRenewal,
)
from services.professional.domain.profile.decider import PROFILE
from services.professional.domain.profile.events import DocumentRemoved, ProfessionChosen, ProfileClosed, RenewalStarted
from services.professional.domain.profile.refusals import (
    CouncilDoesNotFitProfession,
    DocumentNotAsked,
    NothingToRenew,
    OnlyPeopleHaveProfiles,
    PersonNotVerified,
    ProfessionNotChosen,
    ProfileIsClosed,
    ProfileIsSuspended,
    ProfileUnderReview,
    ProfileUnknown,
    RegistrationNumberInvalid,
    RenewalNotStarted,
    TooManyOfThisDocument,
    UnknownUf,
)
from services.professional.domain.profile.states import InProgress
from shared.testing.given import given
from tests.unit.professional.profiles import (
    APPROVED,
    BROKER,
    CARD,
    CHECKLIST,
    CHOSEN,
    COMPANY,
    COMPLETE,
    ENGINEER,
    NOW,
    ON_ONES_OWN,
    REGISTERED,
    RUI,
    STARTED,
    SUBMITTED,
    SUSPENDED,
    attached,
)


def test_a_verified_person_starts_a_profile() -> None:
    given(PROFILE).when(StartProfile(RUI, "cpf", NOW)).then(STARTED)


def test_starting_twice_is_already_so() -> None:
    given(PROFILE, STARTED).when(StartProfile(RUI, "cpf", NOW)).then_nothing()


def test_a_company_has_no_profile() -> None:
    given(PROFILE).when(StartProfile(RUI, "cnpj", NOW)).then_refused(OnlyPeopleHaveProfiles)


def test_nobody_starts_before_identity_knows_them() -> None:
    given(PROFILE).when(StartProfile(RUI, None, NOW)).then_refused(PersonNotVerified)


def test_a_closed_profile_may_be_started_anew() -> None:
    closed = ProfileClosed(profile_id=RUI, person_id=RUI, closed_by="person", closed_at=NOW)
    state = given(PROFILE, *SUBMITTED, closed).when(StartProfile(RUI, "cpf", NOW)).then(STARTED)
    assert isinstance(state, InProgress)
    assert state.submissions == 1


def test_a_step_needs_a_profile() -> None:
    given(PROFILE).when(ChooseProfession(ENGINEER, NOW)).then_refused(ProfileUnknown)


def test_the_profession_is_chosen_once() -> None:
    given(PROFILE, STARTED).when(ChooseProfession(ENGINEER, NOW)).then(CHOSEN)
    given(PROFILE, STARTED, CHOSEN).when(ChooseProfession(ENGINEER, NOW)).then_nothing()


def test_another_profession_drops_a_registration_that_does_not_fit() -> None:
    state = given(PROFILE, STARTED, CHOSEN, REGISTERED).when(ChooseProfession(BROKER, NOW)).then_types(ProfessionChosen)
    assert isinstance(state, InProgress)
    assert state.work.form.registration is None


def test_a_registration_is_kept_as_normalised() -> None:
    given(PROFILE, STARTED, CHOSEN).when(GiveRegistration("CREA", " 12345 / am ", "am", NOW)).then(REGISTERED)
    given(PROFILE, STARTED, CHOSEN, REGISTERED).when(GiveRegistration("CREA", "12345/AM", "AM", NOW)).then_nothing()


@pytest.mark.parametrize("number", ["", "1234", "1" * 21, "12 34", "12345;", "-----", "123çé"])
def test_a_number_that_cannot_be_one_is_refused(number: str) -> None:
    given(PROFILE, STARTED, CHOSEN).when(GiveRegistration("CREA", number, "AM", NOW)).then_refused(RegistrationNumberInvalid)


def test_an_unknown_state_of_the_federation_is_refused() -> None:
    given(PROFILE, STARTED, CHOSEN).when(GiveRegistration("CREA", "12345", "XX", NOW)).then_refused(UnknownUf)


def test_the_registration_follows_the_profession() -> None:
    given(PROFILE, STARTED).when(GiveRegistration("CREA", "12345", "AM", NOW)).then_refused(ProfessionNotChosen)
    given(PROFILE, STARTED, CHOSEN).when(GiveRegistration("CFT", "12345", "AM", NOW)).then_refused(CouncilDoesNotFitProfession)


def test_one_works_alone_or_for_a_company() -> None:
    given(PROFILE, STARTED).when(GiveCompany(None, NOW)).then(ON_ONES_OWN)
    given(PROFILE, STARTED, ON_ONES_OWN).when(GiveCompany(None, NOW)).then_nothing()


def test_a_document_takes_its_place() -> None:
    command = AttachDocument(CARD, "carteira-conselho", "ab" * 32, CHECKLIST, NOW)
    given(PROFILE, STARTED).when(command).then(attached(CARD, "carteira-conselho"))
    given(PROFILE, *COMPLETE).when(command).then_nothing()


def test_a_document_nobody_asked_for_is_refused() -> None:
    given(PROFILE, STARTED).when(AttachDocument(CARD, "selfie", "ab" * 32, CHECKLIST, NOW)).then_refused(DocumentNotAsked)


def test_documents_of_the_company_are_asked_of_companies_only() -> None:
    command = AttachDocument(UUID(int=13), "cartao-cnpj", "ab" * 32, CHECKLIST, NOW)
    given(PROFILE, STARTED, ON_ONES_OWN).when(command).then_refused(DocumentNotAsked)
    state = given(PROFILE, STARTED).when(GiveCompany(COMPANY, NOW)).state
    assert isinstance(state, InProgress)
    assert state.work.form.company_id == COMPANY
    assert PROFILE.decide(command, state)


def test_a_place_holds_only_so_many() -> None:
    command = AttachDocument(UUID(int=13), "certidao-registro", "ab" * 32, CHECKLIST, NOW)
    given(PROFILE, *COMPLETE).when(command).then_refused(TooManyOfThisDocument)


def test_a_document_is_taken_out_once() -> None:
    removed = DocumentRemoved(profile_id=RUI, document_id=CARD, removed_at=NOW)
    given(PROFILE, *COMPLETE).when(RemoveDocument(CARD, NOW)).then(removed)
    given(PROFILE, *COMPLETE, removed).when(RemoveDocument(CARD, NOW)).then_nothing()


def test_nothing_changes_under_review() -> None:
    given(PROFILE, *SUBMITTED).when(RemoveDocument(CARD, NOW)).then_refused(ProfileUnderReview)


def test_what_is_approved_changes_by_a_renewal() -> None:
    given(PROFILE, *APPROVED).when(ChooseProfession(BROKER, NOW)).then_refused(RenewalNotStarted)
    started = RenewalStarted(profile_id=RUI, started_at=NOW)
    given(PROFILE, *APPROVED).when(StartRenewal(NOW)).then(started)
    given(PROFILE, *APPROVED, started).when(StartRenewal(NOW)).then_nothing()
    given(PROFILE, *APPROVED, started).when(ChooseProfession(BROKER, NOW)).then_types(ProfessionChosen)


def test_only_what_was_approved_is_renewed() -> None:
    given(PROFILE, *SUBMITTED).when(StartRenewal(NOW)).then_refused(NothingToRenew)
    given(PROFILE, *SUSPENDED).when(StartRenewal(NOW)).then_refused(ProfileIsSuspended)


def test_a_closed_profile_is_not_edited() -> None:
    closed = ProfileClosed(profile_id=RUI, person_id=RUI, closed_by="person", closed_at=NOW)
    given(PROFILE, STARTED, closed).when(GiveCompany(None, NOW)).then_refused(ProfileIsClosed)
