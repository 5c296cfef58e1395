"""While a profile stands: suspension, warnings, expiry, closing."""

from datetime import timedelta

from services.professional.domain.profile.commands import (
    AnnounceExpiry,
    AnswerSuspension,
    ChooseProfession,
    CloseProfile,
    ExpireProfile,
    ReinstateProfile,
    StartRenewal,
    SuspendProfile,
)
from services.professional.domain.profile.decider import PROFILE
from services.professional.domain.profile.events import (
    ExpiryAnnounced,
    ProfileClosed,
    ProfileEvent,
    ProfileExpired,
    ProfileReinstated,
    ProfileSuspended,
    RenewalStarted,
    SubmissionWithdrawn,
    SuspensionAnswered,
)
from services.professional.domain.profile.refusals import (
    ProfileIsSuspended,
    ProfileNotApproved,
    ProfileNotSuspended,
    ProfileUnknown,
    ValidityInThePast,
)
from services.professional.domain.profile.standing import next_warning
from services.professional.domain.profile.states import Approved, Suspended
from shared.calendar import Calendar
from shared.testing.given import given
from tests.unit.professional.profiles import (
    APPROVED,
    COMPLETE,
    ENGINEER,
    NOW,
    PROTOCOL,
    REASON,
    RUI,
    STARTED,
    SUBMITTED,
    SUPERVISOR,
    SUSPENDED,
    TODAY,
    UNTIL,
    days_before_end,
    filed,
    terms,
    yes,
)

CALENDAR = Calendar()
ENDS_AT = days_before_end(0)
EXPIRED = ProfileExpired(profile_id=RUI, person_id=RUI, expired_at=ENDS_AT)
SUSPEND = SuspendProfile(REASON, SUPERVISOR, NOW)


def told(days: int) -> ExpiryAnnounced:
    """A warning."""
    return ExpiryAnnounced(profile_id=RUI, days=days, valid_until=UNTIL, announced_at=days_before_end(days))


def test_a_supervisor_suspends_what_is_approved() -> None:
    given(PROFILE, *APPROVED).when(SUSPEND).then(*SUSPENDED[-1:])
    given(PROFILE, *SUSPENDED).when(SUSPEND).then_nothing()
    given(PROFILE, *SUBMITTED).when(SUSPEND).then_refused(ProfileNotApproved)
    given(PROFILE).when(SUSPEND).then_refused(ProfileUnknown)


def test_suspending_takes_a_renewal_back_from_the_reviewer() -> None:
    renewing: tuple[ProfileEvent, ...] = (
        *APPROVED,
        RenewalStarted(profile_id=RUI, started_at=NOW),
        *COMPLETE[4:],
        filed(2, renewal=True),
    )
    state = given(PROFILE, *renewing).when(SUSPEND).then_types(SubmissionWithdrawn, ProfileSuspended)
    assert isinstance(state, Suspended)
    given(PROFILE, *renewing, SubmissionWithdrawn(profile_id=RUI, person_id=RUI, submission=2, protocol=PROTOCOL, withdrawn_at=NOW)).when(
        yes(1)
    ).then_nothing()


def test_a_suspended_professional_answers_and_does_nothing_else() -> None:
    answered = SuspensionAnswered(profile_id=RUI, text="Anuidade paga.", answered_at=NOW)
    state = given(PROFILE, *SUSPENDED).when(AnswerSuspension("Anuidade paga.", NOW)).then(answered)
    assert isinstance(state, Suspended)
    assert state.answered
    given(PROFILE, *SUSPENDED).when(ChooseProfession(ENGINEER, NOW)).then_refused(ProfileIsSuspended)
    given(PROFILE, *APPROVED).when(AnswerSuspension("…", NOW)).then_refused(ProfileNotSuspended)


