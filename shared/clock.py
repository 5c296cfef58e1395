"""Where the present comes from; the rules never ask, they are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def clock_from_offset(offset: timedelta) -> Clock:
    """A clock that runs `offset` ahead, for set-ups where countdowns and expiries are tried."""
    if not offset:
        return utc_now
    return lambda: utc_now() + offset
