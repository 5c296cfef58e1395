"""The register's topic, with a real broker: good records are taken, what can never be taken is parked and sealed."""

import asyncio
import json
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from shared.eventsourcing.ingress import IngressReader
from shared.kafka import ensure_topics
from shared.service import Ingress
from tests.component.access.story import CLARA, Story, number, record


async def test_good_records_are_taken_and_poison_is_parked(story: Story, kafka: str) -> None:
    topic = f"test.units.{uuid4().hex[:8]}"
    await ensure_topics(kafka, {topic: {}})
    good, again, other = record(80, CLARA), record(80, CLARA, sequence=2, available_kw="20"), record(81, CLARA)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for key, value in (
            (number(80), json.dumps(good)),
            (number(80), json.dumps(again)),
            (number(80), json.dumps(good)),
            (number(80), "not json"),
            (number(81), json.dumps({**other, "phases": "many"})),
            (number(80), json.dumps(other)),
            (number(81), json.dumps(other)),
        ):
            await producer.send_and_wait(topic, value.encode(), key=key.encode(), headers=[("x-source", None)], partition=0)
    finally:
        await producer.stop()
    platform = story.parts.platform
    sources = [Ingress(topic, story.parts.ingress[0].handle)]
    reader = IngressReader(group=f"g.{topic}", sources=sources, pool=platform.pool, keys=platform.keys, bootstrap=kafka)
    task = asyncio.create_task(reader.run())
    try:
        async with asyncio.timeout(40):
            while reader.taken + reader.parked < 7:
                await asyncio.sleep(0.1)
    finally:
        task.cancel()
    assert (reader.taken, reader.parked) == (4, 3)
    parked = await platform.pool.fetch('select error, wrapped from parked_records order by "offset"')
    assert [row["error"] for row in parked] == ["not-a-json-object", "register-record-invalid", "key-differs-from-number"]
    assert all(CLARA.document.encode() not in row["wrapped"] for row in parked)
    assert await platform.pool.fetchval("select available_kw from consumer_units where number = $1", number(80)) == 20
    assert await platform.pool.fetchval("select count(*) from unit_numbers where number = $1", number(81)) == 1