def test_a_supervisor_reinstates_what_is_not_over() -> None:
    reinstated = ProfileReinstated(profile_id=RUI, person_id=RUI, valid_until=UNTIL, reinstated_by=SUPERVISOR, reinstated_at=NOW)
    state = given(PROFILE, *SUSPENDED).when(ReinstateProfile(SUPERVISOR, TODAY, NOW)).then(reinstated)
    assert isinstance(state, Approved)
    given(PROFILE, *APPROVED).when(ReinstateProfile(SUPERVISOR, TODAY, NOW)).then_nothing()
    given(PROFILE, *SUSPENDED).when(ReinstateProfile(SUPERVISOR, UNTIL, NOW)).then(reinstated)
    late = ReinstateProfile(SUPERVISOR, UNTIL + timedelta(days=1), NOW)
    given(PROFILE, *SUSPENDED).when(late).then_refused(ValidityInThePast)
    given(PROFILE, *COMPLETE).when(late).then_refused(ProfileNotSuspended)


def test_the_professional_is_told_30_and_7_days_before() -> None:
    given(PROFILE, *APPROVED).when(AnnounceExpiry(CALENDAR, days_before_end(31))).then_nothing()
    given(PROFILE, *APPROVED).when(AnnounceExpiry(CALENDAR, days_before_end(30))).then(told(30))
    given(PROFILE, *APPROVED, told(30)).when(AnnounceExpiry(CALENDAR, days_before_end(8))).then_nothing()
    given(PROFILE, *APPROVED, told(30)).when(AnnounceExpiry(CALENDAR, days_before_end(7))).then(told(7))


def test_warnings_that_were_missed_are_told_as_one() -> None:
    given(PROFILE, *APPROVED).when(AnnounceExpiry(CALENDAR, days_before_end(7))).then(told(7))
    given(PROFILE, *APPROVED).when(AnnounceExpiry(CALENDAR, ENDS_AT)).then_nothing()


def test_the_next_warning_is_known() -> None:
    state = PROFILE.fold(APPROVED)
    assert isinstance(state, Approved)
    assert next_warning(state.standing, CALENDAR) == days_before_end(30)
    state = PROFILE.fold((*APPROVED, told(30)))
    assert isinstance(state, Approved)
    assert next_warning(state.standing, CALENDAR) == days_before_end(7)
    state = PROFILE.fold((*APPROVED, told(7)))
    assert isinstance(state, Approved)
    assert next_warning(state.standing, CALENDAR) is None


def test_it_ends_at_the_end_of_its_last_day_whenever_that_is_noticed() -> None:
    given(PROFILE, *APPROVED).when(ExpireProfile(CALENDAR, ENDS_AT - timedelta(seconds=1))).then_nothing()
    given(PROFILE, *APPROVED).when(ExpireProfile(CALENDAR, ENDS_AT)).then(EXPIRED)
    given(PROFILE, *APPROVED).when(ExpireProfile(CALENDAR, ENDS_AT + timedelta(days=9))).then(EXPIRED)
    given(PROFILE, *APPROVED, EXPIRED).when(ExpireProfile(CALENDAR, ENDS_AT)).then_nothing()
    given(PROFILE, *SUSPENDED).when(ExpireProfile(CALENDAR, ENDS_AT)).then(EXPIRED)


def test_what_expired_is_renewed() -> None:
    renewing = (*APPROVED, EXPIRED, RenewalStarted(profile_id=RUI, started_at=NOW), *COMPLETE[4:], filed(2, renewal=True))
    given(PROFILE, *APPROVED, EXPIRED).when(StartRenewal(NOW)).then_types(RenewalStarted)
    given(PROFILE, *renewing).when(yes(2)).then(terms(2))


def test_closing_withdraws_what_is_under_review() -> None:
    closed = ProfileClosed(profile_id=RUI, person_id=RUI, closed_by="person", closed_at=NOW)
    given(PROFILE, *SUBMITTED).when(CloseProfile("person", NOW)).then_types(SubmissionWithdrawn, ProfileClosed)
    given(PROFILE, STARTED).when(CloseProfile("person", NOW)).then(closed)
    given(PROFILE, STARTED, closed).when(CloseProfile("person", NOW)).then_nothing()
    given(PROFILE).when(CloseProfile("person", NOW)).then_refused(ProfileUnknown)
    given(PROFILE).when(CloseProfile("erasure", NOW)).then_nothing()
