"""`live`: arrivals and decisions per queue and minute, by Faust; approximate by design, made exact when their hour is over.

Domain topics → by queue → tumbling windows of one minute by event time, kept 48 hours → the full value of a window, at most once a
second, to the compacted topic `backoffice.live-rates`. A rebuild is a new LIVE_VERSION. Faust may lose or double a little when it
is killed, so nothing is decided by what it says.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import asyncpg
import faust
import structlog

from services.backoffice.live_rates import COMPACTED, TOPIC
from services.backoffice.settings import BackofficeSettings
from services.backoffice.views.queues import all_queues
from shared.catalogue import CatalogueUnknown
from shared.kafka import DAY_MS, KEPT_FOR_EVER, PARTITIONS, ensure_topics
from shared.postgres import LOST
from shared.service import Platform

log = structlog.get_logger(__name__)

SOURCES = ("professional.profile", "requests.budget-request", "requests.commissioning", "backoffice.review")
BY_QUEUE = "backoffice.live-by-queue"
ARRIVALS = {
    "ProfileSubmitted": "profile",
    "BudgetRequested": "triage",
    "BudgetAccepted": "analysis",
    "CommissioningRequested": "commissioning",
    "InspectionScheduled": "inspection",
}
KEEP = timedelta(hours=48)
_MINUTE = 60
_PORT = 8206
_FLUSH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing to count: what, of which kind of review, when."""

    metric: str
    kind: str
    at: float


def counted(headers: Mapping[str, str], value: bytes) -> Counted | None:
    """What a record of a domain topic adds to a rate; None for what does not count, or cannot be read."""
    try:
        name = headers["ce_type"]
        if name in ARRIVALS:
            return Counted("arrivals", ARRIVALS[name], datetime.fromisoformat(headers["ce_time"]).timestamp())
        if name == "ReviewConcluded":
            content = json.loads(value)
            return Counted("decisions", str(content["kind"]), datetime.fromisoformat(content["concluded_at"]).timestamp())
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError):
        log.warning("live_record_unreadable")
    return None


def headers_of(raw: Mapping[str, bytes] | Iterable[tuple[str, bytes]] | None) -> dict[str, str]:
    """Headers as text, in whichever of its shapes the library hands them over."""
    pairs = raw.items() if isinstance(raw, Mapping) else raw or ()
    return {key: value.decode(errors="replace") if isinstance(value, bytes) else str(value) for key, value in pairs}


