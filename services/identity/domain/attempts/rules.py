"""Counting attempts: charged before anything is checked, given back when right, so that parallel guesses cannot slip past.

Three wrong passwords block ten minutes, three divergent recoveries twenty-four hours. While blocked nothing counts;
afterwards the count starts again. Idle for twenty-four hours, it is forgotten. Registered or not, everybody counts alike.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.eventsourcing.refusal import Refusal

ALLOWED = 3
FORGOTTEN_AFTER = timedelta(hours=24)
CODES_ALLOWED = 6
CODES_WINDOW = timedelta(hours=1)
type Kind = Literal["password", "staff-password", "recovery"]
_BLOCKS = {"password": timedelta(minutes=10), "staff-password": timedelta(minutes=10), "recovery": timedelta(hours=24)}


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
    """An attempt that may be checked: the counter with it counted, and whether it is the last one before a block."""

    attempts: Attempts
    is_last: bool

    @property
    def remaining(self) -> int:
        """How many more may be wrong."""
        return max(0, ALLOWED - self.attempts.failed)


def charge(kind: Kind, attempts: Attempts, now: datetime) -> Charged:
    """Count an attempt before it is checked; raises LoginIsBlocked or RecoveryIsBlocked, and then nothing counts."""
    if attempts.blocked_until is not None and now < attempts.blocked_until:
        raise blocked(kind, attempts.blocked_until)
    over = attempts.blocked_until is not None or attempts.last_at is None or now - attempts.last_at >= FORGOTTEN_AFTER
    failed = (0 if over else attempts.failed) + 1
    is_last = failed >= ALLOWED
    return Charged(Attempts(failed, now, now + _BLOCKS[kind] if is_last else None), is_last)


def blocked(kind: Kind, until: datetime) -> Refusal:
    """The refusal that says until when."""
    return RecoveryIsBlocked(until=until) if kind == "recovery" else LoginIsBlocked(until=until)
