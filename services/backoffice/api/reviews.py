"""One review: looking at it, taking it, giving it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.backoffice.api.answers import ReviewAnswer
from services.backoffice.api.deeds import SessionUnknown, do
from services.backoffice.api.showing import Loaded, load, officer_of, show
from services.backoffice.domain.review.commands import ClaimReview, ReleaseReview, RenewClaim, ReviewCommand
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
    SubjectMovedOn,
)
from services.backoffice.parts import BackofficeParts, parts
from services.backoffice.views.review_queue import is_next
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import etag, if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

OFFICERS = ("reviewer", "analyst", "inspector", "supervisor")
officers = staff(*OFFICERS)
readers = staff(*OFFICERS, "auditor")
_SEEN = refuses(ReviewUnknown, ReviewerIsParty)
_TAKEN = refuses(
    ReviewUnknown, ReviewerIsParty, RoleMissing, OnlySupervisorDecides, ClaimedByAnother, AlreadyConcluded, SubjectMovedOn, SessionUnknown
)

Text = Annotated[str, Field(min_length=1, max_length=1000)]


class ClaimReviewBody(Body):
    """Why this one before older ones (art. 72, IV); not needed when it is the next."""

    reason: Text | None = None


@router.get("/{review_id}", responses=_SEEN)
async def show_review(
    review_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(readers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> ReviewAnswer:
    """Ver uma análise: documentos, pareceres, prazos e o que pode ser feito. A consulta fica registrada."""

    async def work(db: Db) -> Loaded:
        found = await load(db, made_of, review_id, who)
        await record_viewed(db, Viewed(who.actor, "review", str(review_id), "review", "staff", because.correlation))
        return found

    found = await transact(made_of.platform.pool, work)
    response.headers["ETag"] = etag(found.version)
    return await show(made_of, found, who)


@router.post("/{review_id}/claims", responses=_TAKEN | refuses(OutOfOrderNeedsReason, PersonalDataInText))
async def claim_review(
    review_id: UUID,
    body: ClaimReviewBody,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    expected: Annotated[int | None, Depends(if_match)],
) -> ReviewAnswer:
    """Assumir esta análise; fora da ordem do protocolo, somente com justificativa."""

    async def command(db: Db, found: Loaded) -> ReviewCommand:
        now = made_of.platform.clock()
        first = await is_next(db, review_id, who.pid, now, supervisor=who.has_role("supervisor"))
        return ClaimReview(officer_of(who), found.queue.rules, first, body.reason, now)

    return await do(made_of, review_id, who, because, command, response, expected)


@router.post("/{review_id}/claim-renewals", responses=_TAKEN | refuses(NotYourClaim))
async def renew_claim(
    review_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> ReviewAnswer:
    """Continuar com a análise por mais um período."""

    async def command(_: Db, found: Loaded) -> ReviewCommand:
        return RenewClaim(officer_of(who), found.queue.rules, made_of.platform.clock())

    return await do(made_of, review_id, who, because, command, response)


@router.post("/{review_id}/releases", responses=_TAKEN | refuses(NotYourClaim))
async def release_review(
    review_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> ReviewAnswer:
    """Devolver a análise à fila."""

    async def command(_: Db, __: Loaded) -> ReviewCommand:
        return ReleaseReview(officer_of(who), made_of.platform.clock())

    return await do(made_of, review_id, who, because, command, response)
