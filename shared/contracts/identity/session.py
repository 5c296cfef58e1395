"""What identity publishes about sessions, on `identity.session`: their end, so that tokens of ended ones are refused everywhere."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event

type EndedBecause = Literal[
    "logged-out",
    "ended-by-person",
    "ended-by-staff",
    "logged-in-again",
    "password-changed",
    "refresh-token-reused",
    "handed-over",
    "erased",
    "staff-suspended",
    "roles-changed",
    "lapsed",
]


class SessionEnded(Event):
    """No token of this session is good any more."""

    session_id: UUID
    person_id: UUID
    because: EndedBecause
    at: datetime
