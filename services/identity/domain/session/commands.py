"""What a session can be asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.identity.session import EndedBecause


@dataclass(frozen=True, slots=True)
class LogIn:
    """Begin a session; who it is was checked before."""

    session_id: UUID
    subject_id: UUID
    person_id: UUID
    kind: Literal["customer", "staff"]
    amr: tuple[str, ...]
    browser_id: UUID
    browser: str
    known_browser: bool
    shared_device: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class ShowSecondFactor:
    """The second factor was checked again."""

    now: datetime


@dataclass(frozen=True, slots=True)
class EndSession:
    """End it."""

    because: EndedBecause
    now: datetime


@dataclass(frozen=True, slots=True)
class ReportReuse:
    """A replaced refresh token came back."""

    now: datetime


type SessionCommand = LogIn | ShowSecondFactor | EndSession | ReportReuse
