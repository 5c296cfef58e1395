"""Verdicts, conclusions and the second person."""

import pytest

from services.backoffice.domain.review.commands import (
    CloseReview,
    ConfirmConclusion,
    OpenReview,
    ReopenReview,
    ReturnConclusion,
    UndoJudgement,
)
from services.backoffice.domain.review.decider import review
from services.backoffice.domain.review.events import (
    ConclusionProposed,
    ConclusionReturned,
    DocumentJudged,
    JudgementUndone,
    ReviewClosed,
    ReviewOpened,
    ReviewReopened,
)
from services.backoffice.domain.review.refusals import (
    AlreadyConcluded,
    AnalysisEndsInBudget,
    ContentDoesNotFit,
    ContentMissing,
    DocumentNotInReview,
    DocumentsNotAllJudged,
    NothingToConfirm,
    NotYourClaim,
    PersonalDataInText,
    ReasonNotInCatalogue,
    ReasonsMissing,
    RefusedDocumentsRemain,
    ReviewerIsParty,
    SecondPersonIsFirst,
    SubjectMovedOn,
)
from services.backoffice.domain.review.states import Waiting
from shared.contracts.backoffice.review import Content, Reason, ReviewConcluded, ReviewKind
from shared.testing.given import given
from tests.unit.backoffice.cast import (
    ALONE,
    BUDGET,
    CERTIFICATE,
    FRONT,
    ILLEGIBLE,
    MARCOS,
    NOW,
    PAULA,
    REPORT,
    REVIEW,
    RUI_AS_STAFF,
    RULES,
    SUBJECT,
    TERMS,
    claim_next,
    claimed,
    conclude,
    concluded,
    judge,
    judged,
    opened,
    proposed,
    who,
)

ALL_ACCEPTED = (opened(), claimed(), judged(FRONT), judged(CERTIFICATE))
ONE_REFUSED = (opened(), claimed(), judged(FRONT, "refused", ILLEGIBLE), judged(CERTIFICATE))
PROPOSED = (*ONE_REFUSED, proposed())


def test_a_review_is_opened_once() -> None:
    fact = opened()
    command = OpenReview(REVIEW, "profile", SUBJECT, 1, fact.protocol, fact.filed_at, None, fact.parties, fact.documents, fact.opened_at)
    given(review).when(command).then(fact)
    given(review, fact).when(command).then_nothing()


def test_a_verdict_is_given_per_document_by_the_holder() -> None:
    given(review, opened(), claimed()).when(judge(FRONT)).then(judged(FRONT))
    given(review, opened()).when(judge(FRONT)).then_refused(NotYourClaim)
    given(review, opened(), claimed()).when(judge(who("stray"))).then_refused(DocumentNotInReview)


def test_the_same_verdict_again_is_already_so_and_another_replaces_it() -> None:
    given(review, opened(), claimed(), judged(FRONT)).when(judge(FRONT)).then_nothing()
    given(review, opened(), claimed(), judged(FRONT)).when(judge(FRONT, "refused", ILLEGIBLE)).then_types(DocumentJudged)


def test_a_refused_document_has_a_reason_of_the_catalogue_and_its_article() -> None:
    given(review, opened(), claimed()).when(judge(FRONT, "refused")).then_refused(ReasonsMissing)
    given(review, opened(), claimed()).when(judge(FRONT, "refused", Reason(code="feio"))).then_refused(ReasonNotInCatalogue)
    decided = given(review, opened(), claimed()).when(judge(FRONT, "refused", Reason(code="ilegivel", text="A frente está cortada")))
    decided.then(judged(FRONT, "refused", ILLEGIBLE))


def test_a_verdict_is_taken_back() -> None:
    undo = UndoJudgement(PAULA, RULES, FRONT, NOW)
    given(review, opened(), claimed(), judged(FRONT)).when(undo).then_types(JudgementUndone)
    given(review, opened(), claimed()).when(undo).then_nothing()
    given(review, *ALL_ACCEPTED, *(given(review, *ALL_ACCEPTED).when(undo).events or [])).when(conclude()).then_refused(
        DocumentsNotAllJudged
    )


def test_an_approval_needs_every_document_judged_and_none_refused() -> None:
    given(review, opened(), claimed(), judged(FRONT)).when(conclude()).then_refused(DocumentsNotAllJudged)
    given(review, *ONE_REFUSED).when(conclude()).then_refused(RefusedDocumentsRemain)
    given(review, *ALL_ACCEPTED).when(conclude()).then_types(ReviewConcluded)


def test_an_approval_of_one_person_is_enough() -> None:
    [event] = given(review, *ALL_ACCEPTED).when(conclude()).events or []
    assert isinstance(event, ReviewConcluded)
    assert (event.outcome, event.content, event.concluded_by, event.confirmed_by) == ("approved", TERMS, PAULA.person_id, None)
    assert [(document.id, document.verdict) for document in event.documents] == [(FRONT, "accepted"), (CERTIFICATE, "accepted")]


def test_a_denial_says_why() -> None:
    given(review, *ALL_ACCEPTED).when(conclude("rejected", None)).then_refused(ReasonsMissing)
    given(review, *ALL_ACCEPTED).when(conclude("rejected", None, (Reason(code="feio"),))).then_refused(ReasonNotInCatalogue)
    given(review, *ONE_REFUSED).when(conclude("rejected", None)).then_types(ConclusionProposed)


