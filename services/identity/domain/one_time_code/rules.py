"""When a one-time code is good: ten minutes, five tries, single use, a new one once a minute, ten in all."""

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.eventsourcing.event import Erased
from shared.eventsourcing.refusal import Refusal

CODE_LIVES = timedelta(minutes=10)
RESEND_AFTER = timedelta(minutes=1)
TRIES = 5
CODES = 10


class CodeWrong(Refusal):
    """Not the code that was sent."""

    sentence = "Código incorreto. Confira o e-mail mais recente e digite de novo."


class CodeExpired(Refusal):
    """The code is older than ten minutes."""

    sentence = "Este código venceu. Peça um novo código."


class TooManyTries(Refusal):
    """Five wrong tries, or ten codes: this way is closed."""

    sentence = "Muitas tentativas com este código. Peça um novo código."


class ResendTooSoon(Refusal):
    """A new code at most once a minute."""

    sentence = "Aguarde um minuto para pedir um novo código."


@dataclass(frozen=True, slots=True)
class SentCode:
    """The code that is out: its digest, when it was sent, how often it was missed, and how many went before."""

    digest: str = field(repr=False)
    sent_at: datetime
    wrong: int = 0
    number: int = 1

    @classmethod
    def of(cls, digest: str | Erased, sent_at: datetime, *, number: int = 1) -> "SentCode":
        """The code that an event tells of; one whose digest was erased fits nothing."""
        return cls(digest if isinstance(digest, str) else "", sent_at, number=number)

    @property
    def expires_at(self) -> datetime:
        """The instant from which it is good for nothing."""
        return self.sent_at + CODE_LIVES

    @property
    def resend_at(self) -> datetime:
        """The instant from which a new one may be asked."""
        return self.sent_at + RESEND_AFTER

    @property
    def tries_left(self) -> int:
        """How often it may still be missed."""
        return max(0, TRIES - self.wrong)

    def missed(self) -> "SentCode":
        """The same code after one more wrong try."""
        return replace(self, wrong=self.wrong + 1)


type Match = Literal["right", "wrong"]


def try_code(code: SentCode, digest: str, now: datetime) -> Match:
    """Whether a typed code is the one that is out; raises CodeExpired, TooManyTries."""
    if code.tries_left == 0:
        raise TooManyTries(until=code.resend_at)
    if now >= code.expires_at:
        raise CodeExpired
    return "right" if hmac.compare_digest(code.digest, digest) else "wrong"


def may_send(code: SentCode, now: datetime, *, last_to: datetime | None) -> None:
    """Whether another code may be sent to an address that had its last one at `last_to`; raises ResendTooSoon, TooManyTries."""
    if code.number >= CODES:
        raise TooManyTries
    if last_to is not None and now < last_to + RESEND_AFTER:
        raise ResendTooSoon(until=last_to + RESEND_AFTER)
