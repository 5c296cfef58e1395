"""A hint after a commit: whoever waits in this process for something to publish looks at once. Nothing depends on it."""

import asyncio
import contextlib

_waiting: set["asyncio.Future[None]"] = set()


def give() -> None:
    """Something may have been committed."""
    for future in _waiting:
        if not future.done():
            future.set_result(None)


async def wait(seconds: float) -> None:
    """Until the next hint, or for so long."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _waiting.add(future)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await future
    finally:
        _waiting.discard(future)
