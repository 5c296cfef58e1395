"""Consumers: one group of views in batches, one of reactions event by event, both through the ledger.

Away (database or broker): wait, never park. Anything else: three tries alone, then its stream is parked and the others go on.
Many streams parked in minutes is a bug, not poison: stop, and do not be ready.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.eventsourcing import parking
from shared.eventsourcing.announce import Announce
from shared.eventsourcing.codec import Codec, UnknownEvent, Unreadable
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.ledger import Diverged, admission, admit, take_back
from shared.eventsourcing.silence import forget_topics_but, note_progress
from shared.eventsourcing.store import AlreadyRecorded
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.view import Reaction, View, project
from shared.eventsourcing.watch import Watch
from shared.kafka import BROKER_LOST, Incoming, consumer, incoming, kept, let_go
from shared.metrics import IGNORED
from shared.postgres import LOST, Db, Pool, is_lost, savepoint
from shared.tracing import span_of_all

log = structlog.get_logger(__name__)

type Pair = tuple[Incoming, ConsumerRecord]

_BATCH = 500
_TRIES = 3
_PARKED_LIMIT = 20
_PARKED_WINDOW = 300.0
_NOTE_EVERY = 2.0
_BOOKMARK_EVERY = 0.2


class TooManyParked(Exception):
    """More than twenty streams parked in five minutes: a bug, not poison."""


@dataclass(frozen=True)
class Reader:
    """One view or reaction, with the topics it takes events from and how it applies them; True: the last of them is not done."""

    name: str
    topics: frozenset[str]
    on: frozenset[type[Event]]
    apply: Callable[[Db, Sequence[Recorded[Event]]], Awaitable[bool | None]]
    batch: bool


def reader_of_view(view: View, reads: Mapping[str, Sequence[type[Event]]]) -> Reader:
    """A view as a reader."""
    return Reader(view.name, _topics(view.on, reads), view.on, lambda db, events: project(db, [(view, events)]), batch=True)


def reader_of_reaction(reaction: Reaction, reads: Mapping[str, Sequence[type[Event]]]) -> Reader:
    """A reaction as a reader: one event a transaction, or several transactions an event; an expected refusal is an answer."""

    async def apply(db: Db, events: Sequence[Recorded[Event]]) -> bool:
        more = False
        for event in events:
            try:
                async with savepoint(db):
                    more = bool(await reaction.react(db, event))
            except tuple(reaction.refusals) as refusal:
                log.info("reaction_refused", reaction=reaction.name, stream=event.stream, code=refusal.code)
            except AlreadyRecorded:
                log.info("reaction_already_recorded", reaction=reaction.name, stream=event.stream)
        return more

    return Reader(reaction.name, _topics(reaction.on, reads), reaction.on, apply, batch=False)


def known(codec: Codec, event: Incoming) -> Recorded[Event] | None:
    """A record as an event; None for a type that is not read here. Raises Unreadable."""
    try:
        content = codec.decode(event.type, event.schema, event.data, event.stream, event.id)
    except UnknownEvent:
        return None
    return Recorded(content, event.stream, event.version, event.position, event.id, event.recorded_at, event.cause)


def _topics(on: frozenset[type[Event]], reads: Mapping[str, Sequence[type[Event]]]) -> frozenset[str]:
    return frozenset(topic for topic, types in reads.items() if on & set(types))


@dataclass
class Progress:
    """What a consumer has done, for metrics and readiness."""

    applied: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    parked: deque[tuple[float, str]] = field(default_factory=deque)
    lag: int = 0
    age_seconds: float = 0.0
    stopped: str | None = None


class Consumer:
    """Runs the readers of one group, for ever."""

    def __init__(
        self,
        *,
        group: str,
        readers: Sequence[Reader],
        codec: Codec,
        pool: Pool,
        keys: Keys,
        bootstrap: str,
        announce: Announce | None = None,
    ) -> None:
        self.group = group
        self._announce = announce
        self.progress = Progress()
        self._readers = readers
        self._codec = codec
        self._pool = pool
        self._keys = keys
        self._bootstrap = bootstrap
        self._watch = Watch(group)
        self._topics = sorted({topic for reader in readers for topic in reader.topics})

    async def run(self) -> None:
        """Consume for ever; what is lost is waited for; a consumer that no longer moves is made anew."""
        if not self._topics:
            return
        while True:
            source = consumer(self._bootstrap, self.group, self.group, self._topics)
            try:
                await self._watch.over(self._consume(source))
            except (TooManyParked, Diverged) as reason:
                self.progress.stopped = f"{type(reason).__name__}: {reason}"
                log.critical("consumer_stopped", group=self.group, reason=type(reason).__name__, detail=str(reason))
                return
            except (*BROKER_LOST, *LOST) as error:
                log.warning("consumer_waits", group=self.group, error=type(error).__name__)
                await asyncio.sleep(1)
            finally:
                await let_go(source)

    async def _consume(self, source: AIOKafkaConsumer) -> None:
        """Apply what comes. The group's offsets are only a bookmark, kept now and then: what is read again, the ledger drops."""
        await source.start()
        await self._patiently(lambda db: forget_topics_but(db, self.group, self._topics))
        noted, kept_at, ahead = 0.0, 0.0, False
        while True:
            self._watch.lives()
            batches = await source.getmany(timeout_ms=250, max_records=_BATCH)
            records = [record for batch in batches.values() for record in batch]
            if records:
                await self._apply(records)
                ahead = True
                self._watch.moves()
            if ahead and (not records or time.monotonic() - kept_at >= _BOOKMARK_EVERY):
                await source.commit()
                kept_at, ahead = time.monotonic(), False
            if time.monotonic() - noted >= _NOTE_EVERY:
                noted = time.monotonic()
                await self._note(source)

    async def _note(self, source: AIOKafkaConsumer) -> None:
        """Say which partitions have been read to their end; restart when behind and not moving, or when none is ours for as long."""
        behind = await self._watch.look(source)
        if not behind:
            self._watch.must_move(lag=None)
            return
        self.progress.lag = sum(behind.values())
        done = [(partition.topic, partition.partition) for partition, lag in behind.items() if not lag]
        if done:
            async with self._pool.acquire(timeout=5) as db:
                await note_progress(db, self.group, done)

    async def _apply(self, records: Sequence[ConsumerRecord]) -> None:
        events: list[Pair] = []
        for record in records:
            try:
                events.append((incoming(record), record))
            except Unreadable as unreadable:
                await self._patiently(lambda db, r=record, e=unreadable: self._park_record(db, r, e.reason))  # type: ignore[misc]
        for reader in self._readers:
            mine = [pair for pair in events if pair[0].topic in reader.topics]
            if not mine:
                continue
            await self._apply_to(reader, mine)
        if events:
            self.progress.age_seconds = max((datetime.now(UTC) - min(event.recorded_at for event, _ in events)).total_seconds(), 0)

    async def _apply_to(self, reader: Reader, pairs: Sequence[Pair]) -> None:
        """A view takes the whole; a reaction one by one what it is on, then the rest at once, only for the ledger to move."""
        wanted = {kind.__name__ for kind in reader.on}
        together = pairs if reader.batch else [pair for pair in pairs if pair[0].type not in wanted]
        alone = [] if reader.batch else [pair for pair in pairs if pair[0].type in wanted]
        for pair in alone:
            await self._one(reader, pair)
        if together and not await self._whole(reader, together):
            for pair in together:
                await self._one(reader, pair)

    async def _whole(self, reader: Reader, pairs: Sequence[Pair]) -> bool:
        """A whole batch in one transaction; False when it must be done one by one."""
        try:
            with span_of_all(reader.name, (pair[0].cause.trace for pair in pairs), events=len(pairs)):
                await self._patiently(lambda db: self._admitted(db, reader, pairs))
        except Diverged:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, each event is tried alone next
            log.warning("batch_falls_apart", reader=reader.name, size=len(pairs), error=type(error).__name__)
            return False
        return True

    async def _one(self, reader: Reader, pair: Pair) -> None:
        cause = pair[0].cause
        with (
            structlog.contextvars.bound_contextvars(correlation=str(cause.correlation)),
            span_of_all(reader.name, (cause.trace,), stream=pair[0].stream, type=pair[0].type),
        ):
            await self._tried(reader, pair)

    async def _tried(self, reader: Reader, pair: Pair) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                while await self._patiently(lambda db: self._admitted(db, reader, [pair])):
                    log.info("event_goes_on", reader=reader.name, stream=pair[0].stream)
            except Diverged:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it was, three tries and the stream is parked
                log.warning("event_failed", reader=reader.name, stream=pair[0].stream, attempt=attempt, error=type(error).__name__)
                if attempt == _TRIES:
                    reason = error.reason if isinstance(error, Unreadable) else getattr(error, "code", type(error).__name__)
                    await self._patiently(lambda db, r=reason: self._park(db, reader, pair, r))  # type: ignore[misc]
                    self._count_parked(pair[0].stream)
                await asyncio.sleep(0.05 * attempt)
            else:
                return

    async def _admitted(self, db: Db, reader: Reader, pairs: Sequence[Pair]) -> bool:
        """Apply what was not; True when there is more to do for it, in another transaction, and it does not count as applied yet."""
        found = await admission(db, reader.name, [event for event, _ in pairs])
        admitted = found.events
        if not admitted:
            return False
        waiting = await parking.parked_among(db, reader.name, list(found.before))
        if waiting:
            admitted = await self._joined(db, reader, pairs, admitted, waiting)
        fresh = [one for one in map(self._decoded, admitted) if one is not None and type(one.event) in reader.on]
        if fresh and await reader.apply(db, fresh):
            await take_back(db, reader.name, found.before)
            return True
        self.progress.applied[reader.name] += len(fresh)
        return False

    async def _joined(
        self, db: Db, reader: Reader, pairs: Sequence[Pair], admitted: Sequence[Incoming], waiting: Collection[str]
    ) -> list[Incoming]:
        """Events of parked streams join what is parked; answers the others."""
        records = {(event.stream, event.version): record for event, record in pairs}
        for event in admitted:
            if event.stream in waiting:
                await parking.park(db, reader.name, event, kept(records[event.stream, event.version]), "stream is parked")
        return [event for event in admitted if event.stream not in waiting]

    def _decoded(self, event: Incoming) -> Recorded[Event] | None:
        found = known(self._codec, event)
        if found is None:
            self.progress.unknown[event.type] += 1
            IGNORED.labels(self.group, event.type).inc()
        return found

    async def _park(self, db: Db, reader: Reader, pair: Pair, reason: str) -> None:
        if await admit(db, reader.name, [pair[0]]):
            await parking.park(db, reader.name, pair[0], kept(pair[1]), reason)
            if self._announce is not None:
                await self._announce.parked(db, reader.name, pair[0], reason)

    async def _park_record(self, db: Db, record: ConsumerRecord, reason: str) -> None:
        await parking.park_record(db, self._keys, self.group, record, kept(record), reason)

    def _count_parked(self, stream: str) -> None:
        now = time.monotonic()
        parked = self.progress.parked
        parked.append((now, stream))
        while parked and parked[0][0] < now - _PARKED_WINDOW:
            parked.popleft()
        if len({name for _, name in parked}) > _PARKED_LIMIT:
            raise TooManyParked(stream)

    async def _patiently[T](self, work: Callable[[Db], Awaitable[T]]) -> T:
        """One transaction, waited for as long as the database is away."""
        delay = 0.1
        while True:
            self._watch.lives()
            try:
                return await transact(self._pool, work)
            except LOST as error:
                if not is_lost(error):
                    raise
                log.warning("consumer_waits", group=self.group, error=type(error).__name__, retry_in=delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)

    def reads(self, reader_name: str) -> bool:
        """Whether a reader of this name is in the group."""
        return any(reader.name == reader_name for reader in self._readers)

    async def replay(self, reader_name: str, stream: str) -> int:
        """Apply what is parked of a stream for one reader; answers how many. Raises what the first failure raised."""
        [reader] = [reader for reader in self._readers if reader.name == reader_name]

        async def apply(db: Db, event: Incoming) -> bool:
            decoded = self._decoded(event)
            return decoded is not None and type(decoded.event) in reader.on and bool(await reader.apply(db, [decoded]))

        done = await parking.replay(self._pool, reader_name, stream, apply)
        if done and self._announce is not None:
            announce = self._announce
            await self._patiently(lambda db: announce.replayed(db, reader_name, stream, done))
        return done