@dataclass
class Live:
    """The Faust application: two agents, one table, one timer."""

    settings: BackofficeSettings
    queues: Mapping[str, str]
    datadir: str
    prefix: str = ""
    changed: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        brokers = ";".join(f"kafka://{host}" for host in self.settings.kafka_bootstrap.split(","))
        self.app: Any = faust.App(
            f"{self.prefix}backoffice-live",
            version=self.settings.live_version,
            broker=brokers,
            store="memory://",
            datadir=self.datadir,
            web_enabled=False,
            topic_partitions=PARTITIONS,
            topic_replication_factor=min(3, brokers.count(";") + 1),
            topic_disable_leader=True,
            broker_session_timeout=10.0,
            broker_heartbeat_interval=3.0,
            consumer_auto_offset_reset="earliest",
            autodiscover=False,
        )
        raw: dict[str, Any] = {"key_serializer": "raw", "value_serializer": "raw", "key_type": bytes, "value_type": bytes}
        self._by_queue = self.app.topic(
            self.prefix + BY_QUEUE, key_type=bytes, key_serializer="raw", value_serializer="json", partitions=PARTITIONS
        )
        self._rates = self.app.topic(self.prefix + TOPIC, **raw)
        self._counts: Any = (
            cast("Any", self.app.Table("live-counts", default=int, partitions=PARTITIONS))
            .tumbling(timedelta(seconds=_MINUTE), expires=KEEP)
            .relative_to(lambda event: float(event.value["at"]))
        )
        self.app.agent(self.app.topic(*(self.prefix + source for source in SOURCES), **raw), name="note")(self.note)
        self.app.agent(self._by_queue, name="count")(self.count)
        self.app.timer(_FLUSH_SECONDS, on_leader=False)(self.flush)

    async def make_topics(self) -> None:
        """Faust reads only topics that are there, and counts only once its changelog is; its own are short, the rates are compacted."""
        short = {"retention.ms": str(2 * DAY_MS), "cleanup.policy": "delete"}
        wanted = {**dict.fromkeys(SOURCES, KEPT_FOR_EVER), BY_QUEUE: short, TOPIC: COMPACTED}
        changelog = self._counts.table.changelog_topic.get_topic_name()
        topics = {self.prefix + name: config for name, config in wanted.items()} | {
            changelog: {**short, "cleanup.policy": "compact,delete"}
        }
        await ensure_topics(self.settings.kafka_bootstrap, topics)

    async def note(self, stream: Any) -> None:  # noqa: ANN401 - the library's stream has no types
        """Send what counts on, keyed by its queue: tables are sharded like the topic that comes in."""
        async for event in cast("AsyncIterator[Any]", stream.events()):
            found = counted(headers_of(event.headers or event.message.headers), event.value or b"")
            if found is not None and (queue := self.queues.get(found.kind)):
                _ = await self._by_queue.send(key=queue.encode(), value={"metric": found.metric, "queue": queue, "at": found.at})

    async def count(self, stream: Any) -> None:  # noqa: ANN401 - the library's stream has no types
        """Count into the window of the event's own minute."""
        async for value in cast("AsyncIterator[dict[str, Any]]", stream):
            key = f"{value['metric']}|{value['queue']}"
            self._counts[key] += 1
            minute = int(float(value["at"])) // _MINUTE * _MINUTE
            self.changed[value["metric"], value["queue"], minute] = self._counts[key].value()

    async def flush(self) -> None:
        """Publish the full value of each window that changed, at most once a second."""
        changed, self.changed = self.changed, {}
        for (metric, queue, minute), total in changed.items():
            content = {"metric": metric, "queue": queue, "minute": minute, "count": total}
            _ = await self._rates.send(key=f"{metric}|{queue}|{minute}".encode(), value=json.dumps(content).encode())


async def live(platform: Platform, _arguments: Sequence[str]) -> int:
    """Count for ever; 1 when Faust gave up, so that the supervisor begins anew."""
    settings = cast("BackofficeSettings", platform.settings)
    queues = await _queues(platform)
    with tempfile.TemporaryDirectory(prefix="backoffice-live-") as folder:
        counting = Live(settings, queues, settings.live_table_dir or folder)
        server = await asyncio.start_server(_Health(counting.app).answer, settings.host, settings.live_port or _PORT)
        try:
            await counting.make_topics()
            await counting.app.start()
            log.info("live_started", queues=sorted(queues.values()))
            await counting.app.wait_until_stopped()
        finally:
            server.close()
            await counting.app.stop()
    return 1


async def _queues(platform: Platform) -> Mapping[str, str]:
    """The queue of each kind of review; waited for until there is a database with its catalogue."""
    while True:
        try:
            async with platform.pool.acquire(timeout=5) as db:
                queues = await all_queues(db, platform.calendar.today(platform.clock()))
            return {queue.kind: queue.slug for queue in queues if queue.kind}
        except (*LOST, asyncpg.UndefinedTableError, CatalogueUnknown) as error:
            log.warning("live_waits", error=type(error).__name__)
            await asyncio.sleep(2)


@dataclass(frozen=True)
class _Health:
    """Answers every request with whether it counts: the whole of this process's door."""

    app: Any

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """`/health/live` while the process is there, anything else 200 once Faust has started."""
        try:
            async with asyncio.timeout(5):
                line = await reader.readline()
            ready = b"/health/live" in line or (self.app.started and not self.app.crashed)
            body = b'{"ready":true}' if ready else b'{"ready":false}'
            status = b"200 OK" if ready else b"503 Service Unavailable"
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body))
            )
            writer.write(body)
            await writer.drain()
        except (TimeoutError, ConnectionError):
            return
        finally:
            writer.close()
