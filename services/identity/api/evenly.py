"""The miss that blocks takes as long whoever it is about: writing a block down must not tell that there is an account."""

import asyncio
import time

from services.identity.domain.attempts.rules import Charged

STEP_SECONDS = 0.25


async def answer_evenly(began: float, charged: Charged) -> None:
    """Wait for the next full quarter of a second since `began` (monotonic), when this was the attempt that blocks."""
    if charged.is_last:
        await asyncio.sleep((began - time.monotonic()) % STEP_SECONDS)
