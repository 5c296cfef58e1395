"""What a client's own stop throws about does not end the task that works with it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.health import Health
from shared.kafka import let_go, producer
from shared.serving import keep


async def torn() -> None:
    """A cancellation that nobody asked for, from inside."""
    inside = asyncio.ensure_future(asyncio.Event().wait())
    inside.cancel()
    await inside


async def hung() -> None:
    """Never ends by itself."""
    await asyncio.Event().wait()


@pytest.mark.parametrize("stop", [torn, hung])
async def test_a_stop_that_is_torn_or_hangs_is_over_in_time(monkeypatch: pytest.MonkeyPatch, stop: Callable[[], Awaitable[None]]) -> None:
    monkeypatch.setattr("shared.kafka._STOP_SECONDS", 0.05)
    client = producer("127.0.0.1:1", "unit")
    monkeypatch.setattr(client, "stop", stop)
    async with asyncio.timeout(5):
        await let_go(client)
    monkeypatch.undo()
    await client.stop()


async def test_a_loop_cancelled_from_within_is_begun_again_and_from_without_ends() -> None:
    health, begun = Health(), asyncio.Semaphore(0)

    async def begin() -> None:
        begun.release()
        await torn()

    task = asyncio.create_task(keep("unit", "torn", begin, health))
    async with asyncio.timeout(10):
        await begun.acquire()
        await begun.acquire()
    assert await health.missing() == {}
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
