"""The worker's tasks: relay, readers, ingress, timers, the service's own loops, measurements and the sweep."""

import asyncio
from collections.abc import Callable

import structlog

from shared.eventsourcing.announce import Announce
from shared.eventsourcing.consumer import Consumer, Reader, reader_of_reaction, reader_of_view
from shared.eventsourcing.ingress import IngressReader, forget_parked
from shared.eventsourcing.relay import Relay
from shared.eventsourcing.timers import Timers
from shared.health import Health
from shared.http.idempotency import forget_old_keys
from shared.http.sessions import forget_ended
from shared.imports import Imports
from shared.looks import Looks
from shared.mail.post import Post
from shared.metrics import CONSUMER_LAG, TIMER_LATENESS, Measurements
from shared.platform import foreign_views, published, reading
from shared.postgres import LOST, Pool
from shared.service import Loop, Parts, Platform, Service

log = structlog.get_logger(__name__)

_WATCH_SECONDS = 1.0
_SWEEP_SECONDS = 600.0


def workers(service: Service, parts: Parts, health: Health) -> dict[str, Loop]:
    """Every task of a worker, by name; each runs for ever and is started again when it ends."""
    platform = parts.platform
    measurements = Measurements(service.name, platform.pool, platform.keys)
    tasks: dict[str, Loop] = {"measurements": measurements.run, "sweep": lambda: _sweep(platform.pool)}
    relay = relay_of(service, platform)
    tasks["relay"] = _watched(relay.run, "relay", health, lambda: relay.refused)
    for consumer in consumers_of(service, parts):
        tasks[consumer.group] = _consuming(consumer, health)
    if parts.ingress:
        tasks["ingress"] = ingress_of(service, parts).run
    if parts.timers:
        tasks["timers"] = Timers(platform.pool, parts.timers, platform.clock, _lateness(service.name)).run
    if parts.imports:
        tasks["imports"] = Imports(platform.pool, platform.storage, platform.keys, parts.imports).run
    tasks["looks"] = Looks(platform.pool, platform.settings.kafka_bootstrap, service.name).run
    tasks["post"] = Post(platform.pool, platform.http, platform.tokens, service.name).run
    tasks.update(parts.loops)
    return tasks


def relay_of(service: Service, platform: Platform) -> Relay:
    """The service's relay."""
    return Relay(
        service=service.name,
        pool=platform.pool,
        lead_url=platform.settings.database_url.get_secret_value(),
        bootstrap=platform.settings.kafka_bootstrap,
        published={aggregate: [kind.__name__ for kind in types] for aggregate, types in published(service).items()},
    )


def consumers_of(service: Service, parts: Parts) -> list[Consumer]:
    """The group of foreign views and the group of reactions; a group without readers is left out."""
    reads = reading(service)
    groups: dict[str, list[Reader]] = {
        f"{service.name}.views": [reader_of_view(view, reads) for view in foreign_views(parts)],
        f"{service.name}.reactions": [reader_of_reaction(reaction, reads) for reaction in parts.reactions],
    }
    platform = parts.platform
    return [
        Consumer(
            group=group,
            readers=readers,
            codec=platform.codec,
            pool=platform.pool,
            keys=platform.keys,
            bootstrap=platform.settings.kafka_bootstrap,
            announce=Announce(service.name, platform.store()),
        )
        for group, readers in groups.items()
        if any(reader.topics for reader in readers)
    ]


def ingress_of(service: Service, parts: Parts) -> IngressReader:
    """The reader of the service's ingress topics."""
    platform = parts.platform
    return IngressReader(
        group=f"{service.name}.ingress",
        sources=parts.ingress,
        pool=platform.pool,
        keys=platform.keys,
        bootstrap=platform.settings.kafka_bootstrap,
    )


def _lateness(service: str) -> Callable[[str, float], None]:
    return lambda timer, seconds: TIMER_LATENESS.labels(service, timer).observe(max(0.0, seconds))


def _consuming(consumer: Consumer, health: Health) -> Loop:
    """A consumer that stopped itself stays stopped, and the process is not ready: a bug is for people, not for a restart."""

    async def run() -> None:
        await consumer.run()
        await asyncio.Event().wait()

    def state() -> str | None:
        CONSUMER_LAG.labels(consumer.group).set(consumer.progress.lag)
        return consumer.progress.stopped

    return _watched(run, consumer.group, health, state)


def _watched(run: Loop, name: str, health: Health, state: Callable[[], str | None]) -> Loop:
    async def watch() -> None:
        while True:
            health.say(name, state())
            await asyncio.sleep(_WATCH_SECONDS)

    async def both() -> None:
        watching = asyncio.create_task(watch())
        try:
            await run()
        finally:
            watching.cancel()

    return both


async def _sweep(pool: Pool) -> None:
    """Drop what nobody needs any more: ended sessions, old keys of deeds done once, parked records of other systems."""
    while True:
        try:
            await forget_ended(pool)
            await forget_old_keys(pool)
            async with pool.acquire(timeout=5) as db:
                await forget_parked(db)
        except LOST as error:
            log.warning("sweep_waits", error=type(error).__name__)
        await asyncio.sleep(_SWEEP_SECONDS)
