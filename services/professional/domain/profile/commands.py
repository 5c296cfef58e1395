"""What may be asked of a profile. Time, the catalogues and what is known of others come in with the command."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.professional.domain.profile.checklist import Checklist, Profession
from services.professional.domain.profile.events import ClosedBy, Council
from shared.calendar import Calendar
from shared.contracts.backoffice.review import Judged, Reason


@dataclass(frozen=True, slots=True)
class StartProfile:
    """Begin; `verified` is what identity says about the person, None while it says nothing."""

    person_id: UUID
    verified: Literal["cpf", "cnpj"] | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ChooseProfession:
    """Say what one is."""

    profession: Profession
    now: datetime


@dataclass(frozen=True, slots=True)
class GiveRegistration:
    """Say where one is registered; the number as typed."""

    council: Council
    number: str
    uf: str
    now: datetime


@dataclass(frozen=True, slots=True)
class GiveCompany:
    """Say for whom one works; None: on one's own."""

    company_id: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class AttachDocument:
    """Put a document that was verified into its place."""

    document_id: UUID
    code: str
    sha256: str
    checklist: Checklist
    now: datetime


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """Take a document out."""

    document_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class SubmitProfile:
    """Put it before a reviewer under this protocol."""

    checklist: Checklist
    protocol: str
    due_on: date
    now: datetime


@dataclass(frozen=True, slots=True)
class WithdrawSubmission:
    """Take it back before the verdict."""

    now: datetime


@dataclass(frozen=True, slots=True)
class StartRenewal:
    """Begin the next one while, or after, one stands."""

    now: datetime


@dataclass(frozen=True, slots=True)
class ApproveProfile:
    """The reviewer's yes; `valid_until` is None where the reviewer wrote no terms."""

    review_id: UUID
    subject_stream: str
    submission: int
    valid_until: date | None
    attribution_confirmed: bool
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class RejectProfile:
    """The reviewer's no, with reasons."""

    review_id: UUID
    subject_stream: str
    submission: int
    reasons: tuple[Reason, ...]
    documents: tuple[Judged, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class SuspendProfile:
    """Stop it, for a reason of the closed list (a supervisor)."""

    reason: Reason
    suspended_by: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class AnswerSuspension:
    """What the professional has to say about it."""

    text: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ReinstateProfile:
    """Let it stand again (a supervisor)."""

    reinstated_by: UUID
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class AnnounceExpiry:
    """Nudge: tell the professional that the end is near, if it is and they were not told."""

    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class ExpireProfile:
    """Nudge: end it, if its last day is over."""

    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True)
class CloseProfile:
    """End it for good."""

    by: ClosedBy
    now: datetime


type ProfileCommand = (
    StartProfile
    | ChooseProfession
    | GiveRegistration
    | GiveCompany
    | AttachDocument
    | RemoveDocument
    | SubmitProfile
    | WithdrawSubmission
    | StartRenewal
    | ApproveProfile
    | RejectProfile
    | SuspendProfile
    | AnswerSuspension
    | ReinstateProfile
    | AnnounceExpiry
    | ExpireProfile
    | CloseProfile
)
