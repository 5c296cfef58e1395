"""Kafka: topics that last, and records as CloudEvents 1.0 in binary mode (JSON data, `ce_` headers)."""

import asyncio
import base64
import contextlib
import json
import re
import struct
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import CommitFailedError, KafkaError, TopicAlreadyExistsError
from pydantic_core import from_json

from shared.eventsourcing.codec import Unreadable
from shared.eventsourcing.event import Cause
from shared.ids import parse_id
from shared.kafka_names import read_any_name

log = structlog.get_logger(__name__)
read_any_name()

PARTITIONS = 12
"""Fixed for ever: a stream that changes partition may pass itself."""

KEPT_FOR_EVER: Mapping[str, str] = {"retention.ms": "-1", "cleanup.policy": "delete"}
DAY_MS = 24 * 60 * 60 * 1000
NOWHERE: Mapping[tuple[str, int], int] = {}
BROKER_LOST = (KafkaError, OSError, TimeoutError)
_REPLICAS = 3
_STOP_SECONDS = 5
_STILL_SECONDS = 30.0
_VERSION_LIMIT = 1_000_000
_SEED, _MIX, _32_BITS, _31_BITS = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF, 0x7FFFFFFF
_WORDS = struct.Struct("<I")
_MOST_OF_A_BATCH = 256 * 1024
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_STREAM = re.compile(r"[a-z][a-z0-9-]{0,99}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,99}")


def partition_of(key: str, partitions: int) -> int:
    """Where Kafka's own clients put a record with this key: murmur2 as they have it, a word instead of a byte at a time."""
    data = key.encode()
    length = len(data)
    whole = length & ~3
    found = _SEED ^ length
    for (word,) in _WORDS.iter_unpack(data[:whole]):
        mixed = (word * _MIX) & _32_BITS
        found = ((found * _MIX) & _32_BITS) ^ (((mixed ^ (mixed >> 24)) * _MIX) & _32_BITS)
    if whole < length:
        found = ((found ^ int.from_bytes(data[whole:], "little")) * _MIX) & _32_BITS
    found = ((found ^ (found >> 13)) * _MIX) & _32_BITS
    return ((found ^ (found >> 15)) & _31_BITS) % partitions


def topic_of(service: str, aggregate: str) -> str:
    """`requests.budget-request`."""
    return f"{service}.{aggregate}"


class Incoming(NamedTuple):
    """A record that says which event it is; its data may still be unreadable."""

    topic: str
    partition: int
    offset: int
    stream: str
    version: int
    id: UUID
    type: str
    schema: int
    data: str
    position: int
    recorded_at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A parked record, read back; it has what `incoming` asks of a record."""

    topic: str
    partition: int
    offset: int
    key: bytes
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes


def headers_of(
    *, service: str, stream: str, version: int, event_id: UUID, name: str, schema: int, position: int, recorded_at: datetime, metadata: str
) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a stored event."""
    content: dict[str, str] = from_json(metadata)
    headers = [
        *_headers_of_type(service, name, schema),
        ("ce_id", str(event_id).encode()),
        ("ce_subject", stream.encode()),
        ("ce_time", recorded_at.isoformat(timespec="microseconds").replace("+00:00", "Z").encode()),
        ("ce_sequence", b"%d" % version),
        ("ce_position", b"%d" % position),
        ("ce_correlationid", content["correlation"].encode()),
        ("ce_actor", content["actor"].encode()),
    ]
    if "causation" in content:
        headers.append(("ce_causationid", content["causation"].encode()))
    if "trace" in content:
        headers.append(("traceparent", content["trace"].encode()))
    return headers


@lru_cache(maxsize=512)
def _headers_of_type(service: str, name: str, schema: int) -> tuple[tuple[str, bytes], ...]:
    """What all events of a type say alike."""
    return (
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_type", name.encode()),
        ("ce_source", f"/services/{service}".encode()),
        ("ce_dataschema", f"/schemas/{service}/{name}/{schema}".encode()),
    )