def test_a_denial_waits_for_a_second_person_unless_the_queue_says_otherwise() -> None:
    given(review, *ONE_REFUSED).when(conclude("rejected", None)).then_types(ConclusionProposed)
    given(review, *ONE_REFUSED).when(conclude("rejected", None, rules=ALONE)).then_types(ReviewConcluded)


def test_nobody_confirms_their_own_denial() -> None:
    given(review, *PROPOSED).when(ConfirmConclusion(PAULA, RULES, NOW)).then_refused(SecondPersonIsFirst)
    given(review, *PROPOSED).when(ReturnConclusion(PAULA, RULES, "Rever", NOW)).then_refused(SecondPersonIsFirst)


def test_a_party_does_not_confirm_either() -> None:
    given(review, *PROPOSED).when(ConfirmConclusion(RUI_AS_STAFF, RULES, NOW)).then_refused(ReviewerIsParty)


def test_a_second_person_confirms_what_was_proposed() -> None:
    [event] = given(review, *PROPOSED).when(ConfirmConclusion(MARCOS, RULES, NOW)).events or []
    assert isinstance(event, ReviewConcluded)
    assert (event.outcome, event.reasons, event.concluded_by, event.confirmed_by) == (
        "rejected",
        (ILLEGIBLE,),
        PAULA.person_id,
        MARCOS.person_id,
    )
    given(review, *ALL_ACCEPTED).when(ConfirmConclusion(MARCOS, RULES, NOW)).then_refused(NothingToConfirm)


def test_a_returned_proposal_is_again_with_whoever_made_it() -> None:
    decided = given(review, *PROPOSED).when(ReturnConclusion(MARCOS, RULES, "A frente está legível", NOW))
    decided.then_types(ConclusionReturned)
    given(review, *PROPOSED, *(decided.events or [])).when(judge(FRONT)).then_types(DocumentJudged)


@pytest.mark.parametrize(
    ("kind", "content"), [("profile", TERMS), ("analysis", BUDGET), ("inspection", REPORT), ("triage", None), ("commissioning", None)]
)
def test_each_kind_is_approved_with_its_own_content(kind: ReviewKind, content: Content | None) -> None:
    history = (opened(kind, ()), claimed(kind=kind))
    given(review, *history).when(conclude(content=content)).then_types(ReviewConcluded)
    given(review, *history).when(conclude(content=BUDGET if content is not BUDGET else TERMS)).then_refused(ContentDoesNotFit)
    if content is not None:
        given(review, *history).when(conclude(content=None)).then_refused(ContentMissing)


def test_an_analysis_ends_in_a_budget() -> None:
    given(review, opened("analysis", ()), claimed(kind="analysis")).when(conclude("rejected", None, (ILLEGIBLE,))).then_refused(
        AnalysisEndsInBudget
    )


def test_what_travels_names_nobody() -> None:
    personal = Reason(code="ilegivel", text="CPF 529.982.247-25 ilegível")
    given(review, *ALL_ACCEPTED).when(conclude("rejected", None, (personal,))).then_refused(PersonalDataInText)
    point = BUDGET.model_copy(update={"connection_point": "ligar para (92) 99999-1234"})
    given(review, opened("analysis", ()), claimed(kind="analysis")).when(conclude(content=point)).then_refused(PersonalDataInText)


def test_a_review_is_concluded_once() -> None:
    given(review, *ALL_ACCEPTED, concluded()).when(conclude()).then_refused(AlreadyConcluded)


def test_a_withdrawn_subject_closes_the_review_and_says_whose_it_was() -> None:
    close = CloseReview("submission-withdrawn", NOW)
    fact = ReviewClosed(review_id=REVIEW, why="submission-withdrawn", protocol=opened().protocol, claimed_by=PAULA.person_id, closed_at=NOW)
    given(review, opened(), claimed()).when(close).then(fact)
    given(review, opened(), claimed(), fact).when(close).then_nothing()
    given(review, opened(), claimed(), fact).when(conclude()).then_refused(SubjectMovedOn)
    given(review).when(close).then_nothing()


def test_a_conclusion_that_was_not_applied_goes_back_to_the_queue() -> None:
    reopen = ReopenReview("stale", NOW)
    given(review, *ALL_ACCEPTED, concluded()).when(reopen).then(ReviewReopened(review_id=REVIEW, why="stale", reopened_at=NOW))
    given(review, *ALL_ACCEPTED).when(reopen).then_nothing()


def test_a_reopened_review_keeps_its_verdicts_and_is_claimed_anew() -> None:
    history = (*ALL_ACCEPTED, concluded(), ReviewReopened(review_id=REVIEW, why="stale", reopened_at=NOW))
    state = review.fold(history)
    assert isinstance(state, Waiting)
    assert len(state.case.verdicts) == 2
    given(review, *history).when(claim_next(MARCOS)).then(claimed(MARCOS))


def test_a_conclusion_whose_subject_ended_is_not_reopened() -> None:
    over = ReviewClosed(review_id=REVIEW, why="submission-withdrawn", protocol=opened().protocol, claimed_by=None, closed_at=NOW)
    given(review, *ALL_ACCEPTED, concluded(), over).when(ReopenReview("stale", NOW)).then_nothing()


def test_the_first_event_is_what_was_opened() -> None:
    assert isinstance(opened(), ReviewOpened)
