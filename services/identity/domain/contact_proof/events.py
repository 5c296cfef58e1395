"""What happens to the proof of a contact; all of it private."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event, Personal

type Purpose = Literal["register", "new-email"]


class ContactProofStarted(Event):
    """A code went to the address that the register has, or to a new one."""

    proof_id: UUID
    user_id: UUID
    person_id: UUID
    purpose: Purpose
    address: Personal[str | None]
    digest: Personal[str]
    started_at: datetime


class WrongContactCodeGiven(Event):
    """Not the code that was sent."""

    given_at: datetime


class ContactProven(Event):
    """The code came back."""

    user_id: UUID
    purpose: Purpose
    proven_at: datetime


type ContactProofEvent = ContactProofStarted | WrongContactCodeGiven | ContactProven
EVENTS: tuple[type[Event], ...] = (ContactProofStarted, WrongContactCodeGiven, ContactProven)
