"""After the trouble: everything is up again, what waits for its next try is told to try now, and the last effects arrive."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg

from deploy.local import system as local
from deploy.local.home import SERVICES, Home
from deploy.local.servers.postgres import admin_url
from tests.faults.effects import DOCUMENT_SERVICES, Differences, left_at_the_door
from tests.faults.load import settled
from tests.faults.trouble_maker import SPLIT
from tests.infra.system import System

RECOVERY = 180.0
SETTLING = 180.0
NUDGES = {"outbox": SERVICES, "mails": ("identity",), "arrivals": DOCUMENT_SERVICES}


async def everything_is_up(system: System) -> None:
    """Every process answers that it is ready."""
    wanted = local.programs(system.home)
    assert await settled(lambda: all(program.ready(system.home) for program in wanted), RECOVERY), "not everything came back"


async def nudged(home: Home) -> None:
    """Mail and documents whose next try lies ahead (after failures, or in the lease of a worker that died) are tried at once."""
    for table, services in NUDGES.items():
        for service in services:
            connection = await asyncpg.connect(admin_url(home, service), timeout=20)
            try:
                await connection.execute(f"update {table} set next_try_at = now() where next_try_at > now()")
            finally:
                await connection.close()


async def swept(system: System) -> None:
    """What a worker that died had settled and not deleted is deleted by the sweep of the next one: the workers are begun anew."""
    if not [path for service in DOCUMENT_SERVICES for path in await left_at_the_door(system.home, service)]:
        return
    for name in ("professional", f"{SPLIT}_worker", f"{SPLIT}_standby"):
        await asyncio.to_thread(system.supervisor.stop, name)
        await asyncio.to_thread(system.supervisor.launch, name)
    await everything_is_up(system)


async def until_none(ask: Callable[[], Awaitable[Differences]]) -> Differences:
    """What still differs when the patience is over; usually nothing, sooner."""
    deadline = time.monotonic() + SETTLING
    while True:
        found = await ask()
        if not found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(2)
