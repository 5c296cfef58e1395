"""From the call that appends to the effect committed in another service's view: writers, relay, broker and a reader in its own process."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvloop

from bench.events import BARE_STORE, CODEC, ForeignRowsView, ModuleAdded, example
from bench.rounds import Measured, Plan, alone, percentile
from bench.stream import CAUSE, KEY, relay_of, running, until
from shared.collector import settle
from shared.eventsourcing.consumer import Consumer, Pair, Reader, reader_of_view
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.transaction import transact
from shared.kafka import KEPT_FOR_EVER, ensure_topics, topic_of
from shared.postgres import Db, Pool, open_pool

_WARM = 1.0
_PATIENCE = 60
_FROM_NOW = """
insert into relay (name, position, owner) select 'relay', coalesce(max(position), 0), $1 from events
on conflict (name) do update set position = excluded.position"""


class Noting(Consumer):
    """The platform's consumer, which also notes when each batch was committed."""

    def __init__(self, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more)
        self.seen: dict[str, float] = {}

    async def _whole(self, reader: Reader, pairs: Sequence[Pair]) -> bool:
        done = await super()._whole(reader, pairs)
        now = time.monotonic()
        self.seen.update({str(event.id): now for event, _ in pairs})
        return done


async def read(url: str, bootstrap: str, group: str, out: Path, stop: Path) -> None:
    """The other service: read until told to stop, then write down when each event's effect was committed."""
    async with await open_pool(url, minimum=2, maximum=4) as pool:
        reads: dict[str, Sequence[type[Event]]] = {topic_of(group, "draft"): [ModuleAdded]}
        reader = reader_of_view(ForeignRowsView(group), reads)
        consumer = Noting(group=group, readers=[reader], codec=CODEC, pool=pool, keys=Keys(KEY), bootstrap=bootstrap)
        async with running(consumer.run()):
            await until(lambda: bool(consumer.seen))
            out.with_suffix(".ready").touch()
            await until(stop.exists)
        await asyncio.to_thread(out.write_text, json.dumps(consumer.seen))


async def at_rate(pool: Pool, per_second: int, seconds: float) -> dict[str, float]:
    """Append single events at this rate, whoever is late; answers when each append was called."""
    called: dict[str, float] = {}

    async def one(number: int) -> None:
        event_id = uuid4()
        called[str(event_id)] = time.monotonic()

        async def work(db: Db) -> Sequence[Recorded[Event]]:
            stream = f"draft-{uuid4()}"
            return await BARE_STORE.append(db, stream, [example(uuid4(), number)], expected=0, cause=CAUSE, ids=[event_id])

        await transact(pool, work)

    start = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(max(0, start + number / per_second - time.monotonic()))
            _ = tasks.create_task(one(number))
    return called


async def one_round(pool: Pool, url: str, bootstrap: str, per_second: int, seconds: float) -> float:
    """The 99th percentile in milliseconds, after a second to warm up."""
    with tempfile.TemporaryDirectory() as folder:
        out, stop = Path(folder) / "seen.json", Path(folder) / "stop"
        group = f"latency-{uuid4().hex[:8]}"
        await ensure_topics(bootstrap, {topic_of(group, "draft"): KEPT_FOR_EVER})
        await pool.execute(_FROM_NOW, uuid4())
        command = [sys.executable, "-m", "bench.latency", url, bootstrap, group, str(out), str(stop)]
        process = subprocess.Popen(command)  # noqa: ASYNC220 - started once, before anything is measured
        try:
            relay = relay_of(pool, url, bootstrap, group)
            async with running(relay.run()):
                await until(lambda: relay.leading)
                while not out.with_suffix(".ready").exists():
                    await at_rate(pool, 50, 0.2)
                await at_rate(pool, per_second, _WARM)
                called = await at_rate(pool, per_second, seconds)
                top = await pool.fetchval("select max(position) from events")
                await until(lambda: relay.position >= top)
                await asyncio.sleep(1)
            stop.touch()
            await asyncio.to_thread(process.wait, _PATIENCE)
            seen = json.loads(out.read_text())
        finally:
            process.kill()
            process.wait()
    missing = called.keys() - seen.keys()
    assert not missing, f"{len(missing)} of {len(called)} effects were not seen"
    return percentile([(seen[one] - at) * 1000 for one, at in called.items()], 0.99)


async def measure(pool: Pool, url: str, bootstrap: str, plan: Plan) -> list[Measured]:
    """At 500 and at 1,000 events a second."""
    rows = []
    for per_second, most in ((500, 20.0), (1000, 40.0)):
        figures = [await one_round(pool, url, bootstrap, per_second, max(4 * plan.scale, 1)) for _ in range(plan.rounds)]
        rows.append(alone(f"append call → effect in another service's view, {per_second:,} events/s, p99 ms", figures, most=most))
    return rows


if __name__ == "__main__":
    settle()
    uvloop.run(read(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5])))
