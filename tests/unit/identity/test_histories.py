"""Every history that `decide` makes, `evolve` accepts; and no sign-up is completed without a proven e-mail, a name and a password."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.domain.sign_up.commands import (
    AbandonSignUp,
    ChoosePassword,
    CorrectEmail,
    GiveNameAndPhone,
    ProveEmail,
    ResendCode,
    ResumeSignUp,
    SignUpCommand,
    StartSignUp,
)
from services.identity.domain.sign_up.decider import SIGN_UP
from services.identity.domain.sign_up.events import EmailProven, NameAndPhoneGiven, SignUpCompleted, SignUpEvent, WrongCodeGiven
from services.identity.domain.staff_member.commands import (
    AcceptInvitation,
    EnrolTotp,
    GrantRole,
    InviteAgain,
    InviteStaff,
    ReinstateStaff,
    ResetTotp,
    StaffCommand,
    SuspendStaff,
    TakeRole,
)
from services.identity.domain.staff_member.decider import STAFF_MEMBER, Member
from shared.eventsourcing.refusal import Refusal

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)
moments = st.integers(0, 26 * 60).map(lambda minutes: T0 + timedelta(minutes=minutes))
digests = st.sampled_from(["one", "two", "three"])

sign_up_commands: st.SearchStrategy[SignUpCommand] = st.one_of(
    st.builds(StartSignUp, st.just(A), st.just(B), st.just("cpf"), st.none(), st.just("529"), st.just("a@b"), digests, st.just(T0)),
    st.builds(ResendCode, digests, moments),
    st.builds(ResumeSignUp, moments),
    st.builds(CorrectEmail, st.sampled_from(["a@b", "c@d"]), digests, moments),
    st.builds(ProveEmail, digests, moments),
    st.builds(GiveNameAndPhone, st.just("Ana"), st.just("+55"), st.none(), st.none(), moments),
    st.builds(ChoosePassword, st.just(A), moments),
    st.builds(AbandonSignUp, moments),
)
staff_commands: st.SearchStrategy[StaffCommand] = st.one_of(
    st.builds(
        InviteStaff,
        st.just(A),
        st.just(B),
        st.just("529"),
        st.just("N"),
        st.just("a@b"),
        st.just(("admin",)),
        digests,
        st.none(),
        st.just(T0),
    ),
    st.builds(InviteAgain, digests, st.just(B), moments),
    st.builds(AcceptInvitation, digests, st.just("hash"), st.just("secret"), moments),
    st.builds(EnrolTotp, moments),
    st.builds(ResetTotp, digests, st.just(B), moments),
    st.builds(GrantRole, st.sampled_from(["admin", "auditor"]), st.just(B), moments),
    st.builds(TakeRole, st.sampled_from(["admin", "auditor"]), st.just(B), st.integers(0, 2), moments),
    st.builds(SuspendStaff, st.just(B), st.integers(0, 2), moments),
    st.builds(ReinstateStaff, st.just(B), moments),
)


def history_of(commands: Sequence[SignUpCommand]) -> list[SignUpEvent]:
    events: list[SignUpEvent] = []
    for command in commands:
        try:
            events += SIGN_UP.decide(command, SIGN_UP.fold(events))
        except Refusal:
            continue
    return events


@settings(max_examples=300, deadline=None)
@given(st.lists(sign_up_commands, max_size=30))
def test_every_history_of_a_sign_up_folds_and_is_completed_in_order(commands: Sequence[SignUpCommand]) -> None:
    events = history_of(commands)
    SIGN_UP.fold(events)
    kinds = [type(event) for event in events]
    if SignUpCompleted in kinds:
        before = kinds[: kinds.index(SignUpCompleted)]
        assert EmailProven in before
        assert NameAndPhoneGiven in before
        assert kinds[-1] is SignUpCompleted


@settings(max_examples=300, deadline=None)
@given(st.lists(sign_up_commands, max_size=30))
def test_no_code_is_ever_tried_more_than_five_times(commands: Sequence[SignUpCommand]) -> None:
    in_a_row = 0
    for event in history_of(commands):
        in_a_row = in_a_row + 1 if isinstance(event, WrongCodeGiven) else 0
        assert in_a_row <= 5


@settings(max_examples=300, deadline=None)
@given(st.lists(staff_commands, max_size=30))
def test_an_active_admin_is_never_taken_away_while_alone(commands: Sequence[StaffCommand]) -> None:
    state = STAFF_MEMBER.initial
    for command in commands:
        try:
            events = STAFF_MEMBER.decide(command, state)
        except Refusal:
            continue
        after = STAFF_MEMBER.fold(events, state)
        alone = isinstance(command, TakeRole | SuspendStaff) and command.other_admins == 0
        if alone and isinstance(state, Member) and state.is_active_admin:
            assert isinstance(after, Member)
            assert after.is_active_admin
        state = after
