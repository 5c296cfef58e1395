"""How a profile is told: what it is, what may be done with it, and what is next."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.professional.domain.profile.events import ProfileRejected, ProfileSubmitted
from services.professional.domain.profile.states import (
    Approved,
    Closed,
    Drafting,
    Expired,
    Form,
    InProgress,
    Profile,
    Reviewing,
    Suspended,
    Work,
)
from shared.contracts.backoffice.review import Judged, Reason
from shared.http.body import Answer, Deed

type StateName = Literal["draft", "under-review", "approved", "rejected", "suspended", "expired", "closed"]
type RenewalName = Literal["none", "draft", "under-review", "rejected"]


class AttachedAnswer(Answer):
    """A document in its place."""

    document_id: UUID
    code: str
    sha256: str


class FormAnswer(Answer):
    """What is being built, is before the reviewer, or was approved."""

    profession: str | None
    council: str | None
    number: str | None
    uf: str | None
    workplace: Literal["own", "company"] | None
    company_id: UUID | None
    documents: list[AttachedAnswer]


class SubmissionAnswer(Answer):
    """What is before the reviewer."""

    number: int
    protocol: str
    filed_at: datetime
    due_on: date
    renewal: bool


class ReasonAnswer(Answer):
    """Why."""

    code: str
    article: str | None
    text: str | None


class JudgedAnswer(Answer):
    """The verdict on one document."""

    document_id: UUID
    verdict: Literal["accepted", "refused"]
    reason: ReasonAnswer | None


class RejectionAnswer(Answer):
    """The last no."""

    submission: int
    reasons: list[ReasonAnswer]
    documents: list[JudgedAnswer]
    rejected_at: datetime


class TermsAnswer(Answer):
    """What stands."""

    profession: str
    council: str
    uf: str
    may_file: list[Literal["technical", "commercial"]]
    ceiling_kva: Decimal | None
    company_id: UUID | None
    valid_until: date
    approved_at: datetime


class SuspensionAnswer(Answer):
    """What stops it."""

    reason: ReasonAnswer
    suspended_at: datetime
    answer: str | None


class NextAnswer(Answer):
    """Whose turn it is."""

    who: Literal["professional", "reviewer", "supervisor", "nobody"]
    what: str
    until: date | None


class ProfileAnswer(Answer):
    """A profile as it stands."""

    id: UUID
    person_id: UUID
    display_name: str | None
    state: StateName
    renewal: RenewalName
    form: FormAnswer | None
    submission: SubmissionAnswer | None
    rejection: RejectionAnswer | None
    terms: TermsAnswer | None
    suspension: SuspensionAnswer | None
    next: NextAnswer
    actions: dict[str, Deed]
    version: int
    server_time: datetime


def state_name(state: Profile, today: date) -> StateName:
    """One word for the state; the end of a term counts from its day on, announced or not."""
    match state:
        case InProgress(work=work):
            return _progress(work)
        case Approved(standing=standing):
            return "approved" if standing.terms.valid_until >= today else "expired"
        case Suspended():
            return "suspended"
        case Expired():
            return "expired"
        case Closed():
            return "closed"
        case _:
            return "draft"


def renewal_name(state: Profile) -> RenewalName:
    """One word for the renewal."""
    if not isinstance(state, Approved | Suspended | Expired) or state.renewal is None:
        return "none"
    return _progress(state.renewal)


def _progress(work: Work) -> Literal["draft", "under-review", "rejected"]:
    match work:
        case Reviewing():
            return "under-review"
        case Drafting(refused=None):
            return "draft"
        case Drafting():
            return "rejected"


def form_answer(form: Form) -> FormAnswer:
    """A form, as its owner and the reviewer see it."""
    registration = form.registration
    number = registration.number if registration and isinstance(registration.number, str) else None
    return FormAnswer(
        profession=form.profession.code if form.profession else None,
        council=registration.council if registration else None,
        number=number,
        uf=registration.uf if registration else None,
        workplace=None if form.workplace is None else "company" if form.company_id else "own",
        company_id=form.company_id,
        documents=[AttachedAnswer(document_id=item.document_id, code=item.code, sha256=item.sha256) for item in form.documents],
    )


def form_of(state: Profile, work: Work | None) -> Form | None:
    """The form to show: of what is being built, else of what stands."""
    if work is not None:
        return work.form
    return state.standing.form if isinstance(state, Approved | Suspended | Expired) else None


def submission_answer(filed: ProfileSubmitted) -> SubmissionAnswer:
    """What is before the reviewer."""
    return SubmissionAnswer(
        number=filed.submission, protocol=filed.protocol, filed_at=filed.filed_at, due_on=filed.due_on, renewal=filed.renewal
    )


def rejection_answer(verdict: ProfileRejected) -> RejectionAnswer:
    """The last no, reason by reason."""
    return RejectionAnswer(
        submission=verdict.submission,
        reasons=[reason_answer(reason) for reason in verdict.reasons],
        documents=[judged_answer(judged) for judged in verdict.documents],
        rejected_at=verdict.rejected_at,
    )


def reason_answer(reason: Reason) -> ReasonAnswer:
    """Why."""
    return ReasonAnswer(code=reason.code, article=reason.article, text=reason.text)


def judged_answer(judged: Judged) -> JudgedAnswer:
    """The verdict on one document."""
    reason = reason_answer(judged.reason) if judged.reason else None
    return JudgedAnswer(document_id=judged.id, verdict=judged.verdict, reason=reason)


def terms_answer(state: Profile) -> TermsAnswer | None:
    """What stands, or stood."""
    if not isinstance(state, Approved | Suspended | Expired):
        return None
    terms = state.standing.terms
    return TermsAnswer(
        profession=terms.profession,
        council=terms.council,
        uf=terms.uf,
        may_file=list(terms.may_file),
        ceiling_kva=terms.ceiling_kva,
        company_id=terms.company_id,
        valid_until=terms.valid_until,
        approved_at=terms.approved_at,
    )


def next_answer(state: Profile, work: Work | None) -> NextAnswer:
    """Whose turn it is, and until when."""
    match state, work:
        case Suspended(answer=None), _:
            return NextAnswer(who="professional", what="Responda à suspensão.", until=None)
        case Suspended(), _:
            return NextAnswer(who="supervisor", what="Aguarde a decisão sobre a suspensão.", until=None)
        case _, Reviewing(filed=filed):
            return NextAnswer(who="reviewer", what="Aguarde a análise.", until=filed.due_on)
        case _, Drafting(refused=None):
            return NextAnswer(who="professional", what="Complete o perfil e envie para análise.", until=None)
        case _, Drafting():
            return NextAnswer(who="professional", what="Corrija o que foi apontado e envie de novo.", until=None)
        case Approved(standing=standing), None:
            return NextAnswer(who="nobody", what="Perfil aprovado. Renove antes do vencimento.", until=standing.terms.valid_until)
        case Expired(), None:
            return NextAnswer(who="professional", what="Renove o perfil.", until=None)
        case _:
            return NextAnswer(who="professional", what="Inicie um novo perfil.", until=None)
