"""The loop `looks`: tells the topic `<service>.access-log` who looked at what; at least once, readers drop repeats."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer

from shared.contracts.access_log import RecordViewed
from shared.kafka import BROKER_LOST, headers_of, let_go, producer, topic_of
from shared.postgres import LOST, Pool

log = structlog.get_logger(__name__)

_BATCH = 200
_ACK_SECONDS = 60
_IDLE_SECONDS = 1.0

_UNSENT = """
select id, at, actor, what, object, purpose, channel, coalesce(correlation, id) as correlation
  from access_log where sent_at is null order by at limit $1"""


@dataclass(frozen=True)
class Looks:
    """Sends what is not sent yet; marks it only when the broker has it."""

    pool: Pool
    bootstrap: str
    service: str

    async def run(self) -> None:
        """Work until cancelled; a lost database or broker is waited for."""
        while True:
            sender = producer(self.bootstrap, f"{self.service}-looks")
            try:
                await sender.start()
                while True:
                    if not await self.step(sender):
                        await asyncio.sleep(_IDLE_SECONDS)
            except (*LOST, *BROKER_LOST) as error:
                log.warning("looks_wait", error=type(error).__name__)
                await asyncio.sleep(2)
            finally:
                await let_go(sender)

    async def step(self, sender: AIOKafkaProducer) -> int:
        """Send one batch; answers how many."""
        rows = await self.pool.fetch(_UNSENT, _BATCH)
        for row in rows:
            async with asyncio.timeout(_ACK_SECONDS):  # an idempotent producer gives nothing up by itself
                await sender.send_and_wait(topic_of(self.service, "access-log"), **self._record(row))
        await self._mark(rows)
        return len(rows)

    async def _mark(self, rows: Sequence[asyncpg.Record]) -> None:
        if rows:
            await self.pool.execute("update access_log set sent_at = now() where id = any($1)", [row["id"] for row in rows])

    def _record(self, row: asyncpg.Record) -> dict[str, Any]:
        look = RecordViewed(what=row["what"], object=row["object"], purpose=row["purpose"], channel=row["channel"], at=row["at"])
        stream = f"look-{row['id']}"
        headers = headers_of(
            service=self.service,
            stream=stream,
            version=1,
            event_id=row["id"],
            name="RecordViewed",
            schema=RecordViewed.schema_version,
            position=0,
            recorded_at=row["at"],
            metadata=json.dumps({"actor": row["actor"], "correlation": str(row["correlation"])}),
        )
        return {"key": stream.encode(), "value": look.model_dump_json().encode(), "headers": headers}
