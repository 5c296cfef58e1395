"""A clock that a test moves: it goes on by itself, and jumps when told."""

from datetime import datetime, timedelta

from shared.clock import utc_now


class MovedClock:
    """The present, and what the test added to it."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """The instant that the service believes it is."""
        return utc_now() + self._ahead

    def move(self, by: timedelta) -> None:
        """Let time pass at once."""
        self._ahead += by
