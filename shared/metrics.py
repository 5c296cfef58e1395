"""Metrics: what a service's streams, readers and timers are up to, measured every few seconds."""

import asyncio
from datetime import datetime
from time import monotonic, time

import structlog
from prometheus_client import Counter, Gauge, Histogram

from shared.eventsourcing.keys import Keys
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 5.0
_KEYS_EVERY_SECONDS = 600.0

APPENDED = Gauge("events_appended_position", "The last position taken in the event store.", ("service",))
HORIZON = Gauge("events_horizon_position", "The position up to which readers may read.", ("service",))
HORIZON_AGE = Gauge("events_horizon_age_seconds", "For how long the horizon has been held back by an append in flight.", ("service",))
RELAYED = Gauge("relay_position", "The position up to which events are published.", ("service",))
RELAY_LAG = Gauge("relay_lag_positions", "Positions between the horizon and the relay.", ("service",))
RELAY_AGE = Gauge("relay_lag_seconds", "Age of the oldest event that is not relayed.", ("service",))
CONSUMER_AGE = Gauge("consumer_age_seconds", "How long ago a group last stood at the end of its slowest partition.", ("group",))
CONSUMER_LAG = Gauge("consumer_lag_records", "Records between a consumer and the ends of its partitions.", ("group",))
PARKED = Gauge("parked_streams", "Streams that wait, parked, for an operator.", ("service", "reader"))
TIMER_LATENESS = Histogram(
    "timer_lateness_seconds", "How late timers fire.", ("service", "timer"), buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86400)
)
TIMERS_OVERDUE = Gauge("timers_overdue", "Timers that are due and have not fired.", ("service",))
OUTBOX_AGE = Gauge("outbox_age_seconds", "Since when the mail that has waited longest should have been handed over.", ("service",))
ARRIVALS_AGE = Gauge("arrivals_age_seconds", "Since when the document that has waited longest waits to be looked at.", ("service",))
MEASURED_AT = Gauge(
    "measured_at_seconds", "When this process last looked at its service's tables; before it first did, its start.", ("service",)
)
KEYS_CLOSED = Gauge("stream_keys_closed", "Live keys of streams that no key-encryption key of this process opens.", ("service",))
KEYS_OLD = Gauge("stream_keys_old", "Live keys of streams that an earlier key-encryption key than the first still wraps.", ("service",))
TASK_RESTARTS = Counter("task_restarts_total", "How often a task of the worker ended and was started again.", ("service", "task"))
READER_ENDED = Counter("reader_ended_total", "How often a reader hung, or was behind and did not move, and was made anew.", ("reader",))
IGNORED = Counter("records_ignored_total", "Records of types that a group does not read.", ("group", "type"))


class Measurements:
    """Looks at the tables of one service and sets its gauges; a lost database is waited for."""

    def __init__(self, service: str, pool: Pool, keys: Keys) -> None:
        self._service = service
        self._pool = pool
        self._keys = keys
        self._keys_due = 0.0
        self._held: tuple[int, float] | None = None
        self._readers: set[str] = set()
        MEASURED_AT.labels(service).set(time())

    async def run(self) -> None:
        """Measure for ever."""
        while True:
            try:
                async with self._pool.acquire(timeout=5) as db:
                    await self.measure(db)
            except LOST as error:
                log.warning("measurements_wait", error=type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def measure(self, db: Db) -> None:
        """Set every gauge once."""
        await self._positions(db)
        await self._groups(db)
        await self._parked(db)
        overdue = await db.fetchval("select count(*) from timers where due_at <= now()")
        TIMERS_OVERDUE.labels(self._service).set(overdue)
        oldest = await db.fetchval("select min(due_at) from outbox where delivered_at is null and refused is null")
        OUTBOX_AGE.labels(self._service).set(await _age(db, oldest))
        # No index: what was looked at is gone from the table.
        ARRIVALS_AGE.labels(self._service).set(await _age(db, await db.fetchval("select min(arrived_at) from arrivals")))
        if monotonic() >= self._keys_due:
            await self._wrapped_keys(db)
            self._keys_due = monotonic() + _KEYS_EVERY_SECONDS
        MEASURED_AT.labels(self._service).set(time())

    async def _wrapped_keys(self, db: Db) -> None:
        """Seldom: it reads the whole table of keys."""
        rows = await db.fetch("select kek, count(*) as keys from stream_keys where destroyed_at is null group by kek")
        counts = {row["kek"]: row["keys"] for row in rows}
        KEYS_CLOSED.labels(self._service).set(sum(count for kek, count in counts.items() if kek not in self._keys.known))
        KEYS_OLD.labels(self._service).set(sum(count for kek, count in counts.items() if kek != self._keys.current))

    async def _positions(self, db: Db) -> None:
        top = await db.fetchval("select coalesce(pg_sequence_last_value('events_position_seq'), 0)")
        horizon = await db.fetchval("select events_horizon()")
        relayed = await db.fetchval("select coalesce((select position from relay where name = 'relay'), 0)")
        waiting = await db.fetchval("select recorded_at from events where position > $1 order by position limit 1", relayed)
        APPENDED.labels(self._service).set(top)
        HORIZON.labels(self._service).set(horizon)
        HORIZON_AGE.labels(self._service).set(self._held_for(top, horizon))
        RELAYED.labels(self._service).set(relayed)
        RELAY_LAG.labels(self._service).set(max(0, horizon - relayed))
        RELAY_AGE.labels(self._service).set(await _age(db, waiting))

    def _held_for(self, top: int, horizon: int) -> float:
        """For how long the horizon has stood at the same place below the last position."""
        if horizon >= top:
            self._held = None
            return 0.0
        if self._held is None or self._held[0] != horizon:
            self._held = (horizon, monotonic())
        return monotonic() - self._held[1]

    async def _groups(self, db: Db) -> None:
        rows = await db.fetch(
            "select split_part(reader, '|', 1) as name, extract(epoch from clock_timestamp() - min(caught_up_at)) as age"
            " from reader_progress group by 1"
        )
        for row in rows:
            CONSUMER_AGE.labels(row["name"]).set(float(row["age"]))

    async def _parked(self, db: Db) -> None:
        rows = await db.fetch(
            "select reader, count(distinct stream) as streams from parked group by reader"
            " union all select reader, count(*) from parked_records group by reader"
        )
        counts: dict[str, int] = dict.fromkeys(self._readers, 0)
        for row in rows:
            counts[row["reader"]] = counts.get(row["reader"], 0) + row["streams"]
        self._readers |= set(counts)
        for reader, count in counts.items():
            PARKED.labels(self._service, reader).set(count)


async def _age(db: Db, since: datetime | None) -> float:
    """Seconds since an instant by the database's clock; 0 when there is none."""
    if since is None:
        return 0.0
    return float(await db.fetchval("select greatest(0, extract(epoch from clock_timestamp() - $1::timestamptz))", since))
