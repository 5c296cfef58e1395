"""What happens to a profile: the private steps of building it, and what is published."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.professional.profile import ClosedBy as ClosedBy
from shared.contracts.professional.profile import Council as Council
from shared.contracts.professional.profile import Filing as Filing
from shared.contracts.professional.profile import ProfileApproved as ProfileApproved
from shared.contracts.professional.profile import ProfileClosed as ProfileClosed
from shared.contracts.professional.profile import ProfileExpired as ProfileExpired
from shared.contracts.professional.profile import ProfileReinstated as ProfileReinstated
from shared.contracts.professional.profile import ProfileRejected as ProfileRejected
from shared.contracts.professional.profile import ProfileSubmitted as ProfileSubmitted
from shared.contracts.professional.profile import ProfileSuspended as ProfileSuspended
from shared.contracts.professional.profile import SubmissionWithdrawn as SubmissionWithdrawn
from shared.contracts.professional.profile import SubmittedDocument as SubmittedDocument
from shared.contracts.verdict import VerdictNotApplied as VerdictNotApplied
from shared.eventsourcing.event import Event, Personal


class ProfileStarted(Event):
    """Somebody began to build a profile, anew or for the first time."""

    profile_id: UUID
    started_at: datetime


class ProfessionChosen(Event):
    """The profession, and what it may do by the edition of the catalogue in force."""

    profile_id: UUID
    profession: str
    version: int
    councils: tuple[Council, ...]
    may_file: tuple[Filing, ...]
    ceiling_kva: Decimal | None
    needs_attribution: bool
    chosen_at: datetime


class RegistrationGiven(Event):
    """The registration in the council; the number is kept as normalised."""

    profile_id: UUID
    council: Council
    number: Personal[str]
    uf: str
    given_at: datetime


class CompanyGiven(Event):
    """The company the person works for; None: on one's own."""

    profile_id: UUID
    company_id: UUID | None
    given_at: datetime


class DocumentAttached(Event):
    """A verified document took its place in the checklist."""

    profile_id: UUID
    document_id: UUID
    code: str
    sha256: str
    attached_at: datetime


class DocumentRemoved(Event):
    """A document was taken out again."""

    profile_id: UUID
    document_id: UUID
    removed_at: datetime


class RenewalStarted(Event):
    """A renewal is being built, beginning with what was approved."""

    profile_id: UUID
    started_at: datetime


class SuspensionAnswered(Event):
    """What the professional has to say about the suspension; their own words stay here."""

    profile_id: UUID
    text: Personal[str]
    answered_at: datetime


class ExpiryAnnounced(Event):
    """The professional was told that the profile ends soon."""

    profile_id: UUID
    days: int
    valid_until: date
    announced_at: datetime


type ProfileEvent = (
    ProfileStarted
    | ProfessionChosen
    | RegistrationGiven
    | CompanyGiven
    | DocumentAttached
    | DocumentRemoved
    | RenewalStarted
    | SuspensionAnswered
    | ExpiryAnnounced
    | ProfileSubmitted
    | SubmissionWithdrawn
    | ProfileApproved
    | ProfileRejected
    | VerdictNotApplied
    | ProfileSuspended
    | ProfileReinstated
    | ProfileExpired
    | ProfileClosed
)

PRIVATE: tuple[type[Event], ...] = (
    ProfileStarted,
    ProfessionChosen,
    RegistrationGiven,
    CompanyGiven,
    DocumentAttached,
    DocumentRemoved,
    RenewalStarted,
    SuspensionAnswered,
    ExpiryAnnounced,
)
PUBLISHED: tuple[type[Event], ...] = (
    ProfileSubmitted,
    SubmissionWithdrawn,
    ProfileApproved,
    ProfileRejected,
    VerdictNotApplied,
    ProfileSuspended,
    ProfileReinstated,
    ProfileExpired,
    ProfileClosed,
)
