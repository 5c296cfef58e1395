"""What really happened, read from the stores and the topics themselves."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local import secrets
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.servers.postgres import admin_url
from shared.identifiers import parse_document
from shared.people import PersonIds

PUBLISHED_TYPE = "ce_type"


def person_ids(home: Home, documents: set[str]) -> set[str]:
    """The ids under which the system knows these documents."""
    known = PersonIds(secrets.key_ring(home, "person_keys"))
    return {str(known.of(parse_document(document))) for document in documents}


async def rows(home: Home, service: str, question: str, *values: object) -> Sequence[asyncpg.Record]:
    """A look into a service's database."""
    connection = await asyncpg.connect(admin_url(home, service), timeout=10)
    try:
        return list(await connection.fetch(question, *values))
    finally:
        await connection.close()


async def stored(home: Home, service: str, name: str, field: str) -> Counter[str]:
    """The values of one field in all stored events of a type, counted."""
    found = await rows(home, service, "select data->>$2 as value from events where type = $1", name, field)
    return Counter(str(row["value"]) for row in found)


async def ids_stored(home: Home, service: str, name: str) -> set[str]:
    """The ids of all stored events of a type."""
    return {str(row["id"]) for row in await rows(home, service, "select id from events where type = $1", name)}


async def ids_published(home: Home, topic: str, name: str) -> set[str]:
    """The ids of all events of a type on a topic, from its beginning to its end."""
    consumer = AIOKafkaConsumer(bootstrap_servers=f"{LOOPBACK}:{home.ports['kafka']}", enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, number) for number in sorted(await _partitions(consumer, topic))]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        await consumer.seek_to_beginning(*parts)
        found: set[str] = set()
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                for record in batch:
                    headers = {key: value.decode() for key, value in record.headers}
                    if headers.get(PUBLISHED_TYPE) == name:
                        found.add(headers["ce_id"])
        return found
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    for _ in range(50):
        found: set[int] | None = consumer.partitions_for_topic(topic)
        if found:
            return found
        await consumer._client.force_metadata_update()
        consumer._client.add_topic(topic)
        await asyncio.sleep(0.2)
    raise AssertionError(f"no topic {topic}")


async def parked(home: Home) -> list[str]:
    """Every parked stream of every service: after mere deaths there is none."""
    found: list[str] = []
    for service in SERVICES:
        found += [f"{service}: {row['reader']} {row['stream']}" for row in await rows(home, service, "select reader, stream from parked")]
    return found
