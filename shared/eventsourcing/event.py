"""What is stored or travels: events, their envelope, and fields that hold personal data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """A fact that happened. Frozen and strict; fields it does not know are ignored, so that readers survive additions."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    schema_version: ClassVar[int] = 1


class Erased(BaseModel):
    """Stands where a personal field was, after the key of its stream has been destroyed."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    erased: Literal[True] = True


@dataclass(frozen=True, slots=True)
class PersonalMark:
    """Marks a field of a private event that the codec encrypts with the key of the stream."""


type Personal[T] = Annotated[T | Erased, PersonalMark()]


class Cause(NamedTuple):
    """Who acted, and what led to it. `actor` is `person:<uuid>`, `staff:<uuid>`, `service:<name>` or `timer:<name>`."""

    actor: str
    correlation: UUID
    causation: UUID | None = None
    trace: str | None = None

    @property
    def of_a_person(self) -> bool:
        """Whether somebody at a door acts, customer or staff, and no service or timer."""
        return self.actor.startswith(("person:", "staff:"))


class Recorded[E: Event](NamedTuple):
    """An event with its envelope: where it stands in its stream and in the store, when and why it was recorded.

    A tuple, as `Cause` is: there are many, and a frozen dataclass takes three times as long to make.
    """

    event: E
    stream: str
    version: int
    position: int
    id: UUID
    recorded_at: datetime
    cause: Cause
