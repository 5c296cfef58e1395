"""What happens to a recovery; all of it private."""

from datetime import datetime
from uuid import UUID

from shared.eventsourcing.event import Event, Personal


class RecoveryStarted(Event):
    """The details matched and a code was sent."""

    recovery_id: UUID
    user_id: UUID
    person_id: UUID
    digest: Personal[str]
    started_at: datetime


class WrongRecoveryCodeGiven(Event):
    """Not the code that was sent."""

    given_at: datetime


class RecoveryProven(Event):
    """The code came back."""

    proven_at: datetime


class RecoveryConcluded(Event):
    """A new password was set."""

    concluded_at: datetime


type RecoveryEvent = RecoveryStarted | WrongRecoveryCodeGiven | RecoveryProven | RecoveryConcluded
EVENTS: tuple[type[Event], ...] = (RecoveryStarted, WrongRecoveryCodeGiven, RecoveryProven, RecoveryConcluded)
