"""Kills and stops processes at random moments, everybody once in every round, by turns; the seed makes a run repeatable."""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field

from deploy.local.home import SERVICES
from deploy.local.supervisor import Supervisor
from tests.faults.machine import stopped

WATCHER = "supervisor"
SPLIT = "requests"
"""The service that runs as a door and two workers, one leading and one standing by."""
VICTIMS = (*SERVICES, f"{SPLIT}_worker", f"{SPLIT}_standby", "live", "postgres", "kafka", "s3", "gateway", "clamd", "mail", WATCHER)
WORKERS = (f"{SPLIT}_worker", f"{SPLIT}_standby")
OTHERS = tuple(victim for victim in VICTIMS if victim not in (*WORKERS, WATCHER))
PAUSE = (1.0, 3.0)
STOPPED = (1.0, 6.0)
STOPPED_LONG = (12.0, 15.0)
"""The first, third … stop of each worker: longer than the broker waits for a member of a group (10 s), which gives the other one its
partitions.

In a first round half are stopped, the watcher too, and one of the workers for long: 15 pauses of 2 s, 7 stops of 3.5 s and one of
13.5 s are 68 s, give or take 5, of the 87 s in a run of 90. Two rounds are 30 pauses, 14 short stops and two long ones, in the next two
rounds 16 short ones: 30 × 2 + 14 × 3.5 + 2 × 13.5 = 136 s and 30 × 2 + 16 × 3.5 = 116 s, together 252 s, give or take 10, of the 297 s
in a run of 300."""
PATIENCE = 10.0


@dataclass
class TroubleMaker:
    """One fault at a time, and what was done."""

    supervisor: Supervisor
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    async def work(self, seconds: float) -> None:
        """Round after round, in an order that the seed gives, until the time is over; nobody is left stopped.

        Half are stopped in the first round; who was killed in one is stopped in the next: a long run does both to each, equally often.
        The watcher is only stopped, for whoever kills it has to start the system again.
        """
        chance = random.Random(self.seed)
        clock = asyncio.get_running_loop().time
        ends = clock() + seconds
        stopped_first = {WATCHER, chance.choice(WORKERS), *chance.sample(OTHERS, len(OTHERS) // 2)}
        killed = {victim: victim in stopped_first for victim in VICTIMS}
        while True:
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                await asyncio.sleep(chance.uniform(*PAUSE))
                long = victim in WORKERS and self.done[f"stop {victim}"] % 2 == 0
                pause = chance.uniform(*(STOPPED_LONG if long else STOPPED))
                if clock() > ends:
                    return
                kill = not killed[victim] and victim != WATCHER
                if await self._harm(victim, None if kill else pause):
                    killed[victim] = kill

    def kills(self, victim: str) -> int:
        """How often it was killed."""
        return self.done[f"kill -9 {victim}"]

    def spared(self, times: int) -> set[str]:
        """What was not done so often: a kill and a stop of each, of the watcher a stop."""
        kinds = {f"{kind} {victim}" for victim in VICTIMS for kind in ("kill -9", "stop")} - {f"kill -9 {WATCHER}"}
        return {kind for kind in kinds if self.done[kind] < times}

    def untouched(self) -> set[str]:
        """Who was neither killed nor stopped."""
        return {victim for victim in VICTIMS if not self.kills(victim) and not self.done[f"stop {victim}"]}

    async def _harm(self, victim: str, pause: float | None) -> bool:
        """Kill it, or stop it for so long; whether it was there to be harmed."""
        with contextlib.suppress(ProcessLookupError, PermissionError, KeyError):
            process = await self._running(victim)
            if process is None:
                return False
            if pause is None:
                os.kill(process, signal.SIGKILL)
                self.done[f"kill -9 {victim}"] += 1
                return True
            with stopped(process, alone=victim == WATCHER):
                self.done[f"stop {victim}"] += 1
                await asyncio.sleep(pause)
            return True
        return False

    async def _running(self, victim: str) -> int | None:
        """Its process; who was just killed comes back first. None: it did not."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        while (process := await self._process(victim)) is None and clock() < until:
            await asyncio.sleep(0.5)
        return process

    async def _process(self, victim: str) -> int | None:
        """Only a process that runs: pid 0 would be everybody."""
        if victim == WATCHER:
            return await asyncio.to_thread(self.supervisor.pid)
        row = (await asyncio.to_thread(self.supervisor.states))[victim]
        return int(row["pid"]) if row["statename"] == "RUNNING" and row["pid"] else None
