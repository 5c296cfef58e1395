"""Judging a review: a verdict per document, the conclusion, and the second person."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, BeforeValidator, Field

from services.backoffice.api.answers import ReviewAnswer
from services.backoffice.api.deeds import SessionUnknown, do
from services.backoffice.api.reviews import Text, officers
from services.backoffice.api.showing import Loaded, officer_of
from services.backoffice.domain.review.commands import (
    ConcludeReview,
    ConfirmConclusion,
    JudgeDocument,
    ReturnConclusion,
    ReviewCommand,
    UndoJudgement,
)
from services.backoffice.domain.review.refusals import (
    AlreadyConcluded,
    AnalysisEndsInBudget,
    ClaimedByAnother,
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
    ReviewUnknown,
    RoleMissing,
    SecondPersonIsFirst,
    SubjectMovedOn,
)
from services.backoffice.parts import BackofficeParts, parts
from shared.contracts.backoffice.review import Content, Outcome, Reason, Verdict
from shared.eventsourcing.event import Cause
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import if_match, required_if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal
from shared.postgres import Db

router = APIRouter(prefix="/v1/reviews/{review_id}", tags=["reviews"])

_HELD = (ReviewUnknown, ReviewerIsParty, RoleMissing, ClaimedByAnother, NotYourClaim, AlreadyConcluded, SubjectMovedOn, SessionUnknown)
_JUDGED = refuses(*_HELD, DocumentNotInReview, ReasonsMissing, ReasonNotInCatalogue, PersonalDataInText)
_CONCLUDED = refuses(
    *_HELD,
    DocumentsNotAllJudged,
    RefusedDocumentsRemain,
    ReasonsMissing,
    ReasonNotInCatalogue,
    ContentMissing,
    ContentDoesNotFit,
    AnalysisEndsInBudget,
    PersonalDataInText,
)
_SECOND = refuses(*_HELD, NothingToConfirm, SecondPersonIsFirst)


class _Read(BaseModel):
    content: Content


def read_content(value: object) -> object:
    """The content as it stands in JSON: the parts of events are strict, and read dates and decimals from JSON text only."""
    if not isinstance(value, dict):
        return value
    content = _Read.model_validate_json(json.dumps({"content": value})).content
    if unknown := set(value) - set(type(content).model_fields):
        message = f"unknown fields: {len(unknown)}"
        raise ValueError(message)
    return content


class ReasonBody(Body):
    """A reason of the closed list, and in words what exactly."""

    code: Annotated[str, Field(min_length=1, max_length=80)]
    text: Text | None = None

    def reason(self) -> Reason:
        """As the rules take it; the article is the catalogue's."""
        return Reason(code=self.code, text=self.text)


class JudgeDocumentBody(Body):
    """The verdict on one document; a refused one has its reason."""

    verdict: Verdict
    reason: ReasonBody | None = None


class ConcludeReviewBody(Body):
    """The conclusion: outcome, reasons, and what this kind of review decides."""

    outcome: Outcome
    reasons: list[ReasonBody] = Field(default_factory=list, max_length=50)
    content: Annotated[Content | None, BeforeValidator(read_content)] = None


class ReturnConclusionBody(Body):
    """Why the proposed conclusion goes back."""

    note: Text


def _catalogue(found: Loaded) -> dict[str, str | None]:
    return {entry["code"]: entry.get("article") for entry in found.options}


@router.put("/documents/{document_id}/verdict", responses=_JUDGED)
async def judge_document(
    review_id: UUID,
    document_id: UUID,
    body: JudgeDocumentBody,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    expected: Annotated[int, Depends(required_if_match)],
) -> ReviewAnswer:
    """Dar o parecer sobre um documento; repetir não muda nada."""

    async def command(_: Db, found: Loaded) -> ReviewCommand:
        reason = body.reason.reason() if body.reason else None
        now = made_of.platform.clock()
        return JudgeDocument(officer_of(who), found.queue.rules, document_id, body.verdict, reason, _catalogue(found), now)

    return await do(made_of, review_id, who, because, command, response, expected)


@router.delete("/documents/{document_id}/verdict", responses=_JUDGED)
async def undo_judgement(
    review_id: UUID,
    document_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    expected: Annotated[int, Depends(required_if_match)],
) -> ReviewAnswer:
    """Desfazer o parecer sobre um documento."""

    async def command(_: Db, found: Loaded) -> ReviewCommand:
        return UndoJudgement(officer_of(who), found.queue.rules, document_id, made_of.platform.clock())

    return await do(made_of, review_id, who, because, command, response, expected)


@router.post("/conclusion", responses=_CONCLUDED)
async def conclude_review(
    review_id: UUID,
    body: ConcludeReviewBody,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    expected: Annotated[int | None, Depends(if_match)],
) -> ReviewAnswer:
    """Concluir a análise; uma recusa aguarda a confirmação de outra pessoa."""

    async def command(_: Db, found: Loaded) -> ReviewCommand:
        reasons = tuple(reason.reason() for reason in body.reasons)
        now = made_of.platform.clock()
        return ConcludeReview(officer_of(who), found.queue.rules, body.outcome, reasons, body.content, now, _catalogue(found))

    return await do(made_of, review_id, who, because, command, response, expected)


@router.post("/confirmation", responses=_SECOND)
async def confirm_conclusion(
    review_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    expected: Annotated[int | None, Depends(if_match)],
) -> ReviewAnswer:
    """Confirmar a conclusão proposta por outra pessoa."""

    async def command(_: Db, found: Loaded) -> ReviewCommand:
        return ConfirmConclusion(officer_of(who), found.queue.rules, made_of.platform.clock())

    return await do(made_of, review_id, who, because, command, response, expected)


@router.post("/return", responses=_SECOND | refuses(PersonalDataInText))
async def return_conclusion(
    review_id: UUID,
    body: ReturnConclusionBody,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    expected: Annotated[int | None, Depends(if_match)],
) -> ReviewAnswer:
    """Devolver a conclusão a quem a propôs, dizendo por quê."""

    async def command(_: Db, found: Loaded) -> ReviewCommand:
        return ReturnConclusion(officer_of(who), found.queue.rules, body.note, made_of.platform.clock())

    return await do(made_of, review_id, who, because, command, response, expected)
