"""What happens to a staff member: the private facts, beside the published ones."""

from datetime import datetime
from uuid import UUID

from shared.contracts.identity.staff_member import StaffReinstated as StaffReinstated
from shared.contracts.identity.staff_member import StaffRolesChanged as StaffRolesChanged
from shared.contracts.identity.staff_member import StaffSuspended as StaffSuspended
from shared.contracts.identity.staff_member import TotpReset as TotpReset
from shared.eventsourcing.event import Event, Personal


class StaffInvited(Event):
    """Somebody was invited; the link went by e-mail, only its digest is kept."""

    staff_id: UUID
    person_id: UUID
    document: Personal[str]
    name: Personal[str]
    email: Personal[str]
    token_digest: Personal[str]
    invited_by: UUID | None
    invited_at: datetime


class StaffInvitedAgain(Event):
    """Another link; the old one is void."""

    token_digest: Personal[str]
    invited_by: UUID | None
    invited_at: datetime


class InvitationAccepted(Event):
    """A password was chosen, and the secret of the second factor shown."""

    password_hash: Personal[str]
    totp_secret: Personal[str]
    accepted_at: datetime


class TotpEnrolled(Event):
    """The second factor was shown for the first time."""

    enrolled_at: datetime


type StaffEvent = (
    StaffInvited | StaffInvitedAgain | InvitationAccepted | TotpEnrolled | TotpReset | StaffRolesChanged | StaffSuspended | StaffReinstated
)
PRIVATE: tuple[type[Event], ...] = (StaffInvited, StaffInvitedAgain, InvitationAccepted, TotpEnrolled)
PUBLISHED: tuple[type[Event], ...] = (StaffRolesChanged, StaffSuspended, StaffReinstated, TotpReset)
