"""What happens to a session."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.identity.session import SessionEnded as SessionEnded
from shared.eventsourcing.event import Event, Personal


class LoggedIn(Event):
    """A session began in a browser; `subject_id` is the user or staff member."""

    session_id: UUID
    subject_id: UUID
    person_id: UUID
    kind: Literal["customer", "staff"]
    amr: tuple[str, ...]
    browser_id: UUID
    browser: Personal[str]
    known_browser: bool
    shared_device: bool
    logged_in_at: datetime


class SecondFactorGiven(Event):
    """The second factor was shown again, before something dangerous."""

    given_at: datetime


class RefreshTokenReused(Event):
    """A refresh token came that had been replaced: it was copied."""

    noticed_at: datetime


type SessionEvent = LoggedIn | SecondFactorGiven | RefreshTokenReused | SessionEnded
PRIVATE: tuple[type[Event], ...] = (LoggedIn, SecondFactorGiven, RefreshTokenReused)
PUBLISHED: tuple[type[Event], ...] = (SessionEnded,)
