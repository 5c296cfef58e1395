"""The `eventsourcing` library as a peer: its PostgreSQL recorder saves, its repository loads, its projection runner rebuilds."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from bench.rounds import Work

type App = Application[UUID]
type Deed = Callable[[App, int], None]

_AT_ONCE = 500


class Draft(Aggregate):
    """The same fact in the library's terms: one event of the same size."""

    @event("ModuleAdded")
    def __init__(self, maker: str, model: str, watts: int, quantity: int) -> None:
        self.row = (maker, model, watts, quantity)


class Site(Aggregate):
    """A stream that grows: its state is folded from its events before each command."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, int, int]] = []

    @event("ModuleAdded")
    def add(self, maker: str, model: str, watts: int, quantity: int) -> None:
        """One more row."""
        self.rows.append((maker, model, watts, quantity))


def save(application: App, times: int) -> None:
    """One event per save, on a new stream each time."""
    for n in range(times):
        application.save(Draft("Fabricante", "M-550-HC", 550, n))


def get_and_save(application: App, times: int) -> None:
    """Load, fold, decide, save; streams grow to ten events."""
    site = Site()
    for n in range(times):
        site = application.repository.get(site.id) if n % 10 else Site()
        site.add("Fabricante", "M-550-HC", 550, n)
        application.save(site)


@asynccontextmanager
async def library(url: str, writers: int) -> AsyncIterator[Callable[[Deed], Sequence[Work]]]:
    """Writers that do a deed through the `eventsourcing` library's PostgreSQL recorder, one thread each."""
    _tell(url, writers)
    application: App = Application()
    threads = ThreadPoolExecutor(writers)

    def doing(deed: Deed) -> Sequence[Work]:
        async def write(times: int) -> None:
            await asyncio.get_running_loop().run_in_executor(threads, deed, application, times)

        return [write] * writers

    try:
        yield doing
    finally:
        threads.shutdown()
        application.close()


class Rows(PostgresTrackingRecorder):
    """The view: a row per draft, written with its tracking record in one transaction, as the library's documentation has it."""

    def add(self, stream: str, modules: int, tracking: Tracking) -> None:
        """One event's effect."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "insert into library_rows as r (stream, modules) values (%s, %s)"
                " on conflict (stream) do update set modules = r.modules + excluded.modules",
                (stream, modules),
                prepare=True,
            )


class ProjectRows(Projection[Rows]):
    """What the runner calls for each event."""

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Nothing else is saved."""

    @process_event.register
    def _(self, domain_event: Draft.ModuleAdded, tracking: Tracking) -> None:  # type: ignore[name-defined]  # made by the decorator
        self.view.add(str(domain_event.originator_id), domain_event.quantity, tracking)


def fill(url: str, events: int) -> None:
    """Save so many events."""
    _tell(url, 2)
    application: App = Application()
    for start in range(0, events, _AT_ONCE):
        application.save(*(Draft("Fabricante", "M-550-HC", 550, n) for n in range(start, min(start + _AT_ONCE, events))))
    application.close()


def rebuilt(url: str) -> float:
    """Events per second of the projection runner, from the beginning of what is saved to its end."""
    _tell(url, 2)
    projection = type(f"Project{uuid4().hex[:8]}", (ProjectRows,), {})
    application: App = Application()
    last = application.recorder.max_notification_id() or 0
    application.close()
    start = time.perf_counter()
    with ProjectionRunner(application_class=Application, projection_class=projection, view_class=Rows) as runner:
        runner.wait(last, timeout=300)
        return last / (time.perf_counter() - start)


def _tell(url: str, connections: int) -> None:
    """The library is told by the environment."""
    parts = urlsplit(url)
    os.environ |= {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "127.0.0.1",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "postgres",
        "POSTGRES_PASSWORD": parts.password or "",
        "POSTGRES_POOL_SIZE": str(connections),
        "POSTGRES_MAX_OVERFLOW": str(connections),
    }
