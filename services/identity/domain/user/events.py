"""What happens to an account: the private facts, beside the published ones."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.identity.user import (
    AccountHandedOver as AccountHandedOver,
)
from shared.contracts.identity.user import (
    HolderProven as HolderProven,
)
from shared.contracts.identity.user import (
    PersonalDataErased as PersonalDataErased,
)
from shared.contracts.identity.user import (
    PersonalDataExported as PersonalDataExported,
)
from shared.contracts.identity.user import (
    UserContactChanged as UserContactChanged,
)
from shared.contracts.identity.user import (
    UserVerified as UserVerified,
)
from shared.eventsourcing.event import Event, Personal


class AccountOpened(Event):
    """The contacts, name and password that the account began with."""

    user_id: UUID
    document: Personal[str]
    name: Personal[str]
    email: Personal[str]
    phone: Personal[str]
    representative_id: UUID | None
    representative_name: Personal[str | None]
    password_hash: Personal[str]
    opened_at: datetime


class TermsAccepted(Event):
    """Which version of the terms of use was accepted, and the digest of its words."""

    version: str
    sha256: str
    accepted_at: datetime


class PasswordChanged(Event):
    """A new password."""

    password_hash: Personal[str]
    by: Literal["recovery", "person"]
    changed_at: datetime


class PasswordRehashed(Event):
    """The same password, hashed at today's cost."""

    password_hash: Personal[str]
    rehashed_at: datetime


class NameChanged(Event):
    """Another name."""

    name: Personal[str]
    changed_at: datetime


class RepresentativeNamed(Event):
    """Who acts for the company."""

    representative_id: UUID
    representative_name: Personal[str]
    named_at: datetime


class EmailGiven(Event):
    """The e-mail that UserContactChanged speaks of."""

    email: Personal[str]
    given_at: datetime


class PhoneGiven(Event):
    """The phone that UserContactChanged speaks of."""

    phone: Personal[str]
    given_at: datetime


class IdentityKept(Event):
    """Who an erased person was, for the protocols that must be kept ten years (art. 659); on the stream `person-<PersonId>`."""

    person_id: UUID
    name: Personal[str | None]
    document: Personal[str | None]
    kept_at: datetime


type UserEvent = (
    UserVerified
    | AccountOpened
    | TermsAccepted
    | HolderProven
    | PasswordChanged
    | PasswordRehashed
    | NameChanged
    | RepresentativeNamed
    | PhoneGiven
    | EmailGiven
    | UserContactChanged
    | AccountHandedOver
    | PersonalDataExported
    | PersonalDataErased
)
PRIVATE: tuple[type[Event], ...] = (
    AccountOpened,
    TermsAccepted,
    PasswordChanged,
    PasswordRehashed,
    NameChanged,
    RepresentativeNamed,
    PhoneGiven,
    EmailGiven,
    IdentityKept,
)
PUBLISHED: tuple[type[Event], ...] = (
    UserVerified,
    HolderProven,
    UserContactChanged,
    AccountHandedOver,
    PersonalDataExported,
    PersonalDataErased,
)


def person_stream(person_id: UUID) -> str:
    """The stream that outlives an account: who it was, for as long as its protocols must be kept."""
    return f"person-{person_id}"
