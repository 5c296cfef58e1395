"""Counting attempts: charged before anything is checked, given back when right, so that parallel guesses cannot slip past.

Three wrong passwords block ten minutes, three divergent recoveries twenty-four hours. While blocked nothing counts;
afterwards the count starts again. Idle for twenty-four hours, it is forgotten. Registered or not, everybody counts alike.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.eventsourcing.refusal import Refusal

CODES_ALLOWED = 6
CODES_WINDOW = timedelta(hours=1)
type Kind = Literal["password", "staff-password", "recovery"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How many may be wrong in a row, how long a block holds, and when a count is forgotten.

    A block holds until the instant that was said when it was set: another policy counts from the next attempt on.
    """

    allowed: int = 3
    login_block: timedelta = timedelta(minutes=10)
    recovery_block: timedelta = timedelta(hours=24)
    forgotten_after: timedelta = timedelta(hours=24)

    def block_of(self, kind: Kind) -> timedelta:
        """How long this kind of block holds."""
        return self.recovery_block if kind == "recovery" else self.login_block


POLICY = Policy()


class LoginIsBlocked(Refusal):
    """Three wrong passwords in a row: wait."""

    sentence = "Acesso bloqueado por tentativas incorretas. Aguarde até o horário indicado e tente de novo."


class RecoveryIsBlocked(Refusal):
    """Divergent details three times: wait, or ask an attendant."""

    sentence = "Recuperação bloqueada porque os dados não conferem. Aguarde até o horário indicado ou fale com o atendimento."


class TooManyCodes(Refusal):
    """One address has been sent a handful of codes within the hour: a stranger must not fill somebody's inbox."""

    sentence = "Já enviamos vários códigos a este e-mail. Use o último ou aguarde até o horário indicado para pedir outro."


@dataclass(frozen=True, slots=True)
class Attempts:
    """What one person's counter for one browser says; `failed` includes the attempts still being checked."""

    failed: int = 0
    last_at: datetime | None = None
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Charged:
    """An attempt that may be checked: the counter with it counted, and how many more may be wrong before a block."""

    attempts: Attempts
    remaining: int

    @property
    def is_last(self) -> bool:
        """Whether a miss now blocks."""
        return self.remaining == 0


def charge(kind: Kind, attempts: Attempts, now: datetime, policy: Policy = POLICY) -> Charged:
    """Count an attempt before it is checked; raises LoginIsBlocked or RecoveryIsBlocked, and then nothing counts."""
    if attempts.blocked_until is not None and now < attempts.blocked_until:
        raise blocked(kind, attempts.blocked_until)
    over = attempts.blocked_until is not None or attempts.last_at is None or now - attempts.last_at >= policy.forgotten_after
    failed = (0 if over else attempts.failed) + 1
    remaining = max(0, policy.allowed - failed)
    return Charged(Attempts(failed, now, None if remaining else now + policy.block_of(kind)), remaining)


def blocked(kind: Kind, until: datetime) -> Refusal:
    """The refusal that says until when."""
    return RecoveryIsBlocked(until=until) if kind == "recovery" else LoginIsBlocked(until=until)
