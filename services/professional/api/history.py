"""Every time a profile was put before a reviewer, and how it went."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from services.professional.api.answers import JudgedAnswer, ReasonAnswer, judged_answer, reason_answer
from services.professional.api.profiles import reader
from services.professional.api.showing import load_for, looked
from services.professional.domain.profile.events import (
    ProfileApproved,
    ProfileRejected,
    ProfileSubmitted,
    SubmissionWithdrawn,
)
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.parts import ProfessionalParts, parts
from shared.eventsourcing.event import Cause, Event
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal

router = APIRouter(prefix="/v1/profiles/{profile_id}", tags=["profiles"])

type Verdict = ProfileApproved | ProfileRejected | SubmissionWithdrawn


class ShownDocument(Answer):
    """A document that was put before the reviewer."""

    document_id: UUID
    code: str
    sha256: str


class PastSubmission(Answer):
    """One submission, and how it went."""

    number: int
    protocol: str
    renewal: bool
    filed_at: datetime
    profession: str
    documents: list[ShownDocument]
    outcome: Literal["under-review", "withdrawn", "approved", "rejected"]
    decided_at: datetime | None
    reasons: list[ReasonAnswer]
    verdicts: list[JudgedAnswer]


class HistoryAnswer(Answer):
    """All submissions, the first one first."""

    submissions: list[PastSubmission]


@router.get("/submissions", responses=refuses(ProfileUnknown))
async def history(
    profile_id: UUID,
    who: Annotated[Principal, Depends(reader)],
    why: Annotated[Cause, Depends(cause)],
    its: Annotated[ProfessionalParts, Depends(parts)],
) -> HistoryAnswer:
    """Ver todos os envios e como terminaram; o olhar da equipe fica registrado."""
    async with its.platform.pool.acquire(timeout=5) as db, db.transaction():
        await load_for(its, db, who, profile_id)
        await looked(db, who, profile_id, "submissions", why)
        recorded = await its.profiles.store.load(db, its.profiles.stream(profile_id))
    return HistoryAnswer(submissions=past([record.event for record in recorded]))


def past(events: Iterable[Event]) -> list[PastSubmission]:
    """Each submission with the verdict that names it."""
    filed: dict[int, ProfileSubmitted] = {}
    verdicts: dict[int, Verdict] = {}
    for event in events:
        match event:
            case ProfileSubmitted():
                filed[event.submission] = event
            case ProfileApproved() | ProfileRejected() | SubmissionWithdrawn():
                verdicts[event.submission] = event
    return [_one(event, verdicts.get(number)) for number, event in sorted(filed.items())]


def _one(filed: ProfileSubmitted, verdict: Verdict | None) -> PastSubmission:
    outcome, decided_at = _outcome(verdict)
    rejected = verdict if isinstance(verdict, ProfileRejected) else None
    return PastSubmission(
        number=filed.submission,
        protocol=filed.protocol,
        renewal=filed.renewal,
        filed_at=filed.filed_at,
        profession=filed.profession,
        documents=[ShownDocument(document_id=item.id, code=item.code, sha256=item.sha256) for item in filed.documents],
        outcome=outcome,
        decided_at=decided_at,
        reasons=[reason_answer(reason) for reason in rejected.reasons] if rejected else [],
        verdicts=[judged_answer(judged) for judged in rejected.documents] if rejected else [],
    )


def _outcome(verdict: Verdict | None) -> tuple[Literal["under-review", "withdrawn", "approved", "rejected"], datetime | None]:
    match verdict:
        case None:
            return "under-review", None
        case ProfileApproved():
            return "approved", verdict.approved_at
        case ProfileRejected():
            return "rejected", verdict.rejected_at
        case SubmissionWithdrawn():
            return "withdrawn", verdict.withdrawn_at
