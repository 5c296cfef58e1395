"""How the distributor's deadlines stand, counted once a minute for whoever watches: in time, due by tomorrow, missed."""

import asyncio
from dataclasses import dataclass

import structlog
from prometheus_client import Gauge

from services.requests.views.clocks import standings
from shared.calendar import Calendar
from shared.clock import Clock
from shared.postgres import LOST, Pool

log = structlog.get_logger(__name__)

DEADLINES = Gauge("deadlines_open", "Deadlines that bind the distributor and still run, by how they stand.", ("clock", "standing"))
_EVERY_SECONDS = 60


@dataclass
class Deadlines:
    """The loop that counts."""

    pool: Pool
    calendar: Calendar
    clock: Clock

    async def run(self) -> None:
        """Count for ever; a lost database is waited for."""
        while True:
            try:
                await self.measure()
            except LOST as error:
                log.warning("deadlines_wait", error=type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def measure(self) -> None:
        """Count once; a clock that no longer runs anywhere counts nought."""
        async with self.pool.acquire(timeout=5) as db:
            counted = await standings(db, self.calendar.today(self.clock()))
        for (clock, standing), number in counted.items():
            DEADLINES.labels(clock, standing).set(number)
