"""Health: alive is being able to answer; ready is that nothing which this process needs is away or stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

type Check = Callable[[], Awaitable[str | None]]
"""Answers what is wrong, or None."""

_PATIENCE_SECONDS = 2.0


class Health:
    """What this process needs, asked at the moment of the question; and what its tasks say of themselves."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._troubles: dict[str, str] = {}

    def check(self, name: str, check: Check) -> None:
        """Ask this whenever readiness is asked."""
        self._checks[name] = check

    def say(self, name: str, trouble: str | None) -> None:
        """A task's word about itself: what is wrong, or None when it is well again."""
        if trouble is None:
            self._troubles.pop(name, None)
        else:
            self._troubles[name] = trouble

    async def missing(self) -> Mapping[str, str]:
        """What is not ready, by name, with why; empty when all is."""
        answers = await asyncio.gather(*(_asked(check) for check in self._checks.values()))
        found = {name: answer for name, answer in zip(self._checks, answers, strict=True) if answer is not None}
        return {**self._troubles, **found}


async def _asked(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
        return type(error).__name__
