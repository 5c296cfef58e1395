"""Concluding a review: what a conclusion must hold, who may make it, and who has to confirm it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.backoffice.domain.review.commands import ConcludeReview, ConfirmConclusion, ReturnConclusion
from services.backoffice.domain.review.events import (
    ConclusionProposed,
    ConclusionReturned,
    ReviewConcluded,
    ReviewEvent,
)
from services.backoffice.domain.review.narrowing import awaiting, fit, held_by
from services.backoffice.domain.review.refusals import (
    AnalysisEndsInBudget,
    ContentDoesNotFit,
    ContentMissing,
    DocumentsNotAllJudged,
    PersonalDataInText,
    ReasonNotInCatalogue,
    ReasonsMissing,
    RefusedDocumentsRemain,
    SecondPersonIsFirst,
)
from services.backoffice.domain.review.states import Case, Review
from shared.contracts.backoffice.review import BudgetTerms, Content, InspectionReport, Judged, Outcome, ProfileTerms, Reason
from shared.identifiers import contains_personal

_NOT_PROSE = frozenset({"meter_number", "type", "code", "id"})
_CONTENT: Mapping[tuple[str, Outcome], type[Content]] = {
    ("profile", "approved"): ProfileTerms,
    ("analysis", "approved"): BudgetTerms,
    ("inspection", "approved"): InspectionReport,
    ("inspection", "rejected"): InspectionReport,
}


def conclude(command: ConcludeReview, state: Review) -> Sequence[ReviewEvent]:
    """Conclude, or propose where a second person has to confirm."""
    claim = held_by(command.officer, command.rules, state)
    case = claim.case
    judged = case.judged()
    if len(judged) < len(case.opened.documents):
        missing = [str(document.id) for document in case.opened.documents if document.id not in case.verdicts]
        raise DocumentsNotAllJudged(extra={"documents": missing})
    _check_outcome(command, case, judged)
    reasons = with_articles(command.reasons, command.catalogue)
    _check_content(command, case)
    check_prose(command.content, *reasons)
    if _needs_second_person(command):
        return [
            ConclusionProposed(
                review_id=case.opened.review_id,
                outcome=command.outcome,
                reasons=reasons,
                documents=judged,
                content=command.content,
                proposed_by=command.officer.person_id,
                proposed_at=command.now,
            )
        ]
    return [_concluded(case, command.outcome, reasons, judged, command.content, command.officer.person_id, None, command.now)]


def confirm(command: ConfirmConclusion, state: Review) -> Sequence[ReviewEvent]:
    """Confirm somebody else's proposal: it becomes the conclusion."""
    waiting = awaiting(state)
    fit(command.officer, command.rules, waiting.case)
    proposal = waiting.proposal
    if proposal.proposed_by == command.officer.person_id:
        raise SecondPersonIsFirst
    return [
        _concluded(
            waiting.case,
            proposal.outcome,
            proposal.reasons,
            proposal.documents,
            proposal.content,
            proposal.proposed_by,
            command.officer.person_id,
            command.now,
        )
    ]


def send_back(command: ReturnConclusion, state: Review) -> Sequence[ReviewEvent]:
    """Send a proposal back to whoever made it."""
    waiting = awaiting(state)
    fit(command.officer, command.rules, waiting.case)
    if waiting.proposal.proposed_by == command.officer.person_id:
        raise SecondPersonIsFirst
    check_text(command.note)
    return [
        ConclusionReturned(
            review_id=waiting.case.opened.review_id,
            returned_by=command.officer.person_id,
            note=command.note,
            returned_at=command.now,
            expires_at=command.now + command.rules.idle,
        )
    ]


def with_articles(reasons: Iterable[Reason], catalogue: Mapping[str, str | None]) -> tuple[Reason, ...]:
    """The reasons with the article of the catalogue; raises ReasonNotInCatalogue."""
    return tuple(with_article(reason, catalogue) for reason in reasons)


def with_article(reason: Reason, catalogue: Mapping[str, str | None]) -> Reason:
    """A reason with the article of the catalogue; raises ReasonNotInCatalogue."""
    if reason.code not in catalogue:
        raise ReasonNotInCatalogue(extra={"reason": reason.code})
    return Reason(code=reason.code, article=catalogue[reason.code], text=reason.text)


def check_text(text: str | None) -> None:
    """Free text that travels holds nothing personal."""
    if text is not None and contains_personal(text):
        raise PersonalDataInText


def check_prose(*parts: BaseModel | None) -> None:
    """No free text anywhere in these parts holds anything personal."""
    for part in parts:
        if part is None:
            continue
        for name, value in part:
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, BaseModel):
                    check_prose(item)
                elif isinstance(item, str) and name not in _NOT_PROSE:
                    check_text(item)


def _check_outcome(command: ConcludeReview, case: Case, judged: Sequence[Judged]) -> None:
    refused = [document for document in judged if document.verdict == "refused"]
    if command.outcome == "approved" and refused:
        raise RefusedDocumentsRemain(extra={"documents": [str(document.id) for document in refused]})
    if command.outcome == "rejected" and case.opened.kind == "analysis":
        raise AnalysisEndsInBudget
    if command.outcome == "rejected" and not command.reasons and not refused:
        raise ReasonsMissing


def _check_content(command: ConcludeReview, case: Case) -> None:
    wanted = _CONTENT.get((case.opened.kind, command.outcome))
    if wanted is None and command.content is not None:
        raise ContentDoesNotFit
    if wanted is not None and command.content is None:
        raise ContentMissing
    if wanted is not None and not isinstance(command.content, wanted):
        raise ContentDoesNotFit


def _needs_second_person(command: ConcludeReview) -> bool:
    match command.rules.confirmation:
        case "never":
            return False
        case "denials":
            return command.outcome == "rejected"
        case "always":
            return True


def _concluded(
    case: Case,
    outcome: Outcome,
    reasons: tuple[Reason, ...],
    documents: tuple[Judged, ...],
    content: Content | None,
    by: UUID,
    confirmed_by: UUID | None,
    now: datetime,
) -> ReviewConcluded:
    return ReviewConcluded(
        review_id=case.opened.review_id,
        subject_stream=case.opened.subject_stream,
        submission=case.opened.submission,
        kind=case.opened.kind,
        outcome=outcome,
        reasons=reasons,
        documents=documents,
        content=content,
        concluded_by=by,
        confirmed_by=confirmed_by,
        concluded_at=now,
    )
