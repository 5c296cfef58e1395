"""A profile on its way: the people, catalogues and histories that the sentences begin with."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from services.professional.domain.profile.checklist import Checklist, Profession, Slot
from services.professional.domain.profile.commands import ApproveProfile, RejectProfile, SubmitProfile
from services.professional.domain.profile.events import (
    CompanyGiven,
    DocumentAttached,
    ProfessionChosen,
    ProfileApproved,
    ProfileEvent,
    ProfileRejected,
    ProfileStarted,
    ProfileSubmitted,
    ProfileSuspended,
    RegistrationGiven,
    SubmittedDocument,
)
from shared.contracts.backoffice.review import Reason

RUI = UUID(int=1)
COMPANY = UUID(int=2)
SUPERVISOR = UUID(int=3)
REVIEW = UUID(int=4)
CARD = UUID(int=11)
CERTIFICATE = UUID(int=12)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DUE = date(2026, 3, 9)
UNTIL = date(2026, 12, 31)
STREAM = f"profile-{RUI}"
PROTOCOL = "20262000000010"
REASON = Reason(code="irregularidade-no-conselho")

ENGINEER = Profession("engenheiro", 1, ("CREA",), ("technical", "commercial"), None, needs_attribution=True)
TECHNICIAN = Profession("tecnico", 1, ("CFT",), ("technical", "commercial"), Decimal(800), needs_attribution=False)
BROKER = Profession("corretor", 1, ("CRECI",), ("commercial",), None, needs_attribution=False)
CHECKLIST = Checklist(
    1,
    (
        Slot("carteira-conselho", "Carteira do conselho", required=True),
        Slot("certidao-registro", "Certidão de registro e quitação", required=True, most=1),
        Slot("documento-identidade", "Documento de identidade com CPF", required=False),
        Slot("cartao-cnpj", "Cartão CNPJ", required=True, company_only=True),
    ),
)


def attached(document_id: UUID, code: str) -> DocumentAttached:
    """A document in its place."""
    return DocumentAttached(profile_id=RUI, document_id=document_id, code=code, sha256="ab" * 32, attached_at=NOW)


STARTED = ProfileStarted(profile_id=RUI, started_at=NOW)


def chosen(profession: Profession) -> ProfessionChosen:
    """A profession, chosen."""
    return ProfessionChosen(
        profile_id=RUI,
        profession=profession.code,
        version=profession.version,
        councils=profession.councils,
        may_file=profession.may_file,
        ceiling_kva=profession.ceiling_kva,
        needs_attribution=profession.needs_attribution,
        chosen_at=NOW,
    )


CHOSEN = chosen(ENGINEER)
REGISTERED = RegistrationGiven(profile_id=RUI, council="CREA", number="12345/AM", uf="AM", given_at=NOW)
ON_ONES_OWN = CompanyGiven(profile_id=RUI, company_id=None, given_at=NOW)
COMPLETE: tuple[ProfileEvent, ...] = (
    STARTED,
    CHOSEN,
    REGISTERED,
    ON_ONES_OWN,
    attached(CARD, "carteira-conselho"),
    attached(CERTIFICATE, "certidao-registro"),
)


def filed(submission: int = 1, *, renewal: bool = False) -> ProfileSubmitted:
    """What was put before the reviewer."""
    return ProfileSubmitted(
        profile_id=RUI,
        person_id=RUI,
        submission=submission,
        renewal=renewal,
        parties=(RUI,),
        profession="engenheiro",
        council="CREA",
        uf="AM",
        documents=(
            SubmittedDocument(id=CARD, code="carteira-conselho", sha256="ab" * 32),
            SubmittedDocument(id=CERTIFICATE, code="certidao-registro", sha256="ab" * 32),
        ),
        protocol=PROTOCOL,
        filed_at=NOW,
        due_on=DUE,
        profession_version=1,
        checklist_version=1,
    )


def terms(submission: int = 1) -> ProfileApproved:
    """What stands after a yes."""
    return ProfileApproved(
        profile_id=RUI,
        person_id=RUI,
        submission=submission,
        profession="engenheiro",
        council="CREA",
        uf="AM",
        may_file=("technical", "commercial"),
        ceiling_kva=None,
        valid_until=UNTIL,
        approved_at=NOW,
    )


def no(submission: int = 1, *, approval_stands: bool = False) -> ProfileRejected:
    """A no, with its reason."""
    return ProfileRejected(
        profile_id=RUI,
        person_id=RUI,
        submission=submission,
        reasons=(Reason(code="registro-vencido"),),
        documents=(),
        approval_stands=approval_stands,
        rejected_at=NOW,
    )


SUBMITTED = (*COMPLETE, filed())
APPROVED = (*SUBMITTED, terms())
SUSPENDED = (
    *APPROVED,
    ProfileSuspended(profile_id=RUI, person_id=RUI, reason=REASON, suspended_by=SUPERVISOR, suspended_at=NOW),
)


def submission() -> SubmitProfile:
    """The command that puts it before a reviewer."""
    return SubmitProfile(CHECKLIST, PROTOCOL, DUE, NOW)


def yes(submission: int = 1, *, until: date | None = UNTIL, attribution: bool = True) -> ApproveProfile:
    """The reviewer's yes."""
    return ApproveProfile(REVIEW, STREAM, submission, until, attribution, TODAY, NOW)


def rejection(submission: int = 1) -> RejectProfile:
    """The reviewer's no."""
    return RejectProfile(REVIEW, STREAM, submission, (Reason(code="registro-vencido"),), (), NOW)


def days_before_end(days: int) -> datetime:
    """An instant this many days before the end of what stands (Manaus, UTC-4)."""
    return datetime(2027, 1, 1, 4, tzinfo=UTC) - timedelta(days=days)
