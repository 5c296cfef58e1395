"""The relay: publishes what is stored, in order, by one leader per service.

Leading is a session lock on a connection that does nothing else; the checkpoint is fenced by its owner's token. A failed
acknowledgement stops the batch: the producer is dropped without flushing, and the same batch goes out again through a new one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from opentelemetry.trace import SpanKind

from shared.eventsourcing import hint
from shared.eventsourcing.codec import Unreadable
from shared.eventsourcing.store import COLUMNS, category_of, cause_of_metadata
from shared.kafka import BROKER_LOST, PARTITIONS, Incoming, consumer, headers_of, incoming, let_go, partition_of, producer
from shared.postgres import LOST, Pool
from shared.tracing import span, tracing

log = structlog.get_logger(__name__)

type Row = asyncpg.Record

_BATCH = 500
_ACK_SECONDS = 30
_POLL_SECONDS = 0.01
_IDLE_POLL_SECONDS = 0.1
_BUSY_ROUNDS = 50
_LEAD_EVERY = 1.0
_ALIVE_EVERY = 2.0
_UNTRACED: AbstractContextManager[object] = contextlib.nullcontext()
_ROWS = f"select {COLUMNS} from events_after($1, $2)"
# One statement, which is its own transaction; it need not wait for the disk: a checkpoint that is lost is only sent again.
_ADVANCE = (
    "update relay set position = $2 where name = 'relay' and owner = $1 and set_config('synchronous_commit', 'off', true) is not null"
)


class StoreBehindTopic(Exception):
    """The topic holds what the store does not: the database was restored. An operator decides before anything is published."""


class NoLongerLeader(Exception):
    """Another relay has taken the checkpoint."""


@dataclass(slots=True)
class _Batch:
    """Rows as the records that travel: `parts` are sent in their order, and each partition's records lie in them in the log's order."""

    last: int | None = None
    rows: int = 0
    records: int = 0
    parts: list[tuple[str, int, BatchBuilder]] = field(default_factory=list)


class Relay:
    """Publishes the events of one service: `published` maps a stream category (an aggregate) to the types that travel."""

    def __init__(self, *, service: str, pool: Pool, lead_url: str, bootstrap: str, published: Mapping[str, Sequence[str]]) -> None:
        self._service = service
        self._pool = pool
        self._lead_url = lead_url
        self._bootstrap = bootstrap
        self._topics = {(category, name): f"{service}.{category}" for category, names in published.items() for name in names}
        self._categories = frozenset(published)
        self._guests = {name: topic for (_, name), topic in self._topics.items()}
        self._owner = uuid4()
        self.leading = False
        self.position = 0
        self.relayed = 0
        self.refused: str | None = None

    async def run(self) -> None:
        """Lead when nobody does, publish while leading, for ever; what is lost is waited for."""
        while True:
            try:
                await self._stand_by()
            except StoreBehindTopic as refused:
                self.refused = f"store-behind-topic: {refused}"
                log.critical("relay_refused", reason="store-behind-topic", detail=str(refused))
                await asyncio.sleep(30)
            except NoLongerLeader:
                log.warning("relay_lost_the_lead")
            except (*LOST, *BROKER_LOST) as error:
                log.warning("relay_waits", error=type(error).__name__)
                await asyncio.sleep(_LEAD_EVERY)
            finally:
                self.leading = False

    async def _stand_by(self) -> None:
        session = await asyncpg.connect(
            self._lead_url,
            timeout=5,
            command_timeout=5,
            server_settings={"application_name": f"{self._service}-relay", "idle_session_timeout": "5s", "tcp_keepalives_idle": "5"},
        )
        try:
            while not await session.fetchval("select pg_try_advisory_lock(hashtext('relay'))"):  # noqa: ASYNC110 - a lock is asked for
                await asyncio.sleep(_LEAD_EVERY)
            self._owner = uuid4()
            self.position = await session.fetchval(
                "insert into relay (name, position, owner) values ('relay', 0, $1)"
                " on conflict (name) do update set owner = excluded.owner returning position",
                self._owner,
            )
            await self._refuse_if_restored()
            self.refused, self.leading = None, True
            log.info("relay_leads", position=self.position)
            await _first(self._keep_session(session), self._publish())
        finally:
            with contextlib.suppress(Exception):
                await session.close(timeout=1)

    async def _keep_session(self, session: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Say every two seconds that this leader lives; end at once when the session that leads does, or the checkpoint is another's."""
        ended = asyncio.Event()
        session.add_termination_listener(lambda _session: ended.set())
        while not (session.is_closed() or ended.is_set()):
            if await session.fetchval("select owner from relay where name = 'relay'") != self._owner:
                break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ALIVE_EVERY):
                    await ended.wait()
        raise NoLongerLeader

    async def _publish(self) -> None:
        sender = await _started(self._bootstrap, self._service)
        idle = 0
        ahead: asyncio.Future[_Batch] | None = None
        try:
            while True:
                async with asyncio.timeout(_ACK_SECONDS):  # a client that asks for partitions for ever would lead for ever
                    batch = await (ahead or self._next(sender, self.position))
                ahead = None
                if batch.last is None:
                    idle += 1
                    await hint.wait(_POLL_SECONDS if idle < _BUSY_ROUNDS else _IDLE_POLL_SECONDS)
                    continue
                idle = 0
                if batch.rows == _BATCH:  # behind: the next is made ready while this one is on its way, and sent once this one has arrived
                    ahead = asyncio.ensure_future(self._next(sender, batch.last))
                try:
                    await self._send(sender, batch)
                except BROKER_LOST as error:
                    log.warning("relay_sends_again", error=type(error).__name__, position=self.position)
                    await _forget(ahead)
                    ahead = None
                    await _drop(sender)
                    await asyncio.sleep(_POLL_SECONDS)
                    sender = await _started(self._bootstrap, self._service)
                    continue
                await self._advance(batch.last)
        finally:
            await _forget(ahead)
            await _drop(sender)

    async def _next(self, sender: AIOKafkaProducer, position: int) -> _Batch:
        """What follows a position, ready to be sent by this producer."""
        rows = await self._pool.fetch(_ROWS, position, _BATCH)
        counts: dict[str, int] = {}
        open_parts: dict[tuple[str, int], BatchBuilder] = {}
        batch = _Batch(rows[-1]["position"] if rows else None, len(rows))
        for row in rows:
            topic = self._topic(category_of(row["stream"]), row["type"])
            if topic is None:
                continue
            if topic not in counts:
                counts[topic] = len(await sender.partitions_for(topic))
            place = topic, partition_of(row["stream"], counts[topic])
            record = record_of(self._service, row)
            with self._published(row, topic):
                part = open_parts.get(place)
                if part is None or part.append(timestamp=None, **record) is None:  # none yet, or one that is full
                    part = open_parts[place] = sender.create_batch()
                    part.append(timestamp=None, **record)  # the first is taken whatever its size
                    batch.parts.append((*place, part))
            batch.records += 1
        return batch

    async def _send(self, sender: AIOKafkaProducer, batch: _Batch) -> None:
        """Hand the parts over in their order, and await every acknowledgement; a partition's next part waits for that of the one before.

        Who sent it while the first may still fail could bring a later version before an earlier one: a broker that holds nothing
        of this producer takes any number for its first.
        """
        waiting: list[asyncio.Future[object]] = []
        under_way: dict[tuple[str, int], asyncio.Future[object]] = {}
        try:
            async with asyncio.timeout(_ACK_SECONDS):
                for topic, partition, part in batch.parts:
                    if before := under_way.get((topic, partition)):
                        await _arrived([before])
                    waiting.append(await sender.send_batch(part, topic, partition=partition))
                    under_way[topic, partition] = waiting[-1]
                await _arrived(waiting)
        except BaseException:
            for acknowledged in waiting:  # nobody asks for these any more: what comes of them is not an error that was missed
                acknowledged.add_done_callback(lambda one: one.cancelled() or one.exception())
            raise
        self.relayed += batch.records

    def _published(self, row: Row, topic: str) -> AbstractContextManager[object]:
        """A span of the trace that the event belongs to."""
        if not tracing():
            return _UNTRACED
        trace = cause_of_metadata(row["metadata"]).trace
        return span(f"publish {topic}", trace, SpanKind.PRODUCER, stream=row["stream"], type=row["type"], position=row["position"])

    def _topic(self, category: str, name: str) -> str | None:
        """Where an event travels: on its stream's own topic; a stream that has none, on the one that its type is published on."""
        if category in self._categories:
            return self._topics.get((category, name))
        return self._guests.get(name)

    async def _advance(self, position: int) -> None:
        if await self._pool.execute(_ADVANCE, self._owner, position) == "UPDATE 0":
            raise NoLongerLeader
        self.position = position

    async def _refuse_if_restored(self) -> None:
        """Compare the last record of each own partition with the store; raises StoreBehindTopic."""
        top = await self._pool.fetchval("select coalesce(max(position), 0) from events")
        async for last in last_records(self._bootstrap, sorted(set(self._topics.values()))):
            same = await self._pool.fetchval(
                "select id = $3 from events where stream = $1 and version = $2", last.stream, last.version, last.id
            )
            if last.position > top or same is not True:
                message = f"{last.topic}/{last.partition} ends with {last.stream} version {last.version}, which the store does not hold"
                raise StoreBehindTopic(message)


