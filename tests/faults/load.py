"""Real work while processes die: people sign up over HTTP, the utility tells of consumer units over Kafka."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from demo.staff import sign_up
from demo.surprise import Surprise
from shared.testing.inbox import Inbox, NoMail
from shared.testing.people import Cast, cpf, unit_number
from tests.faults.witness import Watched, Witness

BUSY = (Surprise, NoMail, httpx.HTTPError, OSError, KeyError, TypeError, ValueError)
"""What a client sees of a process that dies under it; whether the deed was done is then not known to it."""


@dataclass
class SignUps:
    """People who sign up; who got to the end, and of whom it is not known."""

    gateway: str
    inbox: str
    cast: Cast
    witness: Witness
    _next: int
    done: set[str] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)

    async def work(self, until: float) -> None:
        """One after the other, until the time is over."""
        while time.monotonic() < until:
            self._next += 1
            person = self.cast.person(f"pessoa{self._next}", f"Pessoa {self._next}", self._next)
            self.in_doubt.add(person.document)
            stage = Watched(self.gateway, self.cast, Inbox(self.inbox), loud=False, witness=self.witness)
            try:
                await asyncio.wait_for(sign_up(stage, person), 45)
            except (*BUSY, TimeoutError):
                await asyncio.sleep(0.5)
            else:
                self.in_doubt.discard(person.document)
                self.done.add(person.document)
            finally:
                with contextlib.suppress(Exception):
                    await stage.close()


@dataclass
class Register:
    """The utility's register of consumer units, told row by row; a row counts once the broker has taken it."""

    bootstrap: str
    cast: Cast
    told: set[str] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)
    _place: int = 0

    async def work(self, until: float) -> None:
        """Each row is told until it is acknowledged: the same row twice is the same row."""
        while time.monotonic() < until:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with self._producer() as producer:
                    while time.monotonic() < until:
                        number = unit_number(self.cast.run * 10_000 + self._place, self.cast.distributor_code)
                        self.in_doubt.add(number)
                        row = json.dumps(_row(number, self._holder(self._place), self._place + 1)).encode()
                        await asyncio.wait_for(producer.send_and_wait("utility.consumer-units", row, key=number.encode()), 20)
                        self.told.add(number)
                        self.in_doubt.discard(number)
                        self._place += 1
                        await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)

    def _holder(self, place: int) -> str:
        """Every tenth unit is Ana's; the others belong to people who are not here."""
        return self.cast.ana.document if place % 10 == 0 else cpf(self.cast.run * 100 + 99)

    @contextlib.asynccontextmanager
    async def _producer(self):  # type: ignore[no-untyped-def]  # noqa: ANN202  the library has no types
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=5000)
        await asyncio.wait_for(producer.start(), 15)
        try:
            yield producer
        finally:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(producer.stop(), 5)


def _row(number: str, holder: str, sequence: int) -> dict[str, object]:
    return {
        "sequence": sequence,
        "at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "number": number,
        "holder_document": holder,
        "group": "B",
        "subgroup": "B1",
        "class": "residencial",
        "voltage_v": "220",
        "phases": 2,
        "available_kw": "12.0",
        "municipality_ibge": "1302603",
        "address": "Rua das Palmeiras 100",
        "status": "active",
        "connected_since": "2015-03-02",
    }


async def settled(ask: Callable[[], bool], patience: float) -> bool:
    """Whether it becomes so in time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if await asyncio.to_thread(ask):
            return True
        await asyncio.sleep(1)
    return False
