"""What a partition is sent goes out one part after the other: a later version is never there before an earlier one that failed."""

import asyncio
from typing import cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.eventsourcing.relay import Relay, _Batch
from shared.postgres import Pool

TOPIC = "sample.draft"


class Broker:
    """Takes what it is sent, and acknowledges it a moment later; but the first."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, BatchBuilder]] = []

    async def send_batch(self, part: BatchBuilder, _topic: str, *, partition: int) -> "asyncio.Future[object]":
        acknowledged: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        tell = acknowledged.set_result if self.sent else acknowledged.set_exception
        asyncio.get_running_loop().call_later(0.02, tell, KafkaError("refused"))
        self.sent.append((partition, part))
        return acknowledged


async def test_after_a_part_that_failed_nothing_of_its_partition_is_sent() -> None:
    relay = Relay(service="sample", pool=cast("Pool", None), lead_url="", bootstrap="", published={"draft": ["Moved"]})
    first, another, later = (BatchBuilder(1000, 0) for _ in range(3))
    broker = Broker()
    with pytest.raises(KafkaError):
        await relay._send(cast("AIOKafkaProducer", broker), _Batch(9, 3, 3, [(TOPIC, 0, first), (TOPIC, 1, another), (TOPIC, 0, later)]))
    assert broker.sent == [(0, first), (1, another)]
    assert relay.relayed == 0