def incoming(record: ConsumerRecord | KeptRecord) -> Incoming:
    """A record's envelope; raises Unreadable when its headers do not say which event of which stream it is."""
    try:
        headers = dict(record.headers)
        causation, trace = headers.get("ce_causationid"), headers.get("traceparent")
        name, schema = _type_of(headers["ce_type"], headers["ce_dataschema"])
        found = Incoming(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            stream=headers["ce_subject"].decode(),
            version=int(headers["ce_sequence"]),
            id=parse_id(headers["ce_id"].decode()),
            type=name,
            schema=schema,
            data=_text(record.value),
            position=int(headers["ce_position"]),
            recorded_at=_instant(headers["ce_time"].decode()),
            cause=Cause(
                headers["ce_actor"].decode(),
                parse_id(headers["ce_correlationid"].decode()),
                parse_id(causation.decode()) if causation else None,
                trace.decode() if trace else None,
            ),
        )
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        reason = f"headers: {type(error).__name__}"
        raise Unreadable(reason) from None
    if record.key != headers["ce_subject"] or not (0 < found.version < _VERSION_LIMIT and 0 < schema < _VERSION_LIMIT):
        reason = "key is not the stream, or the version or schema cannot be one"
        raise Unreadable(reason)
    if not _STREAM.fullmatch(found.stream) or not name:
        reason = "the stream or the type cannot be one"
        raise Unreadable(reason)
    return found


@lru_cache(maxsize=512)
def _type_of(name: bytes, schema: bytes) -> tuple[str, int]:
    """A type and its schema's version; no name where it cannot be one. Raises ValueError."""
    text = name.decode()
    return text if _TYPE.fullmatch(text) else "", int(schema.rpartition(b"/")[2])


def _instant(text: str) -> datetime:
    """An instant that a clock of ours could have shown; raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not _EARLIEST <= found < _LATEST:
        raise ValueError(text)
    return found


def _text(value: bytes | None) -> str:
    """The data of a record; nothing where it is not UTF-8, so that its stream, which is known, is what gets parked."""
    try:
        return (value or b"").decode()
    except UnicodeDecodeError:
        return ""


def kept(record: ConsumerRecord | KeptRecord) -> str:
    """A record as JSON, to be parked and replayed as it came; a header may have no value, and its name may be any text."""
    return json.dumps(
        {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": base64.b64encode(record.key or b"").decode(),
            "headers": [[_storable(key), None if value is None else base64.b64encode(value).decode()] for key, value in record.headers],
            "value": base64.b64encode(record.value or b"").decode(),
        }
    )


def _storable(name: str) -> str:
    """A header's name as a JSON column can keep it: no envelope of ours has a NUL in a name."""
    return name.replace("\0", "\ufffd")


def restored(text: str) -> KeptRecord:
    """The record that `kept` wrote."""
    content = json.loads(text)
    headers = [(key, None if value is None else base64.b64decode(value)) for key, value in content["headers"]]
    return KeptRecord(
        content["topic"],
        content["partition"],
        content["offset"],
        base64.b64decode(content["key"]),
        headers,
        base64.b64decode(content["value"]),
    )


async def read_all(bootstrap: str, topics: Sequence[str]) -> AsyncIterator[tuple[tuple[str, int, str], int]]:
    """Every readable record of these topics, up to their ends as of now: its stream, version and id, and its partition."""
    async for found in read_records(bootstrap, topics):
        yield (found.stream, found.version, str(found.id)), found.partition


async def read_records(bootstrap: str, topics: Sequence[str], places: Mapping[tuple[str, int], int] = NOWHERE) -> AsyncIterator[Incoming]:
    """Every readable record of these topics, whole, up to their ends as of now.

    A partition is read from the place told for it, or from its beginning. Raises TimeoutError when nothing has moved for half a minute:
    a client whose broker is lost tries for ever.
    """
    source = consumer(bootstrap, None, "read-all")
    await source.start()
    try:
        ends = await _to_read(source, topics, places)
        loop = asyncio.get_running_loop()
        stood, moved_at = dict.fromkeys(ends, -1), loop.time()
        while True:
            async with asyncio.timeout(_STILL_SECONDS):
                stands = {partition: await source.position(partition) for partition in ends}
                left = [partition for partition, end in ends.items() if stands[partition] < end]
                batches = await source.getmany(*left, timeout_ms=1000) if left else {}
            if not left:
                return
            if stands != stood:
                stood, moved_at = stands, loop.time()
            elif loop.time() - moved_at > _STILL_SECONDS:
                raise TimeoutError
            for records in batches.values():
                for record in records:
                    with contextlib.suppress(Unreadable):
                        yield incoming(record)
    finally:
        await let_go(source)


async def _to_read(source: AIOKafkaConsumer, topics: Sequence[str], places: Mapping[tuple[str, int], int]) -> Mapping[TopicPartition, int]:
    """Stand at these places of what is not read to its end; answers the ends."""
    partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
    async with asyncio.timeout(_STILL_SECONDS):
        found = await source.end_offsets(partitions)
    ends = {partition: end for partition, end in found.items() if end > places.get((partition.topic, partition.partition), 0)}
    if ends:
        source.assign(list(ends))
    for partition in ends:
        if place := places.get((partition.topic, partition.partition)):
            source.seek(partition, place)
        else:
            await source.seek_to_beginning(partition)
    return ends


