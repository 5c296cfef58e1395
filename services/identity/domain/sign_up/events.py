"""What happens to a sign-up; all of it private."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event, Personal


class SignUpStarted(Event):
    """Somebody began with a CPF or CNPJ and an e-mail."""

    sign_up_id: UUID
    person_id: UUID
    kind: Literal["cpf", "cnpj"]
    root_id: UUID | None
    document: Personal[str]
    email: Personal[str]
    started_at: datetime


class CodeSent(Event):
    """A code of six digits went to the e-mail; only its digest is kept."""

    digest: Personal[str]
    sent_at: datetime


class SignUpResumed(Event):
    """It goes on in another browser, by the link of the mail."""

    resumed_at: datetime


class EmailCorrected(Event):
    """Another e-mail; what was sent to the old one is void."""

    email: Personal[str]
    corrected_at: datetime


class WrongCodeGiven(Event):
    """Not the code that was sent."""

    given_at: datetime


class EmailProven(Event):
    """The code came back."""

    proven_at: datetime


class NameAndPhoneGiven(Event):
    """How the person is called, and their phone; for a company, who acts for it."""

    name: Personal[str]
    phone: Personal[str]
    representative_id: UUID | None
    representative_name: Personal[str | None]
    given_at: datetime


class SignUpCompleted(Event):
    """A password was chosen and the account opened."""

    user_id: UUID
    completed_at: datetime


class SignUpAbandoned(Event):
    """Nobody came back for twenty-four hours."""

    abandoned_at: datetime


type SignUpEvent = (
    SignUpStarted
    | CodeSent
    | SignUpResumed
    | EmailCorrected
    | WrongCodeGiven
    | EmailProven
    | NameAndPhoneGiven
    | SignUpCompleted
    | SignUpAbandoned
)
EVENTS: tuple[type[Event], ...] = (
    SignUpStarted,
    CodeSent,
    SignUpResumed,
    EmailCorrected,
    WrongCodeGiven,
    EmailProven,
    NameAndPhoneGiven,
    SignUpCompleted,
    SignUpAbandoned,
)
