"""Submitting a profile, taking it back, and what the reviewer's verdict does."""

from datetime import timedelta
from decimal import Decimal

from services.professional.domain.profile.commands import GiveCompany, WithdrawSubmission
from services.professional.domain.profile.decider import PROFILE
from services.professional.domain.profile.events import (
    CompanyGiven,
    ProfileApproved,
    ProfileClosed,
    ProfileEvent,
    RenewalStarted,
    SubmissionWithdrawn,
    VerdictNotApplied,
)
from services.professional.domain.profile.refusals import (
    DocumentMissing,
    NothingChangedSinceRejection,
    NothingUnderReview,
    ProfileIsClosed,
    ProfileUnderReview,
    ProfileUnknown,
    StepIncomplete,
)
from services.professional.domain.profile.states import Approved, InProgress, Reviewing
from shared.contracts.verdict import NotAppliedBecause
from shared.testing.given import given
from tests.unit.professional.profiles import (
    APPROVED,
    BROKER,
    COMPANY,
    COMPLETE,
    NOW,
    PROTOCOL,
    REVIEW,
    RUI,
    STARTED,
    STREAM,
    SUBMITTED,
    TECHNICIAN,
    TODAY,
    chosen,
    filed,
    no,
    rejection,
    submission,
    terms,
    yes,
)

WITHDRAWN = SubmissionWithdrawn(profile_id=RUI, person_id=RUI, submission=1, protocol=PROTOCOL, withdrawn_at=NOW)
RENEWING: tuple[ProfileEvent, ...] = (
    *APPROVED,
    RenewalStarted(profile_id=RUI, started_at=NOW),
    *COMPLETE[4:],
    filed(2, renewal=True),
)


def not_applied(because: NotAppliedBecause, submission: int = 1) -> VerdictNotApplied:
    """A verdict that changed nothing."""
    return VerdictNotApplied(review_id=REVIEW, subject_stream=STREAM, submission=submission, because=because, at=NOW)


def test_a_complete_profile_is_submitted() -> None:
    given(PROFILE, *COMPLETE).when(submission()).then(filed())


def test_everything_that_is_missing_is_listed_at_once() -> None:
    refusal = given(PROFILE, STARTED).when(submission()).then_refused(StepIncomplete)
    problems = refusal.extra["problems"]
    assert isinstance(problems, list)
    assert [problem["step"] for problem in problems] == ["profession", "registration", "company", "documents", "documents"]


def test_documents_alone_may_be_missing() -> None:
    refusal = given(PROFILE, *COMPLETE[:5]).when(submission()).then_refused(DocumentMissing)
    problems = refusal.extra["problems"]
    assert isinstance(problems, list)
    assert [problem["slot"] for problem in problems] == ["certidao-registro"]


def test_the_company_is_a_party_and_shows_its_own_documents() -> None:
    for_company = (*COMPLETE, CompanyGiven(profile_id=RUI, company_id=COMPANY, given_at=NOW))
    given(PROFILE, *for_company).when(submission()).then_refused(DocumentMissing)


def test_what_is_under_review_is_not_submitted_again() -> None:
    given(PROFILE, *SUBMITTED).when(submission()).then_refused(ProfileUnderReview)


def test_a_submission_is_taken_back_and_may_be_repeated() -> None:
    given(PROFILE, *SUBMITTED).when(WithdrawSubmission(NOW)).then(WITHDRAWN)
    given(PROFILE, *SUBMITTED, WITHDRAWN).when(submission()).then(filed(2))
    given(PROFILE, *COMPLETE).when(WithdrawSubmission(NOW)).then_refused(NothingUnderReview)


def test_a_yes_is_applied_once() -> None:
    given(PROFILE, *SUBMITTED).when(yes()).then(terms())
    given(PROFILE, *APPROVED).when(yes()).then_nothing()


def test_an_engineer_without_attribution_files_commercial_requests_only() -> None:
    state = given(PROFILE, *SUBMITTED).when(yes(attribution=False)).then_types(ProfileApproved)
    assert isinstance(state, Approved)
    assert state.standing.terms.may_file == ("commercial",)


