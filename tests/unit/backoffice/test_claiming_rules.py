"""Who may hold a review, and for how long."""

from datetime import timedelta

from services.backoffice.domain.review.commands import (
    ClaimReview,
    EscalateReview,
    ExpireClaim,
    Officer,
    ReassignReview,
    ReleaseReview,
    RenewClaim,
)
from services.backoffice.domain.review.decider import review
from services.backoffice.domain.review.events import ClaimRenewed, ReviewClaimed, ReviewEscalated, ReviewReassigned, ReviewReleased
from services.backoffice.domain.review.refusals import (
    AlreadyConcluded,
    ClaimedByAnother,
    NotYourClaim,
    OnlySupervisorDecides,
    OutOfOrderNeedsReason,
    PersonalDataInText,
    ReviewerIsParty,
    ReviewUnknown,
    RoleMissing,
)
from shared.testing.given import given
from tests.unit.backoffice.cast import (
    IDLE,
    INES,
    MARCOS,
    NOW,
    PAULA,
    REVIEW,
    RUI_AS_STAFF,
    RULES,
    claim_next,
    claimed,
    concluded,
    opened,
    proposed,
)

LATER = NOW + IDLE


def claim(*, is_next: bool, reason: str | None = None) -> ClaimReview:
    return ClaimReview(MARCOS, RULES, is_next, reason, NOW)


def test_the_next_review_is_claimed_for_eight_hours() -> None:
    given(review, opened()).when(claim_next()).then(claimed())


def test_nobody_claims_what_was_never_opened() -> None:
    given(review).when(claim_next()).then_refused(ReviewUnknown)


def test_a_second_claimer_is_refused_and_told_who_has_it() -> None:
    refusal = given(review, opened(), claimed()).when(claim_next(MARCOS)).then_refused(ClaimedByAnother)
    assert refusal.extra == {"claimed_by": str(PAULA.person_id)}
    assert refusal.until == LATER


def test_claiming_again_is_already_so() -> None:
    given(review, opened(), claimed()).when(claim_next()).then_nothing()


def test_nobody_claims_where_they_are_a_party_whatever_their_role() -> None:
    given(review, opened()).when(claim_next(RUI_AS_STAFF)).then_refused(ReviewerIsParty)


def test_a_claim_needs_a_role_of_the_queue() -> None:
    given(review, opened()).when(claim_next(INES)).then_refused(RoleMissing)


def test_an_idle_claim_does_not_keep_others_waiting_for_the_timer() -> None:
    given(review, opened(), claimed()).when(claim_next(MARCOS, now=LATER)).then(
        ReviewReleased(review_id=REVIEW, claimed_by=PAULA.person_id, why="idle", released_at=LATER), claimed(MARCOS, LATER)
    )


def test_a_concluded_review_is_not_claimed() -> None:
    given(review, opened(), claimed(), concluded()).when(claim_next(MARCOS)).then_refused(AlreadyConcluded)


def test_a_proposed_conclusion_is_not_claimed() -> None:
    given(review, opened(), claimed(), proposed()).when(claim_next(MARCOS)).then_refused(ClaimedByAnother)


def test_taking_another_than_the_next_needs_a_reason() -> None:
    given(review, opened()).when(claim(is_next=False)).then_refused(OutOfOrderNeedsReason)
    given(review, opened()).when(claim(is_next=False, reason="  ")).then_refused(OutOfOrderNeedsReason)


def test_a_reason_is_kept_with_the_claim() -> None:
    state = given(review, opened()).when(claim(is_next=False, reason="Decisão judicial"))
    [event] = state.events or []
    assert isinstance(event, ReviewClaimed)
    assert (event.out_of_order, event.reason) == (True, "Decisão judicial")


def test_a_reason_that_travels_names_nobody() -> None:
    given(review, opened()).when(claim(is_next=False, reason="Pedido de rui@exemplo.com.br")).then_refused(PersonalDataInText)


