"""Kills and stops processes at random moments; the seed makes a run repeatable."""

import asyncio
import contextlib
import random
import signal
from collections import Counter
from dataclasses import dataclass, field

from deploy.local.home import SERVICES
from deploy.local.supervisor import Supervisor

VICTIMS = (*SERVICES, *SERVICES, "postgres", "kafka", "s3", "mail", "gateway", "live")
"""The services twice: they are what is being proven."""
PAUSE = (1.0, 4.0)
STOPPED = (1.0, 9.0)


@dataclass
class TroubleMaker:
    """One fault at a time, and what was done."""

    supervisor: Supervisor
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    async def work(self, seconds: float) -> None:
        """Until the time is over; nobody is left stopped."""
        chance = random.Random(self.seed)
        ends = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(chance.uniform(*PAUSE))
            victim = chance.choice(VICTIMS)
            if chance.random() < 0.6:
                await self._kill(victim)
            else:
                await self._stop(victim, chance.uniform(*STOPPED))

    async def _kill(self, victim: str) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError, KeyError):
            if await self._signalled(victim, signal.SIGKILL):
                self.done[f"kill -9 {victim}"] += 1

    async def _stop(self, victim: str, seconds: float) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError, KeyError):
            if await self._signalled(victim, signal.SIGSTOP):
                self.done[f"stop {victim}"] += 1
                await asyncio.sleep(seconds)
                await self._signalled(victim, signal.SIGCONT)

    async def _signalled(self, victim: str, number: int) -> bool:
        """Only a process that runs: pid 0 would be everybody."""
        row = (await asyncio.to_thread(self.supervisor.states))[victim]
        if row["statename"] != "RUNNING" or not row["pid"]:
            return False
        await asyncio.to_thread(self.supervisor.signal, victim, number)
        return True
