"""Whatever is asked in whatever order: a review accepts every history it can make, and keeps its promises."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.backoffice.domain.review.commands import (
    ClaimNext,
    ClaimReview,
    CloseReview,
    ConcludeReview,
    ConfirmConclusion,
    EscalateReview,
    ExpireClaim,
    JudgeDocument,
    OpenReview,
    ReassignReview,
    ReleaseReview,
    RenewClaim,
    ReopenReview,
    ReturnConclusion,
    ReviewCommand,
    UndoJudgement,
)
from services.backoffice.domain.review.decider import review
from services.backoffice.domain.review.events import ReviewEvent
from services.backoffice.domain.review.states import Claimed
from shared.contracts.backoffice.review import Reason, ReviewConcluded
from shared.eventsourcing.codec import Codec
from shared.eventsourcing.refusal import Refusal
from tests.unit.backoffice.cast import (
    CATALOGUE,
    CERTIFICATE,
    DOCUMENTS,
    FRONT,
    INES,
    MARCOS,
    NOW,
    PAULA,
    REVIEW,
    RUI,
    RUI_AS_STAFF,
    RULES,
    SUBJECT,
    TERMS,
    who,
)

CODEC = Codec(ReviewEvent.__value__.__args__)
officers = st.sampled_from([PAULA, MARCOS, RUI_AS_STAFF, INES])
moments = st.integers(0, 40).map(lambda hours: NOW + timedelta(hours=hours))
outcomes = st.sampled_from(["approved", "rejected"])
reasons = st.sampled_from([(), (Reason(code="ilegivel"),), (Reason(code="feio"),)])
commands = st.one_of(
    st.builds(ClaimNext, officers, st.just(RULES), moments),
    st.builds(ClaimReview, officers, st.just(RULES), st.booleans(), st.sampled_from([None, "Decisão judicial"]), moments),
    st.builds(RenewClaim, officers, st.just(RULES), moments),
    st.builds(ReleaseReview, officers, moments),
    st.builds(ReassignReview, officers, st.just(PAULA.person_id), st.just(RULES), st.just("Férias"), moments),
    st.builds(ExpireClaim, moments),
    st.builds(
        JudgeDocument,
        officers,
        st.just(RULES),
        st.sampled_from([FRONT, CERTIFICATE, who("stray")]),
        st.sampled_from(["accepted", "refused"]),
        st.sampled_from([None, Reason(code="ilegivel")]),
        st.just(CATALOGUE),
        moments,
    ),
    st.builds(UndoJudgement, officers, st.just(RULES), st.sampled_from([FRONT, CERTIFICATE]), moments),
    st.builds(ConcludeReview, officers, st.just(RULES), outcomes, reasons, st.sampled_from([None, TERMS]), moments, st.just(CATALOGUE)),
    st.builds(ConfirmConclusion, officers, st.just(RULES), moments),
    st.builds(ReturnConclusion, officers, st.just(RULES), st.just("Rever"), moments),
    st.builds(CloseReview, st.just("withdrawn"), moments),
    st.builds(EscalateReview, st.just("access-ended"), moments),
    st.builds(ReopenReview, st.just("stale"), moments),
)
OPEN = OpenReview(REVIEW, "profile", SUBJECT, 1, None, NOW, None, (RUI,), DOCUMENTS, NOW)


def played(asked: list[ReviewCommand]) -> list[ReviewEvent]:
    """The history that these commands make; refused ones leave no trace."""
    history: list[ReviewEvent] = []
    for command in [OPEN, *asked]:
        try:
            history += review.decide(command, review.fold(history))
        except Refusal:
            continue
    return history


@settings(max_examples=300, deadline=None)
@given(st.lists(commands, max_size=30))
def test_every_history_is_accepted_stored_and_read_back(asked: list[ReviewCommand]) -> None:
    history = played(asked)
    review.fold(history)
    for event in history:
        row = CODEC.encode(event, f"review-{REVIEW}", REVIEW)
        assert CODEC.decode(row.type, row.schema, row.data, f"review-{REVIEW}", REVIEW) == event


@settings(max_examples=300, deadline=None)
@given(st.lists(commands, max_size=30))
def test_no_party_ever_holds_or_concludes_and_no_denial_is_one_persons_word(asked: list[ReviewCommand]) -> None:
    history = played(asked)
    for length in range(len(history) + 1):
        state = review.fold(history[:length])
        assert not (isinstance(state, Claimed) and state.claimed_by == RUI)
    for event in history:
        if isinstance(event, ReviewConcluded):
            assert RUI not in {event.concluded_by, event.confirmed_by}
            assert event.outcome == "approved" or event.confirmed_by not in {None, event.concluded_by}
