"""Clients of the broker that hang, for the readers that must notice."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from shared.kafka import consumer


async def waits(*_: object, **__: object) -> None:
    """For what never comes."""
    await asyncio.Event().wait()


async def nothing(**_: object) -> dict[object, object]:
    """Brings none."""
    await asyncio.sleep(0.1)
    return {}


def clients(monkeypatch: pytest.MonkeyPatch, module: str, does: Mapping[str, Any], *, all_of_them: bool = False) -> list[AIOKafkaConsumer]:
    """The clients that a reader's module makes from now on; these calls of the first, or of all, do otherwise."""
    made: list[AIOKafkaConsumer] = []

    def client(*words: Any) -> AIOKafkaConsumer:
        source = consumer(*words)
        if all_of_them or not made:
            for call, does_it in does.items():
                monkeypatch.setattr(source, call, does_it)
        made.append(source)
        return source

    monkeypatch.setattr(f"{module}.consumer", client)
    return made
