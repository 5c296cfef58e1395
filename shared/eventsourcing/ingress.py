"""Ingress: records of other systems, without streams or versions. Each is its own transaction and decides by natural key.

What can never be taken is parked, sealed with the service's key, because it may hold personal data; and forgotten after a week.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.eventsourcing import parking
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.refusal import Refusal, Unavailable
from shared.eventsourcing.silence import note_progress
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.watch import Watch
from shared.kafka import BROKER_LOST, consumer, kept, let_go
from shared.postgres import Db, Pool, is_lost

log = structlog.get_logger(__name__)

_BATCH = 200
_TRIES = 3
_NOTE_SECONDS = 2.0


class Source(Protocol):
    """A topic of another system, and what takes its records."""

    @property
    def topic(self) -> str:
        """The topic."""

    @property
    def handle(self) -> Callable[[Db, bytes, Mapping[str, Any]], Awaitable[None]]:
        """Takes one record in the caller's transaction."""


class IngressReader:
    """Reads the ingress topics of one service, for ever."""

    def __init__(self, *, group: str, sources: Sequence[Source], pool: Pool, keys: Keys, bootstrap: str) -> None:
        self.group = group
        self.taken = 0
        self.parked = 0
        self._handlers = {source.topic: source.handle for source in sources}
        self._pool = pool
        self._keys = keys
        self._bootstrap = bootstrap
        self._watch = Watch(group)

    async def run(self) -> None:
        """Read for ever; a broker or database that is away is waited for; a client that hangs is made anew."""
        while True:
            source = consumer(self._bootstrap, self.group, self.group, sorted(self._handlers))
            try:
                await self._watch.over(self._consume(source))
            except BROKER_LOST as error:
                log.warning("ingress_waits", group=self.group, error=type(error).__name__)
                await asyncio.sleep(1)
            finally:
                await let_go(source)

    async def _consume(self, source: AIOKafkaConsumer) -> None:
        await source.start()
        noted = 0.0
        while True:
            self._watch.lives()
            batches = await source.getmany(timeout_ms=250, max_records=_BATCH)
            for record in (record for batch in batches.values() for record in batch):
                await self.take(record)
            if batches:
                self._watch.moves()
                await source.commit()
            if time.monotonic() - noted > _NOTE_SECONDS:
                noted = time.monotonic()
                await self._note(source)

    async def _note(self, source: AIOKafkaConsumer) -> None:
        """Say which partitions have been read to their end. None is no fault here: others' topics may have fewer than there are workers."""
        behind = await self._watch.look(source)
        done = [(partition.topic, partition.partition) for partition, lag in behind.items() if not lag]
        if done:
            await self._patiently(lambda db: note_progress(db, self.group, done))

    async def take(self, record: ConsumerRecord) -> None:
        """Take one record, or park it: at once when it is refused or unreadable, after three tries when it fails."""
        for attempt in range(1, _TRIES + 1):
            try:
                value = _object(record.value)
                await self._patiently(lambda db, v=value: self._handlers[record.topic](db, record.key or b"", v))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - a record that fails for whatever reason does not stop the topic
                final = isinstance(error, Refusal) and not isinstance(error, Unavailable)
                if final or isinstance(error, _NotAnObject) or attempt == _TRIES:
                    await self._park(record, error)
                    return
                await asyncio.sleep(0.05 * attempt)
            else:
                self.taken += 1
                return

    async def _park(self, record: ConsumerRecord, error: Exception) -> None:
        reason = str(getattr(error, "code", type(error).__name__))
        await self._patiently(lambda db: parking.park_record(db, self._keys, self.group, record, kept(record), reason))
        self.parked += 1

    async def _patiently(self, work: Callable[[Db], Awaitable[None]]) -> None:
        """One transaction, waited for as long as the database is away."""
        delay = 0.1
        while True:
            self._watch.lives()
            try:
                await transact(self._pool, work)
            except Exception as error:
                if not is_lost(error):
                    raise
                log.warning("ingress_waits", group=self.group, error=type(error).__name__, retry_in=delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
            else:
                return


class _NotAnObject(Exception):
    """A value that is not a JSON object."""

    code = "not-a-json-object"


def _object(value: bytes | None) -> Mapping[str, Any]:
    try:
        content = json.loads(value or b"")
    except ValueError as error:
        raise _NotAnObject from error
    if not isinstance(content, dict):
        raise _NotAnObject
    return content


async def forget_parked(db: Db) -> None:
    """Forget parked records of other systems after seven days."""
    await db.execute("delete from parked_records where parked_at < now() - interval '7 days' and topic like 'utility.%'")
