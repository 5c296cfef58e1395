"""What a recovery can be asked."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StartRecovery:
    """The details matched: a code goes to the e-mail on file."""

    recovery_id: UUID
    user_id: UUID
    person_id: UUID
    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ProveRecovery:
    """Type the code."""

    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ConcludeRecovery:
    """The new password was set in the same transaction."""

    now: datetime


type RecoveryCommand = StartRecovery | ProveRecovery | ConcludeRecovery
