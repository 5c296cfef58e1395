"""Kills and stops processes at random moments, each kind in every round; the seed makes a run repeatable."""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field

from deploy.local.home import SERVICES
from deploy.local.supervisor import Supervisor

WATCHER = "supervisor"
SPLIT = "requests"
"""The service that runs as a door and two workers, one leading and one standing by."""
VICTIMS = (*SERVICES, f"{SPLIT}_worker", f"{SPLIT}_standby", "live", "postgres", "kafka", "s3", "gateway", "clamd", "mail", WATCHER)
PAUSE = (1.0, 3.5)
STOPPED = (1.0, 6.0)
KILLED = 0.6


@dataclass
class TroubleMaker:
    """One fault at a time, and what was done."""

    supervisor: Supervisor
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    async def work(self, seconds: float) -> None:
        """Round after round, in an order that the seed gives, until the time is over; nobody is left stopped."""
        chance = random.Random(self.seed)
        clock = asyncio.get_running_loop().time
        ends = clock() + seconds
        while True:
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                await asyncio.sleep(chance.uniform(*PAUSE))
                killed, pause = chance.random() < KILLED, chance.uniform(*STOPPED)
                if clock() > ends:
                    return
                await self._harm(victim, None if killed and victim != WATCHER else pause)

    def kills(self, victim: str) -> int:
        """How often it was killed."""
        return self.done[f"kill -9 {victim}"]

    async def _harm(self, victim: str, pause: float | None) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError, KeyError):
            process = await self._process(victim)
            if process is None:
                return
            if pause is None:
                os.kill(process, signal.SIGKILL)
                self.done[f"kill -9 {victim}"] += 1
                return
            os.kill(process, signal.SIGSTOP)
            try:
                self.done[f"stop {victim}"] += 1
                await asyncio.sleep(pause)
            finally:
                os.kill(process, signal.SIGCONT)

    async def _process(self, victim: str) -> int | None:
        """Only a process that runs: pid 0 would be everybody."""
        if victim == WATCHER:
            return await asyncio.to_thread(self.supervisor.pid)
        row = (await asyncio.to_thread(self.supervisor.states))[victim]
        return int(row["pid"]) if row["statename"] == "RUNNING" and row["pid"] else None
