"""The live rates, read from their compacted topic into a table; each hour that is over is replaced by exact numbers."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from aiokafka import ConsumerRecord
from prometheus_client import Gauge

from services.backoffice.views.queues import all_queues
from shared.clock import Clock
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.watch import Watch
from shared.kafka import BROKER_LOST, consumer, ensure_topics, let_go
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

TOPIC = "backoffice.live-rates"
METRICS = frozenset({"arrivals", "decisions"})
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,60}")
COMPACTED = {"cleanup.policy": "compact", "retention.ms": "-1"}
_BATCH = 500
_WAIT = 2.0
_SETTLE_EVERY = 60.0

DIFFERENCE = Gauge("live_rates_difference", "Exact minus approximate count of the last settled hours.", ("metric", "queue"))

_KEEP = """
insert into live_rates as r (metric, queue, minute, count, exact, approximate)
select m, q, at, n, false, n from unnest($1::text[], $2::text[], $3::timestamptz[], $4::double precision[]) e(m, q, at, n)
on conflict (metric, queue, minute) do update
  set approximate = excluded.approximate, count = case when r.exact then r.count else excluded.count end"""
_EXACT = """
with counted as (
  select 'arrivals' as metric, kind, date_trunc('minute', opened_at) as minute, count(*) as n from reviews
   where opened_at >= $1 and opened_at < $2 group by 2, 3
  union all
  select 'decisions', kind, date_trunc('minute', decided_at), count(*) from decisions
   where decided_at >= $1 and decided_at < $2 group by 2, 3
), named as (
  select c.metric, q.queue, c.minute, c.n from counted c join unnest($3::text[], $4::text[]) q(kind, queue) on q.kind = c.kind
), stale as (
  update live_rates set count = 0, exact = true
   where minute >= $1 and minute < $2 and not exact
     and not exists (select 1 from named n
       where n.metric = live_rates.metric and n.queue = live_rates.queue and n.minute = live_rates.minute)
)
insert into live_rates as r (metric, queue, minute, count, exact) select metric, queue, minute, n, true from named
on conflict (metric, queue, minute) do update set count = excluded.count, exact = true"""


@dataclass(frozen=True)
class LiveRates:
    """Keeps the table of live rates."""

    pool: Pool
    bootstrap: str
    clock: Clock
    topic: str = TOPIC

    async def read(self) -> None:
        """Read the compacted topic for ever; broker or database away is waited for, a client that hangs is made anew."""
        watch = Watch(self.topic)
        while True:
            source = consumer(self.bootstrap, self.topic, self.topic, [self.topic])
            try:
                await ensure_topics(self.bootstrap, {self.topic: COMPACTED})
                await watch.over(watch.read(source, self.take, most=_BATCH))
            except (*BROKER_LOST, *LOST) as error:
                log.warning("live_rates_wait", error=type(error).__name__)
                await asyncio.sleep(_WAIT)
            finally:
                await let_go(source)

    async def take(self, records: Sequence[ConsumerRecord]) -> int:
        """Keep the newest value of each window; exact ones stay."""
        newest: dict[tuple[str, str, datetime], float] = {}
        for record in records:
            try:
                content = json.loads(record.value or b"")
                minute = datetime.fromtimestamp(int(content["minute"]), UTC)
                if content["metric"] not in METRICS or not _SLUG.fullmatch(content["queue"]):
                    raise ValueError(content["metric"])
                newest[content["metric"], content["queue"], minute] = float(content["count"])
            except (ValueError, KeyError, TypeError, OverflowError, OSError):
                log.warning("live_rate_unreadable", partition=record.partition, offset=record.offset)
        await self.pool.execute(
            _KEEP,
            [metric for metric, _, _ in newest],
            [queue for _, queue, _ in newest],
            [minute for _, _, minute in newest],
            list(newest.values()),
        )
        return len(newest)

    async def settle(self) -> None:
        """Once a minute, see that every hour that is over is exact."""
        while True:
            try:
                await self.settle_now()
            except LOST as error:
                log.warning("exact_rates_wait", error=type(error).__name__)
            await asyncio.sleep(_SETTLE_EVERY)

    async def settle_now(self) -> None:
        """Replace the approximate minutes of closed hours by what the exact views say; drop what is older than two days."""
        hour = self.clock().replace(minute=0, second=0, microsecond=0)

        async def work(db: Db) -> None:
            first = await db.fetchval("select min(minute) from live_rates where not exact and minute < $1", hour)
            await db.execute("delete from live_rates where minute < $1::timestamptz - interval '48 hours'", hour)
            if first is None:
                return
            queues = [queue for queue in await all_queues(db, hour.date()) if queue.kind]
            start = first.replace(minute=0, second=0, microsecond=0)
            await db.execute(_EXACT, start, hour, [queue.kind for queue in queues], [queue.slug for queue in queues])
            await _measure(db, start, hour)

        await transact(self.pool, work)


async def _measure(db: Db, start: datetime, end: datetime) -> None:
    rows = await db.fetch(
        "select metric, queue, sum(count - coalesce(approximate, 0)) as difference from live_rates"
        " where minute >= $1 and minute < $2 group by metric, queue",
        start,
        end,
    )
    for row in rows:
        DIFFERENCE.labels(row["metric"], row["queue"]).set(row["difference"])
