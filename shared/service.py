"""One value describes a service; everything that runs it is generic.

`services/<name>/app.py` offers `service() -> Service`. Its `build` takes the Platform (pool, keys, calendar, storage …) and answers
its Parts (handlers, views, reactions, timers, routers), which `shared.process` runs in the asked role and the routes reach by
`request.app.state.parts`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter

from shared.calendar import Calendar
from shared.clock import Clock
from shared.documents.storage import Storage
from shared.eventsourcing.codec import Codec, Upcasters
from shared.eventsourcing.event import Event
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.store import Store
from shared.eventsourcing.timers import Fire
from shared.eventsourcing.view import Reaction, View
from shared.http.tokens import ServiceTokens
from shared.imports import ImportKind
from shared.own_data import OwnShare
from shared.people import Names, PersonIds
from shared.postgres import Db, Pool
from shared.settings import ServiceSettings

type IngressRecord = Mapping[str, Any]
type Loop = Callable[[], Awaitable[None]]
type Command = Callable[["Platform", Sequence[str]], Awaitable[int]]


@dataclass(frozen=True)
class Platform:
    """What every service is given: connections, keys, clocks; one of each per process."""

    settings: ServiceSettings
    root: Path
    pool: Pool
    codec: Codec
    keys: Keys
    people: PersonIds
    names: Names
    clock: Clock
    calendar: Calendar
    storage: Storage
    tokens: ServiceTokens
    http: httpx.AsyncClient

    def store(self, views: Sequence[View] = ()) -> Store:
        """The service's store, with the views that are kept in the append's transaction."""
        return Store(self.codec, views, self.keys)


@dataclass(frozen=True)
class Ingress:
    """A topic of another system, read by one service: no stream versions, so its handler decides by natural key and sequence.

    `handle(db, key, value)` runs in a transaction per record; it raises `Malformed` for a record that can never be taken.
    """

    topic: str
    handle: Callable[[Db, bytes, IngressRecord], Awaitable[None]]


@dataclass(frozen=True)
class Parts:
    """What a service is made of. Each service subclasses it in `parts.py`, adding its handlers and queries."""

    platform: Platform
    store: Store
    routers: Sequence[APIRouter] = ()
    foreign_views: Sequence[View] = ()
    reactions: Sequence[Reaction] = ()
    timers: Mapping[str, Fire] = field(default_factory=dict)
    loops: Mapping[str, Loop] = field(default_factory=dict)
    ingress: Sequence[Ingress] = ()
    imports: Mapping[str, ImportKind] = field(default_factory=dict)
    own_data: OwnShare = field(default_factory=OwnShare)


@dataclass(frozen=True)
class Service:
    """A service as its `app.py` declares it."""

    name: str
    digit: int
    root: Path
    settings: type[ServiceSettings]
    events: Sequence[type[Event]]
    published: Mapping[str, Sequence[type[Event]]]
    build: Callable[[Platform], Parts]
    reads: Mapping[str, Sequence[type[Event]]] = field(default_factory=dict)
    upcasters: Upcasters = field(default_factory=dict)
    extra_topics: Sequence[str] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