def test_the_profession_sets_the_ceiling() -> None:
    technician = (STARTED, chosen(TECHNICIAN), *SUBMITTED[2:])
    state = given(PROFILE, *technician).when(yes(attribution=False)).then_types(ProfileApproved)
    assert isinstance(state, Approved)
    assert state.standing.terms.ceiling_kva == Decimal(800)
    assert state.standing.terms.may_file == ("technical", "commercial")


def test_a_broker_never_files_technical_requests() -> None:
    state = given(PROFILE, STARTED, chosen(BROKER), *SUBMITTED[2:]).when(yes()).then_types(ProfileApproved)
    assert isinstance(state, Approved)
    assert state.standing.terms.may_file == ("commercial",)


def test_a_verdict_about_another_submission_is_not_applied() -> None:
    given(PROFILE, *SUBMITTED, WITHDRAWN, filed(2)).when(yes(1)).then(not_applied("other-submission"))
    given(PROFILE, *SUBMITTED, WITHDRAWN, filed(2)).when(rejection(1)).then(not_applied("other-submission"))


def test_a_verdict_about_nothing_is_not_applied() -> None:
    given(PROFILE, *SUBMITTED, WITHDRAWN).when(yes()).then(not_applied("not-under-review"))
    given(PROFILE, *SUBMITTED, WITHDRAWN).when(rejection()).then(not_applied("not-under-review"))


def test_a_verdict_about_a_profile_that_never_was_is_an_alarm() -> None:
    given(PROFILE).when(yes()).then_refused(ProfileUnknown)


def test_a_yes_without_an_end_or_with_one_in_the_past_is_not_applied() -> None:
    given(PROFILE, *SUBMITTED).when(yes(until=None)).then(not_applied("content-missing"))
    given(PROFILE, *SUBMITTED).when(yes(until=TODAY - timedelta(days=1))).then(not_applied("validity-in-the-past"))
    given(PROFILE, *SUBMITTED).when(yes(until=TODAY)).then_types(ProfileApproved)


def test_a_no_goes_back_with_its_reasons_once() -> None:
    given(PROFILE, *SUBMITTED).when(rejection()).then(no())
    given(PROFILE, *SUBMITTED, no()).when(rejection()).then_nothing()


def test_the_same_is_not_submitted_again_after_a_no() -> None:
    given(PROFILE, *SUBMITTED, no()).when(submission()).then_refused(NothingChangedSinceRejection)


def test_what_was_corrected_is_submitted_again() -> None:
    state = given(PROFILE, *SUBMITTED, no(), *COMPLETE[4:5]).when(submission()).state
    assert isinstance(state, InProgress)
    assert isinstance(state.work, Reviewing)
    assert state.work.filed.submission == 2


def test_a_renewal_shows_its_documents_anew_and_the_old_one_stands() -> None:
    given(PROFILE, *RENEWING[:-3]).when(submission()).then_refused(DocumentMissing)
    given(PROFILE, *RENEWING[:-1]).when(submission()).then(filed(2, renewal=True))
    state = PROFILE.fold(RENEWING)
    assert isinstance(state, Approved)
    assert state.standing.terms.submission == 1


def test_a_renewal_is_approved_or_rejected_by_itself() -> None:
    given(PROFILE, *RENEWING).when(yes(2)).then(terms(2))
    state = given(PROFILE, *RENEWING).when(rejection(2)).then(no(2, approval_stands=True))
    assert isinstance(state, Approved)


def test_nothing_is_submitted_for_a_closed_profile() -> None:
    closed = ProfileClosed(profile_id=RUI, person_id=RUI, closed_by="person", closed_at=NOW)
    given(PROFILE, *COMPLETE, closed).when(submission()).then_refused(ProfileIsClosed)
    given(PROFILE, *COMPLETE, closed).when(GiveCompany(None, NOW)).then_refused(ProfileIsClosed)
