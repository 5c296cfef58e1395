"""What professional publishes about profiles, on `professional.profile`: submissions, verdicts, suspensions and ends.

A person has at most one profile, so `profile_id` equals the PersonId that `person_id` repeats for its readers; the stream
is `profile-<PersonId>`. "Approved" always means: the last of approved, suspended, reinstated, expired and closed was
approved or reinstated, and `valid_until` is today or later. A rejected renewal leaves the approval as it was.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.contracts.backoffice.review import Judged, Part, Reason
from shared.eventsourcing.event import Event

type Council = Literal["CREA", "CFT", "CRECI", "CAU"]
type Filing = Literal["technical", "commercial"]
type ClosedBy = Literal["person", "erasure", "hand-over"]


class SubmittedDocument(Part):
    """A document that is put before the reviewer: its id, its place in the checklist, its digest."""

    id: UUID
    code: str
    sha256: str


class ProfileSubmitted(Event):
    """A profile, or its renewal, was put before a reviewer under a protocol; opens a review of kind `profile`."""

    profile_id: UUID
    person_id: UUID
    submission: int
    renewal: bool
    parties: tuple[UUID, ...]
    profession: str
    council: Council
    uf: str
    company_id: UUID | None = None
    documents: tuple[SubmittedDocument, ...]
    protocol: str
    filed_at: datetime
    due_on: date
    profession_version: int
    checklist_version: int


class SubmissionWithdrawn(Event):
    """The person, or a suspension, took a submission back before its verdict."""

    profile_id: UUID
    person_id: UUID
    submission: int
    protocol: str
    withdrawn_at: datetime


class ProfileApproved(Event):
    """The person may act as this professional until the end of `valid_until`.

    `may_file` holds `technical` only where the profession may sign technical requests and the reviewer confirmed the
    attribution; `ceiling_kva` is the power up to which it may, None for no ceiling.
    """

    profile_id: UUID
    person_id: UUID
    submission: int
    profession: str
    council: Council
    uf: str
    may_file: tuple[Filing, ...]
    ceiling_kva: Decimal | None
    company_id: UUID | None = None
    valid_until: date
    approved_at: datetime


class ProfileRejected(Event):
    """A submission was rejected, with the reasons and the verdict on each document."""

    profile_id: UUID
    person_id: UUID
    submission: int
    reasons: tuple[Reason, ...]
    documents: tuple[Judged, ...]
    approval_stands: bool
    rejected_at: datetime


class ProfileSuspended(Event):
    """No new filing until reinstated; `reason` is of the closed list."""

    profile_id: UUID
    person_id: UUID
    reason: Reason
    suspended_by: UUID
    suspended_at: datetime


class ProfileReinstated(Event):
    """The suspension is over; the approval is as it was, until `valid_until`."""

    profile_id: UUID
    person_id: UUID
    valid_until: date
    reinstated_by: UUID
    reinstated_at: datetime


class ProfileExpired(Event):
    """The approval ended at the end of its last day; `expired_at` is that instant, not when it was noticed."""

    profile_id: UUID
    person_id: UUID
    expired_at: datetime


class ProfileClosed(Event):
    """There is no profile any more; a submission under review is over with it."""

    profile_id: UUID
    person_id: UUID
    closed_by: ClosedBy
    closed_at: datetime
