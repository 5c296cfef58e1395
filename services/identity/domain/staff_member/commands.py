"""What can be asked about a staff member."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.identity.staff_member import Role


@dataclass(frozen=True, slots=True)
class InviteStaff:
    """Invite somebody by CPF and e-mail; `invited_by` is None for the first admin."""

    staff_id: UUID
    person_id: UUID
    document: str
    name: str
    email: str
    roles: tuple[Role, ...]
    token_digest: str = field(repr=False)
    invited_by: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class InviteAgain:
    """The link was lost or is too old: another one; `invited_by` is None for the first admin."""

    token_digest: str = field(repr=False)
    invited_by: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Choose a password by the link; the secret of the second factor is shown then."""

    token_digest: str = field(repr=False)
    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class EnrolTotp:
    """The second factor was shown for the first time, at log-in."""

    now: datetime


@dataclass(frozen=True, slots=True)
class ResetTotp:
    """The second factor was lost: another admin invites again."""

    token_digest: str = field(repr=False)
    reset_by: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Give a role."""

    role: Role
    changed_by: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class TakeRole:
    """Take a role; `other_admins` are the active admins beside this one."""

    role: Role
    changed_by: UUID
    other_admins: int
    now: datetime


@dataclass(frozen=True, slots=True)
class SuspendStaff:
    """No log-in any more."""

    suspended_by: UUID
    other_admins: int
    now: datetime


@dataclass(frozen=True, slots=True)
class ReinstateStaff:
    """Log in again."""

    reinstated_by: UUID
    now: datetime


type StaffCommand = (
    InviteStaff | InviteAgain | AcceptInvitation | EnrolTotp | ResetTotp | GrantRole | TakeRole | SuspendStaff | ReinstateStaff
)
