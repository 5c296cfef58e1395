"""Who holds a review: claiming, renewing, giving back, reassigning, expiring."""

from collections.abc import Sequence

from services.backoffice.domain.review.commands import (
    ClaimNext,
    ClaimReview,
    ExpireClaim,
    Officer,
    ReassignReview,
    ReleaseReview,
    RenewClaim,
    Rules,
)
from services.backoffice.domain.review.concluding import check_text
from services.backoffice.domain.review.events import (
    ClaimRenewed,
    ReviewClaimed,
    ReviewEvent,
    ReviewReassigned,
    ReviewReleased,
)
from services.backoffice.domain.review.narrowing import fit, held_by, is_open
from services.backoffice.domain.review.refusals import ClaimedByAnother, NotYourClaim, OutOfOrderNeedsReason
from services.backoffice.domain.review.states import AwaitingSecondPerson, Claimed, Review, Waiting


def claim_next(command: ClaimNext, state: Review) -> Sequence[ReviewEvent]:
    """Take what is next in order."""
    return _claim(command, state, reason=None, out_of_order=False)


def claim(command: ClaimReview, state: Review) -> Sequence[ReviewEvent]:
    """Take this one; out of order only with a reason."""
    reason = command.reason.strip() if command.reason else None
    if _already_mine(command.officer, state):
        return []
    is_open(state)
    if not command.is_next and not reason:
        raise OutOfOrderNeedsReason
    check_text(reason)
    return _claim(command, state, reason=reason, out_of_order=not command.is_next)


def renew(command: RenewClaim, state: Review) -> Sequence[ReviewEvent]:
    """Say that one is still at it."""
    held = held_by(command.officer, command.rules, state)
    return [
        ClaimRenewed(
            review_id=held.case.opened.review_id,
            renewed_by=command.officer.person_id,
            renewed_at=command.now,
            expires_at=command.now + command.rules.idle,
        )
    ]


def release(command: ReleaseReview, state: Review) -> Sequence[ReviewEvent]:
    """Give it back to the queue."""
    match is_open(state):
        case Claimed(case=case, claimed_by=holder) if holder == command.officer.person_id:
            return [ReviewReleased(review_id=case.opened.review_id, claimed_by=holder, why="given-back", released_at=command.now)]
        case Waiting():
            return []
        case Claimed() | AwaitingSecondPerson():
            raise NotYourClaim


def reassign(command: ReassignReview, state: Review) -> Sequence[ReviewEvent]:
    """Give it to somebody who may take it; a proposed conclusion stays where it is."""
    current = is_open(state)
    fit(command.to, command.rules, current.case)
    check_text(command.reason)
    match current:
        case AwaitingSecondPerson():
            raise NotYourClaim
        case Claimed(claimed_by=holder) if holder == command.to.person_id:
            return []
        case Waiting() | Claimed():
            return [
                ReviewReassigned(
                    review_id=current.case.opened.review_id,
                    claimed_by=command.to.person_id,
                    taken_from=current.claimed_by if isinstance(current, Claimed) else None,
                    reassigned_by=command.reassigned_by,
                    reason=command.reason,
                    reassigned_at=command.now,
                    expires_at=command.now + command.rules.idle,
                )
            ]


def expire(command: ExpireClaim, state: Review) -> Sequence[ReviewEvent]:
    """Release a claim that idled too long; the fact carries the instant it was due."""
    if isinstance(state, Claimed) and state.expires_at <= command.now:
        return [_idle(state)]
    return []


def _already_mine(officer: Officer, state: Review) -> bool:
    return isinstance(state, Claimed) and state.claimed_by == officer.person_id


def _idle(state: Claimed) -> ReviewReleased:
    return ReviewReleased(review_id=state.case.opened.review_id, claimed_by=state.claimed_by, why="idle", released_at=state.expires_at)


def _claim(command: ClaimNext | ClaimReview, state: Review, *, reason: str | None, out_of_order: bool) -> Sequence[ReviewEvent]:
    current = is_open(state)
    fit(command.officer, command.rules, current.case)
    taken = _claimed(command.officer, command.rules, current, command, reason=reason, out_of_order=out_of_order)
    match current:
        case Waiting():
            return [taken]
        case Claimed() if current.claimed_by == command.officer.person_id:
            return []
        case Claimed() if current.expires_at <= command.now:
            return [_idle(current), taken]
        case Claimed():
            raise ClaimedByAnother(extra={"claimed_by": str(current.claimed_by)}, until=current.expires_at)
        case AwaitingSecondPerson():
            raise ClaimedByAnother(extra={"claimed_by": str(current.proposal.proposed_by)})


def _claimed(
    officer: Officer,
    rules: Rules,
    current: Waiting | Claimed | AwaitingSecondPerson,
    command: ClaimNext | ClaimReview,
    *,
    reason: str | None,
    out_of_order: bool,
) -> ReviewClaimed:
    opened = current.case.opened
    return ReviewClaimed(
        review_id=opened.review_id,
        kind=opened.kind,
        subject_stream=opened.subject_stream,
        submission=opened.submission,
        claimed_by=officer.person_id,
        claimed_at=command.now,
        expires_at=command.now + rules.idle,
        out_of_order=out_of_order,
        reason=reason,
    )
