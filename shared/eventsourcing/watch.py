"""A watch over who reads from Kafka: a call of the client may wait for what never comes, and no limit of its own ends it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.metrics import READER_ENDED

log = structlog.get_logger(__name__)

STUCK_AFTER = 60.0
_LOOKS = 10
_ENDS_SECONDS = 5
_LET_GO_SECONDS = 10.0


class Watch:
    """Ends a reader that has given no sign of life, or is behind and has not moved, for a minute; whoever runs it begins anew."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._alive_at = self._moved_at = time.monotonic()

    def lives(self) -> None:
        """A sign of life: given before each call that may take its time."""
        self._alive_at = time.monotonic()

    def moves(self) -> None:
        """It took something, or there is nothing to take: what comes after an hour of quiet is not an hour late."""
        self._moved_at = time.monotonic()

    def must_move(self, lag: int | None) -> None:
        """It is behind, or nothing is its own (None); raises TimeoutError when it has been so for too long."""
        if time.monotonic() - self._moved_at > STUCK_AFTER:
            log.error("reader_stuck", reader=self._name, lag=lag)
            READER_ENDED.labels(self._name).inc()
            raise TimeoutError

    async def look(self, source: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """How many records lie before the end of each partition that it has; raises TimeoutError when it is behind and does not move."""
        assigned = list(source.assignment())
        if not assigned:
            return {}
        async with asyncio.timeout(_ENDS_SECONDS):
            ends = await source.end_offsets(assigned)
        behind = {partition: max(end - await source.position(partition), 0) for partition, end in ends.items()}
        if lag := sum(behind.values()):
            self.must_move(lag)
        else:
            self.moves()
        return behind

    async def read(self, source: AIOKafkaConsumer, take: Callable[[list[ConsumerRecord]], Awaitable[object]], *, most: int) -> None:
        """Join, and have what comes taken, for ever; what is taken is committed."""
        await source.start()
        looked = time.monotonic()
        while True:
            self.lives()
            batches = await source.getmany(timeout_ms=500, max_records=most)
            records = [record for batch in batches.values() for record in batch]
            if records:
                await take(records)
                self.moves()
                await source.commit()
            if time.monotonic() - looked > STUCK_AFTER / _LOOKS:
                looked = time.monotonic()
                await self.look(source)

    async def over(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work to its end; raises what it raises, and TimeoutError when it hangs."""
        self.lives()
        self.moves()
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=STUCK_AFTER / _LOOKS)
                if not task.done() and time.monotonic() - self._alive_at > STUCK_AFTER:
                    log.error("reader_hangs", reader=self._name)
                    READER_ENDED.labels(self._name).inc()
                    raise TimeoutError
            task.result()
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=_LET_GO_SECONDS)
            if task.done() and not task.cancelled():
                task.exception()  # asked for: what comes of work that was ended is not an error that was missed