def record_of(service: str, row: Row) -> dict[str, Any]:
    """A stored event, data and metadata as text, as the key, value and headers of its record."""
    headers = headers_of(
        service=service,
        stream=row["stream"],
        version=row["version"],
        event_id=row["id"],
        name=row["type"],
        schema=row["schema"],
        position=row["position"],
        recorded_at=row["recorded_at"],
        metadata=row["metadata"],
    )
    return {"key": row["stream"].encode(), "value": row["data"].encode(), "headers": headers}


async def last_records(bootstrap: str, topics: Sequence[str]) -> AsyncIterator[Incoming]:
    """The last readable record of each partition of these topics."""
    reader = consumer(bootstrap, None, "last-records")
    await reader.start()
    try:
        partitions = [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]
        ends = {partition: end for partition, end in (await reader.end_offsets(partitions)).items() if end > 0}
        reader.assign(list(ends))
        for partition, end in ends.items():
            reader.seek(partition, end - 1)
        waiting = set(ends)
        while waiting:
            async with asyncio.timeout(_ACK_SECONDS):
                record = await reader.getone(*waiting)
            waiting.discard(TopicPartition(record.topic, record.partition))
            with contextlib.suppress(Unreadable):
                yield incoming(record)
    finally:
        await let_go(reader)


async def _arrived(parts: "Sequence[asyncio.Future[object]]") -> None:
    """Until all are acknowledged or one has failed, and raise that. They go on when the wait is ended: the client shields them, and
    what comes of a shielded future whose shield was cancelled is told by nobody but the event loop, as an error."""
    if parts:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_EXCEPTION)
        for part in done:
            part.result()


async def _first(*works: Awaitable[None]) -> None:
    """Run until the first of them ends, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forget(ahead: "asyncio.Future[_Batch] | None") -> None:
    """What was read ahead is not needed: end the reading, whatever comes of it."""
    if ahead is not None:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _started(bootstrap: str, service: str) -> AIOKafkaProducer:
    sender = producer(bootstrap, f"{service}-relay")
    try:
        await sender.start()
    except BaseException:
        await _drop(sender)
        raise
    return sender


async def _drop(sender: AIOKafkaProducer) -> None:
    """End a producer without sending what it still holds: what was not acknowledged goes out again through the next one."""
    with contextlib.suppress(Exception):
        sender._message_accumulator.fail_all(KafkaError("dropped"))
    await let_go(sender)
