"""What an officer may do with a review now: asked of the rules themselves, so that the two cannot differ."""

from datetime import datetime

from services.backoffice.domain.review.commands import (
    ClaimReview,
    ConcludeReview,
    ConfirmConclusion,
    Officer,
    ReleaseReview,
    RenewClaim,
    ReturnConclusion,
    ReviewCommand,
    Rules,
)
from services.backoffice.domain.review.decider import review
from services.backoffice.domain.review.refusals import ContentMissing, NotYourClaim, RefusedDocumentsRemain
from services.backoffice.domain.review.states import Claimed, Review, Waiting
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Deed, allowed, not_allowed

_NEEDS_CONTENT = (ContentMissing, RefusedDocumentsRemain)


def actions(state: Review, officer: Officer, rules: Rules, now: datetime) -> dict[str, Deed]:
    """Each deed with whether it is allowed, and why not."""
    tried: dict[str, ReviewCommand] = {
        "claim": ClaimReview(officer, rules, is_next=True, reason=None, now=now),
        "renew": RenewClaim(officer, rules, now),
        "release": ReleaseReview(officer, now),
        "judge": RenewClaim(officer, rules, now),
        "conclude": ConcludeReview(officer, rules, "approved", (), None, now),
        "confirm": ConfirmConclusion(officer, rules, now),
        "return": ReturnConclusion(officer, rules, "", now),
    }
    found = {deed: _asked(command, state) for deed, command in tried.items()}
    if isinstance(state, Claimed) and state.claimed_by == officer.person_id:
        found["claim"] = _no(NotYourClaim("Esta análise já está com você."))
    if isinstance(state, Waiting):
        found["release"] = _no(NotYourClaim())
    return found


def _asked(command: ReviewCommand, state: Review) -> Deed:
    try:
        review.decide(command, state)
    except _NEEDS_CONTENT:
        return allowed()
    except Refusal as refusal:
        return _no(refusal)
    return allowed()


def _no(refusal: Refusal) -> Deed:
    return not_allowed(refusal.code, refusal.detail, article=refusal.article, until=refusal.until)
