"""What comes in and what goes out: bodies forbid what they do not know, answers say everything they have."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError


def _plain(text: str) -> str:
    if not text.isprintable() or "<" in text or ">" in text:
        raise PydanticCustomError("text_not_plain", "O texto tem marcação ou um caractere que não se vê.")
    return text


def _ascii_digits(number: object) -> object:
    if isinstance(number, str) and not number.isascii():
        raise PydanticCustomError("number_invalid", "Número inválido.")
    return number


type PlainLine = Annotated[str, AfterValidator(_plain)]
"""A line that people will read on a screen or a form: nothing invisible in it (control, direction), and no markup."""

type AsciiNumber[T] = Annotated[T, BeforeValidator(_ascii_digits)]
"""A number, which Python would also take in the digits of other scripts."""


class Body(BaseModel):
    """The body of a command; an unknown field is a mistake of the caller, and is said."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """What is answered. Fields have no defaults, so that generated clients are exact."""

    model_config = ConfigDict(frozen=True)


class Deed(Answer):
    """Whether something may be done now, and if not, why not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "allowed": False,
                    "code": "too-soon",
                    "sentence": "Ainda não. Aguarde até a data indicada.",
                    "article": "REN 1.000/2021, art. 69",
                    "until": "2026-12-15T04:00:00Z",
                }
            ]
        }
    )

    allowed: bool
    code: str | None
    sentence: str | None
    article: str | None
    until: datetime | None


class CreatedAnswer(Answer):
    """What was created or filed: its id, the version to send in If-Match, and other ids by name (`protocol`)."""

    id: UUID
    version: int | None
    ids: dict[str, str]


def allowed() -> Deed:
    """It may be done."""
    return Deed(allowed=True, code=None, sentence=None, article=None, until=None)


def not_allowed(code: str, sentence: str, *, article: str | None = None, until: datetime | None = None) -> Deed:
    """It may not be done, and this is why."""
    return Deed(allowed=False, code=code, sentence=sentence, article=article, until=until)
