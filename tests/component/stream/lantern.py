"""A whole service in one file, run as a process of its own: lanterns that are lit, and a reaction that counts the lit ones."""

import asyncio
import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends

from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Malformed, Refusal
from shared.eventsourcing.view import View
from shared.eventsourcing.writes import Writes
from shared.http.body import Answer
from shared.http.principal import anyone
from shared.http.tokens import ServiceTokens
from shared.postgres import Db
from shared.process import main
from shared.service import Ingress, Parts, Platform, Service
from shared.settings import ServiceSettings

NAME = os.environ.get("LANTERN_NAME", "lantern")
TABLES = (
    "create table lit (stream text, version int, by text); create table counted (stream text, version int);"
    " create table oil (key text, litres int)"
)


class LanternSettings(ServiceSettings):
    """Nothing of its own."""

    service: ClassVar[str] = "lantern"


class LanternLit(Event):
    """A lantern shines."""

    by: str


class LanternBroken(Refusal):
    """An answer that the reaction expects."""


class NoOil(Malformed):
    """A record that can never be taken."""


@dataclass(frozen=True)
class LitLanterns:
    """Who lit which lantern? Inline."""

    name: ClassVar[str] = "lit_1"
    category: ClassVar[str] = "lantern"
    tables: ClassVar[tuple[str, ...]] = ("lit",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({LanternLit})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One row each."""
        writes.add_each("insert into lit values ($1, $2, $3)", [(event.stream, event.version, event.event.by) for event in events])


@dataclass(frozen=True)
class WhenLanternLit:
    """Counts what shines; a lantern of `nobody` is refused."""

    name: ClassVar[str] = "when_lantern_lit"
    on: ClassVar[frozenset[type[Event]]] = frozenset({LanternLit})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset({LanternBroken})

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """One row each, which a refusal takes back."""
        await db.execute("insert into counted values ($1, $2)", event.stream, event.version)
        if event.event.by == "nobody":
            raise LanternBroken
        if event.event.by == "wind" and not await db.fetchval("select count(*) from oil"):
            message = "a mistake that needs oil"
            raise ValueError(message)


async def take_oil(db: Db, key: bytes, value: Mapping[str, Any]) -> None:
    """Note the oil that another system delivers."""
    if value["litres"] <= 0:
        raise NoOil
    await db.execute("insert into oil values ($1, $2)", key.decode(), value["litres"])


async def burn_out(db: Db, stream: str, now: datetime) -> None:
    """What the timer of a lantern does: nothing, in time."""


class NightAnswer(Answer):
    """How long it was."""

    seconds: int


router = APIRouter(prefix="/v1/nights", tags=["nights"])


@router.get("/{seconds}")
async def pass_the_night(seconds: int, _: Annotated[object, Depends(anyone)]) -> NightAnswer:
    """Esperar."""
    await asyncio.sleep(seconds)
    return NightAnswer(seconds=seconds)


def build(platform: Platform) -> Parts:
    """The parts of the service."""
    views: list[View] = [LitLanterns()]
    return Parts(
        platform=platform,
        store=platform.store(views),
        routers=[router],
        reactions=[WhenLanternLit()],
        timers={"burn-out": burn_out},
        ingress=[Ingress(f"utility.{NAME}", take_oil)],
    )


async def light(platform: Platform, arguments: Sequence[str]) -> int:
    """An own command of the service."""
    sys.stdout.write(f"{platform.settings.service} {' '.join(arguments)}\n")
    return 0


def service() -> Service:
    """The service."""
    return Service(
        name=NAME,
        digit=9,
        root=Path(__file__).parent / "no-such-folder",
        settings=LanternSettings,
        events=[LanternLit],
        published={"lantern": [LanternLit]},
        build=build,
        commands={"light": light},
    )


def environment(name: str, url: str, migrator_url: str, kafka: str, ports: tuple[int, int]) -> dict[str, str]:
    """What the process is told."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    tokens = ServiceTokens("lantern", key)
    return {
        "PATH": os.environ["PATH"],
        "LANTERN_NAME": name,
        "LANTERN_DATABASE_URL": url,
        "LANTERN_MIGRATOR_URL": migrator_url,
        "KAFKA_BOOTSTRAP": kafka,
        "PERSON_KEYS": f"1:{key}",
        "LANTERN_KEKS": f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "LANTERN_SERVICE_KEY": key,
        "SERVICE_JWKS": json.dumps({"keys": [tokens.public()]}),
        "S3_ACCESS_KEY": "x",
        "S3_SECRET_KEY": "y",
        "LANTERN_PORT": str(ports[0]),
        "LANTERN_WORKER_PORT": str(ports[1]),
    }


if __name__ == "__main__":
    main(service, sys.argv[1:])
