"""What a sign-up can be asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StartSignUp:
    """Begin with a CPF or CNPJ and an e-mail; a code goes there."""

    sign_up_id: UUID
    person_id: UUID
    kind: Literal["cpf", "cnpj"]
    root_id: UUID | None
    document: str
    email: str
    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ResendCode:
    """Send a new code; the old one is void."""

    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ResumeSignUp:
    """Go on in another browser, by the link of the mail; the one before may not go on any more."""

    now: datetime


@dataclass(frozen=True, slots=True)
class CorrectEmail:
    """The e-mail was mistyped: a code goes to the right one, the old one is void."""

    email: str
    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ProveEmail:
    """Type the code."""

    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class GiveNameAndPhone:
    """Name or company name, phone; a company names who acts for it."""

    name: str
    phone: str
    representative_id: UUID | None
    representative_name: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ChoosePassword:
    """The last step; the account is opened in the same transaction."""

    user_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class AbandonSignUp:
    """Twenty-four hours have passed."""

    now: datetime


type SignUpCommand = StartSignUp | ResumeSignUp | ResendCode | CorrectEmail | ProveEmail | GiveNameAndPhone | ChoosePassword | AbandonSignUp
