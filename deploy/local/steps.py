"""One line per step, with the time it took."""

import sys
import time
from collections.abc import Callable


class Steps:
    """Prints what is being done and how long it took."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.began = time.monotonic()

    def do[T](self, title: str, work: Callable[[], T]) -> T:
        """Do one piece of work and say so."""
        start = time.monotonic()
        self._say(f"  {title:<46}", end="")
        try:
            result = work()
        except BaseException:
            self._say(" failed")
            raise
        self._say(f"{time.monotonic() - start:6.1f} s")
        return result

    def total(self) -> float:
        """Seconds since the first step."""
        return time.monotonic() - self.began

    def _say(self, text: str, end: str = "\n") -> None:
        if not self.quiet:
            sys.stdout.write(text + end)
            sys.stdout.flush()
