"""How often one transaction may append: 100 times. What has more to do does it in several, so that nobody holds the horizon for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAXIMUM_APPENDS = 100


class TooManyAppends(Exception):
    """A transaction that appends more than 100 times is a mistake of ours: react in parts, or append many streams in one statement."""


_appends: ContextVar[list[int] | None] = ContextVar("appends", default=None)


@contextmanager
def counted() -> Iterator[None]:
    """Count the appends of one transaction."""
    token = _appends.set([0])
    try:
        yield
    finally:
        _appends.reset(token)


def count_append() -> None:
    """One statement that appends, to however many streams; raises TooManyAppends."""
    counter = _appends.get()
    if counter is None:
        return
    counter[0] += 1
    if counter[0] > MAXIMUM_APPENDS:
        raise TooManyAppends
