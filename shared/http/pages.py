"""Pages: a list is read forward by an opaque cursor, which holds the sort key of its last row."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from shared.http.body import Answer
from shared.http.problem import Rejected

_DIGITS = 9


class CursorUnreadable(Rejected):
    """400: a cursor that we did not make."""

    sentence = "O marcador de página não é válido. Comece a lista de novo."


class Page[T](Answer):
    """Some items, and the cursor of those that follow; null on the last page."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How many items, and after which sort key."""

    limit: int
    after: tuple[str, ...] | None

    def key[K](self, read: Callable[..., K]) -> K | None:
        """The sort key, read from its parts; None on the first page. Raises CursorUnreadable, for a cursor of another list too."""
        if self.after is None:
            return None
        try:
            return read(*self.after)
        except (ValueError, TypeError) as error:
            raise CursorUnreadable from error


async def asked(limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: Annotated[str | None, Query(max_length=500)] = None) -> Asked:
    """The dependency: what page the caller asks for. Raises CursorUnreadable."""
    return Asked(limit, read_cursor(cursor) if cursor else None)


def read_cursor(cursor: str) -> tuple[str, ...]:
    """The sort key in a cursor."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise CursorUnreadable from error
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise CursorUnreadable
    return tuple(parts)


def instant(text: str) -> datetime:
    """An instant in a cursor; raises ValueError where it has no offset, for there is nothing to compare it with."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        message = "an instant without an offset"
        raise ValueError(message)
    return found


def version(text: str) -> int:
    """The version after which a history goes on; raises ValueError."""
    if not text.isdecimal() or len(text) > _DIGITS:
        raise ValueError(text)
    return int(text)


def moment_and_id(at: str, row_id: str) -> tuple[datetime, UUID]:
    """The sort key of most lists: an instant, and the id that tells rows of one instant apart. Raises ValueError."""
    return instant(at), UUID(row_id)


def make_cursor(*key: object) -> str:
    """The cursor that stands for a sort key."""
    return base64.urlsafe_b64encode(json.dumps([str(part) for part in key]).encode()).decode().rstrip("=")


def page[R, T](rows: Sequence[R], limit: int, item: Callable[[R], T], key: Callable[[R], tuple[object, ...]]) -> Page[T]:
    """A page from up to `limit + 1` rows: the one too many only says that there is more."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(items=[item(row) for row in shown], next_cursor=make_cursor(*key(shown[-1])) if more else None)
