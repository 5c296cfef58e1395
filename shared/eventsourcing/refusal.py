"""Refusals: how the rules say no, by name.

Refusal            409, a rule says no
├── Forbidden      403, the act is not yours on what you may see
├── NotFound       404, unknown, or not yours to see
├── Malformed      422, a fact that cannot be one (an identifier, a number) found behind the door
└── Unavailable    503, what the decision needs is not known at the moment; try again
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar


def kebab(name: str) -> str:
    """`ReviewerIsParty` → `reviewer-is-party`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


class Refusal(Exception):
    """A rule says no. Subclasses are named as the sentence, and carry it in plain Portuguese with what to do next."""

    code: ClassVar[str] = "refusal"
    sentence: ClassVar[str] = "Não foi possível concluir."
    article: ClassVar[str | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = kebab(cls.__name__)

    def __init__(
        self,
        detail: str | None = None,
        *,
        until: datetime | None = None,
        step: str | None = None,
        way_out: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or self.sentence)
        self.detail = detail or self.sentence
        self.until = until
        self.step = step
        self.way_out = way_out
        self.extra = dict(extra or {})


class Forbidden(Refusal):
    """Not yours to do on what you may see."""

    sentence = "Você não pode fazer isto."


class NotFound(Refusal):
    """Unknown, or not yours to see: both look alike."""

    sentence = "Não encontrado."


class Malformed(Refusal):
    """A value that cannot be what it says it is."""

    sentence = "Valor inválido."


class Unavailable(Refusal):
    """What the decision rests on cannot be known right now."""

    sentence = "Serviço indisponível no momento. Tente novamente em instantes."
    retry_after_seconds: ClassVar[int] = 5


class RecordFull(Refusal):
    """What was done in a record hundreds of times is not done in it once more."""

    sentence = (
        "Este registro já teve alterações demais e não aceita mais esta. Conclua ou descarte o que começou e, para mudar mais, "
        "comece outro; se não for possível, fale com o atendimento da distribuidora."
    )