def test_the_next_one_by_name_needs_no_reason() -> None:
    given(review, opened()).when(claim(is_next=True)).then_types(ReviewClaimed)


def test_a_claim_is_renewed_by_its_holder_only() -> None:
    given(review, opened(), claimed()).when(RenewClaim(PAULA, RULES, NOW)).then(
        ClaimRenewed(review_id=REVIEW, renewed_by=PAULA.person_id, renewed_at=NOW, expires_at=LATER)
    )
    given(review, opened(), claimed()).when(RenewClaim(MARCOS, RULES, NOW)).then_refused(ClaimedByAnother)
    given(review, opened()).when(RenewClaim(PAULA, RULES, NOW)).then_refused(NotYourClaim)


def test_a_claim_is_given_back_by_its_holder_only() -> None:
    given(review, opened(), claimed()).when(ReleaseReview(PAULA, NOW)).then(
        ReviewReleased(review_id=REVIEW, claimed_by=PAULA.person_id, why="given-back", released_at=NOW)
    )
    given(review, opened(), claimed()).when(ReleaseReview(MARCOS, NOW)).then_refused(NotYourClaim)
    given(review, opened()).when(ReleaseReview(PAULA, NOW)).then_nothing()


def test_the_timer_releases_at_the_instant_that_was_due() -> None:
    given(review, opened(), claimed()).when(ExpireClaim(LATER + timedelta(minutes=3))).then(
        ReviewReleased(review_id=REVIEW, claimed_by=PAULA.person_id, why="idle", released_at=LATER)
    )


def test_the_timer_decides_nothing_before_time_or_after_the_end() -> None:
    given(review, opened(), claimed()).when(ExpireClaim(LATER - timedelta(microseconds=1))).then_nothing()
    given(review, opened(), claimed()).when(ExpireClaim(LATER)).then_types(ReviewReleased)
    given(review, opened(), claimed()).when(claim_next(MARCOS, now=LATER - timedelta(microseconds=1))).then_refused(ClaimedByAnother)
    given(review, opened(), claimed(), concluded()).when(ExpireClaim(LATER)).then_nothing()
    given(review, opened(), claimed(), proposed()).when(ExpireClaim(LATER)).then_nothing()


def test_an_escalated_review_is_a_supervisors() -> None:
    escalated = ReviewEscalated(review_id=REVIEW, why="access-ended", escalated_at=NOW)
    given(review, opened(), claimed()).when(EscalateReview("access-ended", NOW)).then(escalated)
    given(review, opened(), claimed(), escalated).when(claim_next()).then_refused(OnlySupervisorDecides)
    supervisor = Officer(MARCOS.person_id, frozenset({"supervisor"}))
    given(review, opened(), claimed(), escalated).when(claim_next(supervisor)).then(claimed(MARCOS))
    given(review, opened(), escalated).when(EscalateReview("access-ended", NOW)).then_nothing()
    given(review, opened(), claimed(), concluded()).when(EscalateReview("access-ended", NOW)).then_nothing()


def test_a_supervisor_gives_the_review_to_somebody_else() -> None:
    given(review, opened(), claimed()).when(ReassignReview(MARCOS, PAULA.person_id, RULES, "Licença médica", NOW)).then(
        ReviewReassigned(
            review_id=REVIEW,
            claimed_by=MARCOS.person_id,
            taken_from=PAULA.person_id,
            reassigned_by=PAULA.person_id,
            reason="Licença médica",
            reassigned_at=NOW,
            expires_at=LATER,
        )
    )


def test_nobody_is_given_what_they_are_a_party_of() -> None:
    given(review, opened()).when(ReassignReview(RUI_AS_STAFF, PAULA.person_id, RULES, "Férias", NOW)).then_refused(ReviewerIsParty)
    given(review, opened()).when(ReassignReview(INES, PAULA.person_id, RULES, "Férias", NOW)).then_refused(RoleMissing)
