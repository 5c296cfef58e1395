"""The access log on its way out: each look travels once or more on `<service>.access-log`, as a CloudEvent of its own."""

import asyncio
import json

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer

from shared.eventsourcing.transaction import transact
from shared.kafka import BROKER_LOST, producer, topic_of
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

_BATCH = 200
_ACK_SECONDS = 8
_IDLE_SECONDS = 1.0

_UNSENT = (
    "select id, at, actor, what, object, purpose, channel, correlation from access_log where sent_at is null"
    " order by at limit $1 for update skip locked"
)


class AccessRelay:
    """Publishes the access log of one service; any number may run, rows are shared out by their locks."""

    def __init__(self, service: str, pool: Pool, bootstrap: str) -> None:
        self._service = service
        self._pool = pool
        self._bootstrap = bootstrap
        self._topic = topic_of(service, "access-log")

    async def run(self) -> None:
        """Publish for ever; what is lost is waited for."""
        while True:
            sender = producer(self._bootstrap, f"{self._service}-access-log")
            try:
                await sender.start()
                await self._publish(sender)
            except (*LOST, *BROKER_LOST) as error:
                log.warning("access_relay_waits", error=type(error).__name__)
                await asyncio.sleep(2)
            finally:
                await sender.stop()

    async def _publish(self, sender: AIOKafkaProducer) -> None:
        async def work(db: Db) -> int:
            rows = await db.fetch(_UNSENT, _BATCH)
            async with asyncio.timeout(_ACK_SECONDS):
                await asyncio.gather(*[self._send(sender, row) for row in rows])
            await db.execute("update access_log set sent_at = clock_timestamp() where id = any($1::uuid[])", [row["id"] for row in rows])
            return len(rows)

        while True:
            if not await transact(self._pool, work):
                await asyncio.sleep(_IDLE_SECONDS)

    async def _send(self, sender: AIOKafkaProducer, row: asyncpg.Record) -> None:
        look = {name: row[name] for name in ("actor", "what", "object", "purpose", "channel")} | {"at": _instant(row)}
        headers = {
            "content-type": "application/json",
            "ce_specversion": "1.0",
            "ce_id": str(row["id"]),
            "ce_type": "RecordViewed",
            "ce_source": f"/services/{self._service}",
            "ce_subject": row["object"],
            "ce_time": _instant(row),
            "ce_dataschema": f"/schemas/{self._service}/RecordViewed/1",
            "ce_actor": row["actor"],
            "ce_channel": row["channel"],
            "ce_correlationid": str(row["correlation"] or row["id"]),
        }
        pairs = [(name, value.encode()) for name, value in headers.items()]
        value = json.dumps(look, ensure_ascii=False, separators=(",", ":")).encode()
        await sender.send_and_wait(self._topic, value, key=str(row["id"]).encode(), headers=pairs)


def _instant(row: asyncpg.Record) -> str:
    return str(row["at"].isoformat(timespec="microseconds")).replace("+00:00", "Z")
