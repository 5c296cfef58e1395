"""Whatever is decided can be remembered: random commands, in any order."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from services.professional.domain.profile.commands import (
    AnnounceExpiry,
    AnswerSuspension,
    ApproveProfile,
    AttachDocument,
    ChooseProfession,
    CloseProfile,
    ExpireProfile,
    GiveCompany,
    GiveRegistration,
    ProfileCommand,
    ReinstateProfile,
    RejectProfile,
    RemoveDocument,
    StartProfile,
    StartRenewal,
    SubmitProfile,
    SuspendProfile,
    WithdrawSubmission,
)
from services.professional.domain.profile.decider import PROFILE
from services.professional.domain.profile.events import ProfileEvent, ProfileSubmitted
from services.professional.domain.profile.states import Blank
from shared.calendar import Calendar
from shared.eventsourcing.refusal import Refusal
from tests.unit.professional.profiles import (
    BROKER,
    CHECKLIST,
    COMPANY,
    COMPLETE,
    DUE,
    ENGINEER,
    NOW,
    PROTOCOL,
    REASON,
    REVIEW,
    RUI,
    STREAM,
    SUPERVISOR,
    TECHNICIAN,
    UNTIL,
)

CALENDAR = Calendar()
moments = st.integers(0, 600).map(lambda days: NOW + timedelta(days=days))
professions = st.sampled_from([ENGINEER, TECHNICIAN, BROKER])
documents = st.integers(11, 15).map(lambda number: UUID(int=number))
codes = st.sampled_from([slot.code for slot in CHECKLIST.slots])
councils = st.sampled_from(["CREA", "CFT", "CRECI"])
submissions = st.integers(1, 3)
ends = st.one_of(st.none(), st.integers(-5, 400).map(lambda days: UNTIL + timedelta(days=days)))

commands: st.SearchStrategy[ProfileCommand] = st.one_of(
    st.builds(StartProfile, st.just(RUI), st.sampled_from(["cpf", "cnpj", None]), moments),
    st.builds(ChooseProfession, professions, moments),
    st.builds(GiveRegistration, councils, st.sampled_from(["12345", "x", "A-1/99"]), st.just("AM"), moments),
    st.builds(GiveCompany, st.sampled_from([None, COMPANY]), moments),
    st.builds(AttachDocument, documents, codes, st.just("ab" * 32), st.just(CHECKLIST), moments),
    st.builds(RemoveDocument, documents, moments),
    st.builds(SubmitProfile, st.just(CHECKLIST), st.just(PROTOCOL), st.just(DUE), moments),
    st.builds(WithdrawSubmission, moments),
    st.builds(StartRenewal, moments),
    st.builds(
        ApproveProfile,
        st.just(REVIEW), st.just(STREAM), submissions, ends, st.booleans(), moments.map(lambda now: now.date()), moments,
    ),
    st.builds(RejectProfile, st.just(REVIEW), st.just(STREAM), submissions, st.just((REASON,)), st.just(()), moments),
    st.builds(SuspendProfile, st.just(REASON), st.just(SUPERVISOR), moments),
    st.builds(AnswerSuspension, st.just("Anuidade paga."), moments),
    st.builds(ReinstateProfile, st.just(SUPERVISOR), moments.map(lambda now: now.date()), moments),
    st.builds(AnnounceExpiry, st.just(CALENDAR), moments),
    st.builds(ExpireProfile, st.just(CALENDAR), moments),
    st.builds(CloseProfile, st.sampled_from(["person", "erasure"]), moments),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@over(st.booleans(), st.lists(commands, max_size=40))
def test_evolve_accepts_all_that_decide_makes(complete: bool, wished: list[ProfileCommand]) -> None:
    history: list[ProfileEvent] = list(COMPLETE) if complete else []
    state = PROFILE.fold(history)
    for command in wished:
        try:
            decided = list(PROFILE.decide(command, state))
        except Refusal:
            continue
        history += decided
        state = PROFILE.fold(decided, state)
    assert PROFILE.fold(history) == state
    numbers = [event.submission for event in history if isinstance(event, ProfileSubmitted)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert isinstance(state, Blank) == (not history)
