"""The rules of the sign-up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.identity.domain.one_time_code.rules import CodeExpired, ResendTooSoon, TooManyTries
from services.identity.domain.sign_up.commands import (
    AbandonSignUp,
    ChoosePassword,
    CorrectEmail,
    GiveNameAndPhone,
    ProveEmail,
    ResendCode,
    ResumeSignUp,
    StartSignUp,
)
from services.identity.domain.sign_up.decider import (
    RESUMED_AT_MOST,
    SIGN_UP,
    RepresentativeMissing,
    ResumedTooOften,
    SigningUp,
    SignUpNotFound,
    SignUpOver,
    StepOutOfOrder,
)
from services.identity.domain.sign_up.events import (
    CodeSent,
    EmailCorrected,
    EmailProven,
    NameAndPhoneGiven,
    SignUpAbandoned,
    SignUpCompleted,
    SignUpEvent,
    SignUpResumed,
    SignUpStarted,
    WrongCodeGiven,
)
from shared.testing.given import given

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
SIGN_UP_ID, PERSON, USER = uuid4(), uuid4(), uuid4()


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def started(kind: str = "cpf") -> list[SignUpEvent]:
    begun = SignUpStarted(
        sign_up_id=SIGN_UP_ID, person_id=PERSON, kind="cnpj" if kind == "cnpj" else "cpf", root_id=None, document="52998224725",
        email="ana@exemplo.test", started_at=T0,
    )  # fmt: skip
    return [begun, CodeSent(digest="right", sent_at=T0)]


def named(representative: UUID | None = None) -> NameAndPhoneGiven:
    return NameAndPhoneGiven(name="Ana", phone="+5592988887777", representative_id=representative, representative_name=None, given_at=at(2))


PROVEN = EmailProven(proven_at=at(1))


def prove(digest: str, minutes: float) -> ProveEmail:
    return ProveEmail(digest, at(minutes))


def test_starting_sends_a_code() -> None:
    command = StartSignUp(SIGN_UP_ID, PERSON, "cpf", None, "52998224725", "ana@exemplo.test", "right", T0)
    given(SIGN_UP).when(command).then(*started())


def test_the_right_code_proves_the_email() -> None:
    given(SIGN_UP, *started()).when(prove("right", 9.9)).then(EmailProven(proven_at=at(9.9)))


def test_the_wrong_code_is_remembered() -> None:
    given(SIGN_UP, *started()).when(prove("wrong", 1)).then(WrongCodeGiven(given_at=at(1)))


def test_a_code_lives_ten_minutes() -> None:
    given(SIGN_UP, *started()).when(prove("right", 10)).then_refused(CodeExpired)


def test_after_five_misses_not_even_the_right_code_is_good() -> None:
    misses = [WrongCodeGiven(given_at=at(1))] * 5
    given(SIGN_UP, *started(), *misses).when(prove("right", 2)).then_refused(TooManyTries)


def test_a_new_code_starts_the_count_again_and_voids_the_old() -> None:
    history = [*started(), *[WrongCodeGiven(given_at=at(1))] * 5, CodeSent(digest="second", sent_at=at(2))]
    given(SIGN_UP, *history).when(prove("second", 3)).then_types(EmailProven)
    given(SIGN_UP, *history).when(prove("right", 3)).then_types(WrongCodeGiven)


def test_a_code_is_good_once() -> None:
    given(SIGN_UP, *started(), PROVEN).when(prove("right", 2)).then_refused(StepOutOfOrder)


def test_a_new_code_once_a_minute_and_ten_in_all() -> None:
    given(SIGN_UP, *started()).when(ResendCode("x", at(0.9))).then_refused(ResendTooSoon)
    given(SIGN_UP, *started()).when(ResendCode("x", at(1))).then_types(CodeSent)
    many = [CodeSent(digest=str(n), sent_at=at(n)) for n in range(1, 10)]
    given(SIGN_UP, *started(), *many).when(ResendCode("x", at(60))).then_refused(TooManyTries)


def test_a_corrected_email_needs_no_waiting_and_takes_the_proof_back() -> None:
    correct = CorrectEmail("certa@exemplo.test", "new", at(0.1))
    state = given(SIGN_UP, *started()).when(correct).then_types(EmailCorrected, CodeSent)
    assert isinstance(state, SigningUp)
    assert state.email == "certa@exemplo.test"
    given(SIGN_UP, *started(), PROVEN, EmailCorrected(email="b", corrected_at=at(2)), CodeSent(digest="n", sent_at=at(2))).when(
        ChoosePassword(USER, at(3))
    ).then_refused(StepOutOfOrder)


def corrected(email: str, minutes: float) -> list[SignUpEvent]:
    return [EmailCorrected(email=email, corrected_at=at(minutes)), CodeSent(digest=f"to {email}", sent_at=at(minutes))]


def test_after_a_correction_the_minute_begins_anew_and_no_address_is_sent_two_codes_within_one() -> None:
    history = [*started(), *corrected("certa@exemplo.test", 0.5)]
    given(SIGN_UP, *history).when(ResendCode("x", at(1.4))).then_refused(ResendTooSoon)
    given(SIGN_UP, *history).when(ResendCode("x", at(1.5))).then_types(CodeSent)
    given(SIGN_UP, *history).when(CorrectEmail("ana@exemplo.test", "x", at(0.9))).then_refused(ResendTooSoon)
    given(SIGN_UP, *history).when(CorrectEmail("ana@exemplo.test", "x", at(1))).then_types(EmailCorrected, CodeSent)
    given(SIGN_UP, *history).when(CorrectEmail("terceira@exemplo.test", "x", at(0.6))).then_types(EmailCorrected, CodeSent)


def test_the_code_of_the_mistyped_address_is_void() -> None:
    history = [*started(), *corrected("certa@exemplo.test", 0.5)]
    given(SIGN_UP, *history).when(prove("right", 1)).then_types(WrongCodeGiven)
    given(SIGN_UP, *history).when(prove("to certa@exemplo.test", 1)).then_types(EmailProven)


def test_what_was_named_stays_when_the_email_is_corrected_afterwards() -> None:
    history = [*started(), PROVEN, named(), *corrected("certa@exemplo.test", 3)]
    state = given(SIGN_UP, *history).when(prove("to certa@exemplo.test", 4)).then_types(EmailProven)
    assert isinstance(state, SigningUp)
    assert (state.step, state.name) == ("password", "Ana")


def test_it_goes_on_in_another_browser_and_not_for_ever_in_new_ones() -> None:
    state = given(SIGN_UP, *started(), PROVEN).when(ResumeSignUp(at(3))).then(SignUpResumed(resumed_at=at(3)))
    assert isinstance(state, SigningUp)
    assert (state.moves, state.step) == (1, "name-and-phone")
    often = [SignUpResumed(resumed_at=at(3))] * RESUMED_AT_MOST
    given(SIGN_UP, *started(), *often).when(ResumeSignUp(at(4))).then_refused(ResumedTooOften)
    given(SIGN_UP, *started()).when(ResumeSignUp(T0 + timedelta(hours=24))).then_refused(SignUpOver)


def test_the_password_comes_last() -> None:
    given(SIGN_UP, *started(), PROVEN).when(ChoosePassword(USER, at(3))).then_refused(StepOutOfOrder)
    given(SIGN_UP, *started(), PROVEN, named()).when(ChoosePassword(USER, at(3))).then(SignUpCompleted(user_id=USER, completed_at=at(3)))


def test_going_back_to_the_name_is_allowed_and_the_same_name_is_already_so() -> None:
    command = GiveNameAndPhone("Ana", "+5592988887777", None, None, at(5))
    given(SIGN_UP, *started(), PROVEN, named()).when(command).then_nothing()
    other = GiveNameAndPhone("Ana Souza", "+5592988887777", None, None, at(5))
    given(SIGN_UP, *started(), PROVEN, named()).when(other).then_types(NameAndPhoneGiven)


def test_a_company_needs_somebody_who_acts_for_it() -> None:
    command = GiveNameAndPhone("Padaria", "+5592988887777", None, None, at(5))
    given(SIGN_UP, *started("cnpj"), PROVEN).when(command).then_refused(RepresentativeMissing)


def test_a_person_has_no_representative() -> None:
    command = GiveNameAndPhone("Ana", "+5592988887777", uuid4(), "Outra", at(5))
    decided = given(SIGN_UP, *started(), PROVEN).when(command)
    assert decided.events is not None
    assert decided.events[0] == named().model_copy(update={"given_at": at(5)})


def test_it_is_abandoned_after_a_day_and_not_before() -> None:
    given(SIGN_UP, *started()).when(AbandonSignUp(T0 + timedelta(hours=23))).then_nothing()
    given(SIGN_UP, *started()).when(AbandonSignUp(T0 + timedelta(hours=25))).then(SignUpAbandoned(abandoned_at=T0 + timedelta(hours=24)))
    given(SIGN_UP, *started()).when(prove("right", 24 * 60)).then_refused(SignUpOver)


def test_what_is_over_stays_over() -> None:
    done = SignUpCompleted(user_id=USER, completed_at=at(3))
    given(SIGN_UP, *started(), PROVEN, named(), done).when(ResendCode("x", at(9))).then_refused(SignUpOver)
    given(SIGN_UP, *started(), PROVEN, named(), done).when(AbandonSignUp(T0 + timedelta(days=2))).then_nothing()


def test_what_never_began_is_not_found() -> None:
    given(SIGN_UP).when(prove("right", 1)).then_refused(SignUpNotFound)
