"""What a partition is sent goes out one part after the other, and a client that never answers is not waited for for ever."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.eventsourcing.relay import Relay, _Batch
from shared.looks import Looks
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


class Mute:
    """A client that answers nothing."""

    async def forever(self, *_: object, **__: object) -> None:
        await asyncio.Event().wait()

    send_and_wait = partitions_for = stop = forever


class Rows:
    """A database with one row to send."""

    async def fetch(self, *_: object) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        told = {"id": uuid4(), "actor": "person:x", "at": now, "what": "draft", "object": "1", "purpose": "own", "channel": "portal"}
        return [{**told, "correlation": uuid4(), "position": 1, "stream": f"draft-{uuid4()}", "type": "Moved"}]


async def test_a_relay_whose_client_never_says_how_many_partitions_there_are_gives_up_its_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.eventsourcing.relay._ACK_SECONDS", 0.05)
    monkeypatch.setattr("shared.eventsourcing.relay._started", partial(_given, Mute()))
    monkeypatch.setattr("shared.eventsourcing.relay._drop", partial(_given, None))
    relay = Relay(service="sample", pool=cast("Pool", Rows()), lead_url="", bootstrap="", published={"draft": ["Moved"]})
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await relay._publish()


async def test_looks_that_are_never_acknowledged_are_sent_by_another_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.looks._ACK_SECONDS", 0.05)
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await Looks(cast("Pool", Rows()), "", "sample").step(cast("AIOKafkaProducer", Mute()))


class Slow:
    """A broker that takes its time over each record, and acknowledges it."""

    async def send_and_wait(self, *_: object, **__: object) -> None:
        await asyncio.sleep(0.03)


class ManyRows(Rows):
    """A database with ten rows to send, and what was marked as sent."""

    def __init__(self) -> None:
        self.marked: list[object] = []

    async def fetch(self, *_: object) -> list[dict[str, Any]]:
        return [row for _ in range(10) for row in await super().fetch()]

    async def execute(self, _sql: str, ids: list[object]) -> None:
        self.marked += ids


async def test_looks_that_are_acknowledged_one_by_one_are_sent_however_long_they_take_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.looks._ACK_SECONDS", 0.2)
    rows = ManyRows()
    assert await Looks(cast("Pool", rows), "", "sample").step(cast("AIOKafkaProducer", Slow())) == 10
    assert len(rows.marked) == 10


async def _given[T](answer: T, *_: object) -> T:
    return answer
