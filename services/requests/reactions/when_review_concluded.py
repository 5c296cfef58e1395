"""When the back office concludes a review: the owner of the subject decides what follows."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from services.requests.domain.budget_request import commands as budget
from services.requests.domain.budget_request.refusals import BudgetOver
from services.requests.domain.commissioning import commands as commissioning
from services.requests.domain.commissioning.states import Connected
from services.requests.parts import Commissionings, Requests
from services.requests.views.budget_requests import take
from services.requests.views.commissionings import find_commissioning
from shared.calendar import Calendar
from shared.contracts.backoffice.review import BudgetTerms, InspectionReport, ReviewConcluded
from shared.contracts.requests.parts import NonConformity
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenReviewConcluded:
    """Triage and analysis move the request; the check of documents and the visit move the commissioning.

    A budget that ended before its plant was connected is expected to refuse the connection: an inspection that was asked for in
    time goes on, so the plant is connected all the same and the budget stays as it ended.
    """

    requests: Requests
    commissionings: Commissionings
    calendar: Calendar
    name: ClassVar[str] = "when_review_concluded"
    on: ClassVar[frozenset[type[Event]]] = frozenset({ReviewConcluded})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset({BudgetOver})

    async def react(self, db: Db, event: Recorded[ReviewConcluded]) -> None:
        """Send the command that the conclusion stands for; profiles are not ours."""
        review = event.event
        cause = Cause("service:requests", event.cause.correlation, event.id, event.cause.trace)
        subject = UUID(review.subject_stream[-36:])
        if review.kind in {"triage", "analysis"}:
            await self.requests(db, subject, _about_budget(review), cause, reaction=self.name)
        elif review.kind in {"commissioning", "inspection"}:
            # The request before its commissioning, as a withdrawal takes them: neither waits for what the other holds.
            if (row := await find_commissioning(db, subject)) is not None:
                await take(db, row.request_id)
            command = self._about_commissioning(review)
            outcome = await self.commissionings(db, subject, command, cause, reaction=self.name)
            if isinstance(outcome.state, Connected) and outcome.events:
                connected = budget.RecordConnection(outcome.id, review.concluded_at)
                with suppress(*self.refusals):
                    await self.requests(db, outcome.state.case.filed.request_id, connected, cause, reaction=self.name)

    def _about_commissioning(self, review: ReviewConcluded) -> commissioning.CommissioningCommand:
        given = (review.review_id, review.submission)
        report = review.content if isinstance(review.content, InspectionReport) else None
        match review.kind, review.outcome:
            case "commissioning", "approved":
                return commissioning.AcceptCommissioning(*given, now=review.concluded_at)
            case "commissioning", _:
                return commissioning.DismissCommissioning(*given, non_conformities=faults(review), now=review.concluded_at)
            case _, "approved":
                return commissioning.ConnectGeneration(*given, report=report, now=review.concluded_at)
            case _:
                return commissioning.FailInspection(
                    *given, report=report, reasons=_of_visit(review, report), calendar=self.calendar, now=review.concluded_at
                )


def _about_budget(review: ReviewConcluded) -> budget.BudgetRequestCommand:
    if review.kind == "analysis":
        terms = review.content if isinstance(review.content, BudgetTerms) else None
        return budget.IssueBudget(review.review_id, review.submission, terms, review.concluded_at)
    if review.outcome == "approved":
        return budget.AcceptBudgetRequest(review.review_id, review.submission, review.concluded_at)
    return budget.DismissBudgetRequest(review.review_id, review.submission, faults(review), review.concluded_at)


def faults(review: ReviewConcluded) -> tuple[NonConformity, ...]:
    """Every non-conformity: of the documents that were refused, and in general."""
    of_documents = [
        NonConformity(code=one.reason.code, article=one.reason.article, text=one.reason.text, document_id=one.id)
        for one in review.documents
        if one.verdict == "refused" and one.reason is not None
    ]
    general = [NonConformity(code=one.code, article=one.article, text=one.text) for one in review.reasons]
    return (*of_documents, *general)


def _of_visit(review: ReviewConcluded, report: InspectionReport | None) -> tuple[NonConformity, ...]:
    found: Sequence[NonConformity] = [
        NonConformity(code=finding.reason.code, article=finding.reason.article, text=finding.reason.text)
        for finding in (report.findings if report else ())
        if not finding.passed and finding.reason is not None
    ]
    return (*faults(review), *found)
