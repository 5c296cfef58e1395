"""What an account can be asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.identity.user import HolderProof


@dataclass(frozen=True, slots=True)
class VerifyUser:
    """Open the account that a concluded sign-up earned."""

    user_id: UUID
    person_id: UUID
    kind: Literal["cpf", "cnpj"]
    root_id: UUID | None
    document: str
    name: str
    email: str
    phone: str
    representative_id: UUID | None
    representative_name: str | None
    password_hash: str = field(repr=False)
    terms_version: str
    terms_sha256: str
    now: datetime


@dataclass(frozen=True, slots=True)
class AcceptTerms:
    """Accept a newer version of the terms of use."""

    version: str
    sha256: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ProveHolder:
    """The account's contact is the register's."""

    how: HolderProof
    now: datetime


@dataclass(frozen=True, slots=True)
class SetNewPassword:
    """A new password, after a proven recovery or with the old one."""

    password_hash: str = field(repr=False)
    by: Literal["recovery", "person"]
    now: datetime


@dataclass(frozen=True, slots=True)
class RehashPassword:
    """The same password under today's parameters; nobody is told, no session ends."""

    password_hash: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangeName:
    """Correct one's name."""

    name: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangePhone:
    """Correct one's phone."""

    phone: str
    now: datetime


@dataclass(frozen=True, slots=True)
class NameRepresentative:
    """Somebody else acts for the company from now on."""

    representative_id: UUID
    representative_name: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ProveNewEmail:
    """The code that went to the person's new e-mail came back."""

    email: str
    now: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """Somebody else had taken this CPF or CNPJ: whoever an attendant proofed gets the account; the old password is void."""

    name: str
    email: str
    phone: str
    representative_id: UUID | None
    representative_name: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ExportPersonalData:
    """Take a copy of what is kept about oneself."""

    now: datetime


@dataclass(frozen=True, slots=True)
class CorrectEmail:
    """Another e-mail, told to an attendant who proofed who it is."""

    email: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ErasePersonalData:
    """Be forgotten."""

    now: datetime


type UserCommand = (
    VerifyUser
    | AcceptTerms
    | ProveHolder
    | SetNewPassword
    | RehashPassword
    | ChangeName
    | ChangePhone
    | NameRepresentative
    | CorrectEmail
    | ProveNewEmail
    | HandOver
    | ExportPersonalData
    | ErasePersonalData
)
