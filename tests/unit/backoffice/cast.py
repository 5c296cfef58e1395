"""Reviews, officers and documents that the rule tests begin from."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from services.backoffice.domain.review.commands import (
    ClaimNext,
    ConcludeReview,
    JudgeDocument,
    Officer,
    Rules,
)
from services.backoffice.domain.review.events import ConclusionProposed, DocumentJudged, ReviewClaimed, ReviewedDocument, ReviewOpened
from shared.contracts.backoffice.review import (
    BudgetTerms,
    Content,
    Finding,
    InspectionReport,
    Outcome,
    ProfileTerms,
    Reason,
    ReviewConcluded,
    ReviewKind,
    Verdict,
)

NOW = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)
IDLE = timedelta(hours=8)
SPACE = UUID("00000000-0000-4000-8000-000000000001")


def who(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, name)


REVIEW = who("review")
SUBJECT = f"profile-{who('profile')}"
FRONT, CERTIFICATE = who("front"), who("certificate")
DOCUMENTS = (
    ReviewedDocument(id=FRONT, code="CARTEIRA", sha256="a" * 64),
    ReviewedDocument(id=CERTIFICATE, code="CERTIDAO", sha256="b" * 64),
)
RUI = who("rui")
PAULA = Officer(who("paula"), frozenset({"reviewer"}))
MARCOS = Officer(who("marcos"), frozenset({"reviewer"}))
RUI_AS_STAFF = Officer(RUI, frozenset({"reviewer", "supervisor"}))
INES = Officer(who("ines"), frozenset({"inspector"}))
RULES = Rules(frozenset({"reviewer", "supervisor"}))
ALONE = Rules(frozenset({"reviewer", "supervisor"}), confirmation="never")
CATALOGUE = {"ilegivel": "67", "registro-vencido": None}
ILLEGIBLE = Reason(code="ilegivel", article="67", text="A frente está cortada")
TERMS = ProfileTerms(valid_until=date(2027, 3, 31), attribution_confirmed=True)
BUDGET = BudgetTerms(
    simplified=True,
    free_of_charge=True,
    participation=Decimal(0),
    connection_point="Ponto de conexão existente",
    voltage_v=Decimal(220),
    validity_business_days=10,
    inspection_rule="as-soon-as-possible",
)
REPORT = InspectionReport(visited_on=date(2026, 10, 4), findings=(Finding(item="Aterramento", passed=True),))


def opened(kind: ReviewKind = "profile", documents: tuple[ReviewedDocument, ...] = DOCUMENTS) -> ReviewOpened:
    """Rui's submission waits."""
    return ReviewOpened(
        review_id=REVIEW,
        kind=kind,
        subject_stream=SUBJECT,
        submission=1,
        protocol="20262000000017",
        filed_at=NOW - timedelta(days=2),
        due_on=None,
        parties=(RUI,),
        documents=documents,
        opened_at=NOW - timedelta(days=2),
    )


def claimed(by: Officer = PAULA, at: datetime = NOW, kind: ReviewKind = "profile") -> ReviewClaimed:
    """An officer took it, in order."""
    return ReviewClaimed(
        review_id=REVIEW,
        kind=kind,
        subject_stream=SUBJECT,
        submission=1,
        claimed_by=by.person_id,
        claimed_at=at,
        expires_at=at + IDLE,
        out_of_order=False,
    )


def judged(document: UUID, verdict: Verdict = "accepted", reason: Reason | None = None, by: Officer = PAULA) -> DocumentJudged:
    """A verdict."""
    return DocumentJudged(
        review_id=REVIEW, document_id=document, verdict=verdict, reason=reason, judged_by=by.person_id, judged_at=NOW, expires_at=NOW + IDLE
    )


def proposed(by: Officer = PAULA) -> ConclusionProposed:
    """A denial that waits for a second person."""
    return ConclusionProposed(
        review_id=REVIEW, outcome="rejected", reasons=(ILLEGIBLE,), documents=(), content=None, proposed_by=by.person_id, proposed_at=NOW
    )


def concluded(outcome: Outcome = "approved", content: Content | None = TERMS) -> ReviewConcluded:
    """The conclusion."""
    return ReviewConcluded(
        review_id=REVIEW,
        subject_stream=SUBJECT,
        submission=1,
        kind="profile",
        outcome=outcome,
        reasons=(),
        documents=(),
        content=content,
        concluded_by=PAULA.person_id,
        concluded_at=NOW,
    )


def claim_next(officer: Officer = PAULA, rules: Rules = RULES, now: datetime = NOW) -> ClaimNext:
    """Take what is next."""
    return ClaimNext(officer, rules, now)


def judge(document: UUID, verdict: Verdict = "accepted", reason: Reason | None = None, officer: Officer = PAULA) -> JudgeDocument:
    """Give a verdict."""
    return JudgeDocument(officer, RULES, document, verdict, reason, CATALOGUE, NOW)


def conclude(
    outcome: Outcome = "approved",
    content: Content | None = TERMS,
    reasons: tuple[Reason, ...] = (),
    rules: Rules = RULES,
    officer: Officer = PAULA,
) -> ConcludeReview:
    """Conclude it."""
    return ConcludeReview(officer, rules, outcome, reasons, content, NOW, CATALOGUE)
