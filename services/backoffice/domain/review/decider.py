"""How a review decides and remembers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never
from uuid import UUID

from services.backoffice.domain.review.claiming import claim, claim_next, expire, reassign, release, renew
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
from services.backoffice.domain.review.concluding import check_prose, conclude, confirm, send_back, with_article
from services.backoffice.domain.review.events import (
    ClaimRenewed,
    ConclusionProposed,
    ConclusionReturned,
    DocumentJudged,
    JudgementUndone,
    ReviewClaimed,
    ReviewClosed,
    ReviewConcluded,
    ReviewEscalated,
    ReviewEvent,
    ReviewOpened,
    ReviewReassigned,
    ReviewReleased,
    ReviewReopened,
)
from services.backoffice.domain.review.narrowing import held_by
from services.backoffice.domain.review.refusals import DocumentNotInReview, ReasonsMissing, ReviewUnknown
from services.backoffice.domain.review.states import (
    AwaitingSecondPerson,
    Case,
    Claimed,
    Closed,
    Concluded,
    Judgement,
    Review,
    Unopened,
    Waiting,
)
from shared.eventsourcing.decider import Decider


def decide(command: ReviewCommand, state: Review) -> Sequence[ReviewEvent]:
    """What a command leads to."""
    match command:
        case OpenReview():
            return open_review(command, state)
        case ClaimNext():
            return claim_next(command, state)
        case ClaimReview():
            return claim(command, state)
        case RenewClaim():
            return renew(command, state)
        case ReleaseReview():
            return release(command, state)
        case ReassignReview():
            return reassign(command, state)
        case ExpireClaim():
            return expire(command, state)
        case JudgeDocument():
            return judge(command, state)
        case UndoJudgement():
            return undo(command, state)
        case ConcludeReview():
            return conclude(command, state)
        case ConfirmConclusion():
            return confirm(command, state)
        case ReturnConclusion():
            return send_back(command, state)
        case CloseReview():
            return close(command, state)
        case EscalateReview():
            return escalate(command, state)
        case ReopenReview():
            return reopen(command, state)
        case _:
            assert_never(command)


def evolve(state: Review, event: ReviewEvent) -> Review:
    """What a review is after an event."""
    match event:
        case ReviewOpened():
            return Waiting(Case(event))
        case ReviewClaimed(claimed_by=by, expires_at=until) | ReviewReassigned(claimed_by=by, expires_at=until):
            return Claimed(case_of(state), by, until)
        case ClaimRenewed(renewed_by=by, expires_at=until):
            return Claimed(case_of(state), by, until)
        case ReviewReleased() | ReviewReopened():
            return Waiting(case_of(state))
        case ReviewEscalated():
            return Waiting(replace(case_of(state), escalated=True))
        case DocumentJudged(judged_by=by, expires_at=until):
            return Claimed(_with(case_of(state), event), by, until)
        case JudgementUndone(undone_by=by, expires_at=until):
            return Claimed(_without(case_of(state), event), by, until)
        case ConclusionProposed():
            return AwaitingSecondPerson(case_of(state), event)
        case ConclusionReturned(expires_at=until):
            return Claimed(case_of(state), _proposer(state), until)
        case ReviewConcluded():
            return Concluded(case_of(state))
        case ReviewClosed():
            return Concluded(state.case, subject_over=True) if isinstance(state, Concluded) else Closed(case_of(state))
        case _:
            assert_never(event)


def open_review(command: OpenReview, state: Review) -> Sequence[ReviewEvent]:
    """Put a submission in its queue; opened twice is opened once."""
    if not isinstance(state, Unopened):
        return []
    return [
        ReviewOpened(
            review_id=command.review_id,
            kind=command.kind,
            subject_stream=command.subject_stream,
            submission=command.submission,
            protocol=command.protocol,
            filed_at=command.filed_at,
            due_on=command.due_on,
            parties=command.parties,
            documents=command.documents,
            opened_at=command.now,
        )
    ]


def judge(command: JudgeDocument, state: Review) -> Sequence[ReviewEvent]:
    """The verdict on one document; the same again is already so."""
    held = held_by(command.officer, command.rules, state)
    _in_review(held.case, command)
    if command.verdict == "refused" and command.reason is None:
        raise ReasonsMissing
    reason = None
    if command.verdict == "refused" and command.reason is not None:
        reason = with_article(command.reason, command.catalogue)
        check_prose(reason)
    if held.case.verdicts.get(command.document_id) == Judgement(command.verdict, reason):
        return []
    return [
        DocumentJudged(
            review_id=held.case.opened.review_id,
            document_id=command.document_id,
            verdict=command.verdict,
            reason=reason,
            judged_by=command.officer.person_id,
            judged_at=command.now,
            expires_at=command.now + command.rules.idle,
        )
    ]


def undo(command: UndoJudgement, state: Review) -> Sequence[ReviewEvent]:
    """Take a verdict back; none there is already so."""
    held = held_by(command.officer, command.rules, state)
    _in_review(held.case, command)
    if command.document_id not in held.case.verdicts:
        return []
    return [
        JudgementUndone(
            review_id=held.case.opened.review_id,
            document_id=command.document_id,
            undone_by=command.officer.person_id,
            undone_at=command.now,
            expires_at=command.now + command.rules.idle,
        )
    ]


def close(command: CloseReview, state: Review) -> Sequence[ReviewEvent]:
    """Nothing is left to judge; a concluded review remembers that its subject ended."""
    match state:
        case Unopened() | Closed() | Concluded(subject_over=True):
            return []
        case Claimed(case=case, claimed_by=holder):
            return [_closed(command, case, holder)]
        case AwaitingSecondPerson(case=case, proposal=proposal):
            return [_closed(command, case, proposal.proposed_by)]
        case Waiting(case=case) | Concluded(case=case):
            return [_closed(command, case, None)]


def escalate(command: EscalateReview, state: Review) -> Sequence[ReviewEvent]:
    """Leave what is still to be judged to a supervisor; once is enough."""
    match state:
        case Waiting(case=case) | Claimed(case=case) | AwaitingSecondPerson(case=case) if not case.escalated:
            return [ReviewEscalated(review_id=case.opened.review_id, why=command.why, escalated_at=command.now)]
        case Unopened() | Waiting() | Claimed() | AwaitingSecondPerson() | Concluded() | Closed():
            return []


def reopen(command: ReopenReview, state: Review) -> Sequence[ReviewEvent]:
    """Back to the queue, unless it never left it or its subject ended."""
    match state:
        case Concluded(case=case, subject_over=False):
            return [ReviewReopened(review_id=case.opened.review_id, why=command.why, reopened_at=command.now)]
        case Unopened() | Waiting() | Claimed() | AwaitingSecondPerson() | Concluded() | Closed():
            return []


def case_of(state: Review) -> Case:
    """The case of a review that was opened; raises ReviewUnknown."""
    if isinstance(state, Unopened):
        raise ReviewUnknown
    return state.case


def _closed(command: CloseReview, case: Case, holder: UUID | None) -> ReviewClosed:
    opened = case.opened
    return ReviewClosed(review_id=opened.review_id, why=command.why, protocol=opened.protocol, claimed_by=holder, closed_at=command.now)


def _in_review(case: Case, command: JudgeDocument | UndoJudgement) -> None:
    if command.document_id not in {document.id for document in case.opened.documents}:
        raise DocumentNotInReview


def _with(case: Case, event: DocumentJudged) -> Case:
    return replace(case, verdicts={**case.verdicts, event.document_id: Judgement(event.verdict, event.reason)})


def _without(case: Case, event: JudgementUndone) -> Case:
    return replace(case, verdicts={key: value for key, value in case.verdicts.items() if key != event.document_id})


def _proposer(state: Review) -> UUID:
    if not isinstance(state, AwaitingSecondPerson):
        raise ReviewUnknown
    return state.proposal.proposed_by


review = Decider[ReviewCommand, Review, ReviewEvent](initial=Unopened(), decide=decide, evolve=evolve)