async def rewind_groups(bootstrap: str, prefix: str) -> Mapping[str, int | None]:
    """Set the groups whose names begin so back to the beginning; per group, how many partitions, None while somebody reads in it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        groups = sorted({str(row[0]) for row in await admin.list_consumer_groups() if str(row[0]).startswith(prefix)})
        committed = {group: list(await admin.list_consumer_group_offsets(group)) for group in groups}
    finally:
        await admin.close()
    return {group: await _rewind(bootstrap, group, partitions) for group, partitions in committed.items() if partitions}


async def _rewind(bootstrap: str, group: str, partitions: Sequence[TopicPartition]) -> int | None:
    """Commit the beginnings for a group that nobody reads just now."""
    source = consumer(bootstrap, group, "rewind")
    await source.start()
    try:
        source.assign(partitions)
        beginnings: dict[TopicPartition, int] = await source.beginning_offsets(partitions)
        await source.commit(beginnings)
    except CommitFailedError:
        return None
    finally:
        await let_go(source)
    return len(partitions)


async def let_go(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Stop a client within five seconds, whatever its broker does, and never end the caller with it.

    aiokafka awaits tasks of its own while it stops: one of them cancelled (as after a lost broker) comes out as a CancelledError that
    nobody asked for and would end the task that stops the client, without a word. A task of its own keeps that in. What a stop that
    is cut short leaves running (a heartbeat keeps a member in its group that reads no more) is ended with it.
    """
    stopping = asyncio.ensure_future(client.stop())
    done, _ = await asyncio.wait({stopping}, timeout=_STOP_SECONDS)
    if done and not stopping.cancelled() and stopping.exception() is None:
        return
    log.warning("kafka_client_did_not_stop", client=type(client).__name__)
    stopping.cancel()
    for task in _left_by(client):
        task.cancel()
    closing = asyncio.ensure_future(client._client.close() if isinstance(client, AIOKafkaConsumer) else client.client.close())
    await asyncio.wait({closing}, timeout=_STOP_SECONDS)
    closing.cancel()


def _left_by(client: AIOKafkaConsumer | AIOKafkaProducer) -> Iterator["asyncio.Task[None]"]:
    """The tasks inside a client that did not stop."""
    if isinstance(client, AIOKafkaProducer):
        owners: tuple[object, ...] = (client._sender,)
    else:
        owners = (client._coordinator, client._fetcher)
    names = ("_sender_task", "_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_fetch_task")
    for task in (getattr(owner, name, None) for owner in owners for name in names):
        if isinstance(task, asyncio.Task):
            yield task


def producer(bootstrap: str, client: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for all replicas; the caller starts and stops it."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        request_timeout_ms=10_000,
        max_request_size=1_048_576,
        max_batch_size=_MOST_OF_A_BATCH,
    )


def consumer(bootstrap: str, group: str | None, client: str, topics: Iterable[str] = (), *, earliest: bool = True) -> AIOKafkaConsumer:
    """A consumer that commits only when told to; the caller starts and stops it."""
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        group_id=group,
        client_id=client,
        enable_auto_commit=False,
        auto_offset_reset="earliest" if earliest else "latest",
        session_timeout_ms=10_000,
        heartbeat_interval_ms=3_000,
        max_poll_interval_ms=900_000,
        fetch_max_wait_ms=100,
        metadata_max_age_ms=30_000,
    )


async def ensure_topics(bootstrap: str, topics: Mapping[str, Mapping[str, str]], *, partitions: int = PARTITIONS) -> list[str]:
    """Create the topics that do not exist, with their settings, on three brokers where there are as many; answers the new ones."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        replicas = min(len((await admin.describe_cluster())["brokers"]), _REPLICAS)
        made = []
        for name, settings in topics.items():
            if name in existing:
                continue
            response = await admin.create_topics(
                [NewTopic(name=name, num_partitions=partitions, replication_factor=replicas, topic_configs=dict(settings))]
            )
            for _, code, *_rest in response.topic_errors:
                if code not in {0, TopicAlreadyExistsError.errno}:
                    message = f"topic {name} was not made: error {code}"
                    raise KafkaError(message)
            made.append(name)
        return made
    finally:
        await admin.close()
