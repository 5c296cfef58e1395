"""What comes in and what goes out: bodies forbid what they do not know, answers say everything they have."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """The body of a command; an unknown field is a mistake of the caller, and is said."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """What is answered. Fields have no defaults, so that generated clients are exact."""

    model_config = ConfigDict(frozen=True)


class Deed(Answer):
    """Whether something may be done now, and if not, why not."""

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
