"""Topics are read up to their ends, from where the caller says, and a broker that brings nothing more is not waited for for ever."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition

from shared.kafka import read_records

TOPIC = "sample.draft"
END = 3


class Client:
    """A consumer of one partition with three records that nobody can read; its broker is lost after some of them, or says no place."""

    def __init__(self, brings: int, *, mute: bool = False) -> None:
        self.at = 0
        self.sought: list[int] = []
        self._brings = brings
        self._mute = mute

    async def start(self) -> None: ...

    stop = start

    async def end_offsets(self, _: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {TopicPartition(TOPIC, 0): END}

    def assign(self, _: Sequence[TopicPartition]) -> None: ...

    def seek(self, _: TopicPartition, place: int) -> None:
        self.sought.append(place)
        self.at = place

    async def seek_to_beginning(self, *_: TopicPartition) -> None:
        self.sought.append(0)

    async def position(self, _: TopicPartition) -> int:
        if self._mute:
            await asyncio.Event().wait()
        return self.at

    async def getmany(self, *_: TopicPartition, timeout_ms: int) -> dict[TopicPartition, list[object]]:
        assert timeout_ms == 1000
        await asyncio.sleep(0.06)
        self.at = min(self.at + 1, max(self._brings, self.at))
        return {}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.kafka._STILL_SECONDS", 0.1)


async def read(client: Client, monkeypatch: pytest.MonkeyPatch, place: int = 0) -> None:
    """Read it to its end."""
    monkeypatch.setattr("shared.kafka.consumer", lambda *_: client)
    async for _ in read_records("", [TOPIC], {(TOPIC, 0): place}):
        pass


@pytest.mark.usefixtures("impatient")
async def test_what_moves_is_read_to_its_end_from_where_it_is_told_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, rest, nothing = Client(END), Client(END), Client(END)
    async with asyncio.timeout(5):
        await read(whole, monkeypatch)
        await read(rest, monkeypatch, place=1)
        await read(nothing, monkeypatch, place=END)
    assert (whole.sought, rest.sought, nothing.sought) == ([0], [1], [])
    assert (whole.at, rest.at) == (END, END)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("mute", [False, True])
async def test_a_broker_lost_in_the_middle_is_told(monkeypatch: pytest.MonkeyPatch, *, mute: bool) -> None:
    client = Client(1, mute=mute)
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await read(client, monkeypatch)
    assert client.at == (0 if mute else 1)
