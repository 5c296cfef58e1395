"""What every process of a service is given: pool, keys, codec, calendar, storage, tokens; opened once, closed at the end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import httpx

from shared.calendar import Calendar
from shared.clock import Clock, clock_from_offset
from shared.contracts.identity.session import SessionEnded
from shared.contracts.operations import COMMON, OPERATIONS
from shared.documents.storage import Storage
from shared.eventsourcing.codec import Codec
from shared.eventsourcing.event import Event
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.view import View
from shared.http.sessions import EndedSessions
from shared.http.tokens import ServiceTokens
from shared.kafka import topic_of
from shared.people import Names, PersonIds
from shared.postgres import open_pool
from shared.service import Parts, Platform, Service
from shared.settings import ServiceSettings
from shared.tracing import outgoing

_SESSIONS = "identity.session"


class NameTwice(Exception):
    """Two different event types that this service stores or reads have the same name."""


@contextlib.asynccontextmanager
async def open_platform(service: Service, settings: ServiceSettings, clock: Clock | None = None) -> AsyncIterator[Platform]:
    """The platform of one process. Nothing is connected yet: what is away is waited for by those who need it."""
    clock = clock or clock_from_offset(settings.clock_offset)
    tokens = ServiceTokens(service.name, settings.service_key.get_secret_value(), clock)
    url = settings.database_url.get_secret_value()
    pool = await open_pool(url, minimum=0, maximum=settings.pool_size, application=service.name)
    http = httpx.AsyncClient(base_url=settings.identity_url, timeout=5, transport=outgoing())
    try:
        yield Platform(
            settings=settings,
            root=service.root,
            pool=pool,
            codec=codec_of(service),
            keys=Keys(settings.keks.get_secret_value()),
            people=PersonIds(settings.person_keys.get_secret_value()),
            names=Names(http, tokens),
            clock=clock,
            calendar=Calendar(ZoneInfo(settings.timezone), settings.holiday_subdivision, settings.holidays),
            storage=Storage(
                settings.s3_url,
                settings.s3_public_url,
                settings.s3_access_key,
                settings.s3_secret_key.get_secret_value(),
                f"gd-{service.name}",
                settings.s3_region,
            ),
            tokens=tokens,
            http=http,
        )
    finally:
        await http.aclose()
        try:
            async with asyncio.timeout(1):
                await pool.close()
        except TimeoutError:
            pool.terminate()


def reading(service: Service) -> Mapping[str, Sequence[type[Event]]]:
    """The types that may be read from each topic: foreign ones as declared, all own published ones, and ended sessions."""
    reads: dict[str, list[type[Event]]] = {topic: list(types) for topic, types in service.reads.items()}
    reads.setdefault(_SESSIONS, []).append(SessionEnded)
    for aggregate, types in service.published.items():
        reads.setdefault(topic_of(service.name, aggregate), []).extend(types)
    return {topic: list(dict.fromkeys(types)) for topic, types in reads.items()}


def published(service: Service) -> Mapping[str, Sequence[type[Event]]]:
    """The types that travel, by aggregate: the service's own, and what every service tells of its running."""
    own = service.published.get(OPERATIONS, ())
    return {**service.published, OPERATIONS: (*own, *COMMON)}


def codec_of(service: Service) -> Codec:
    """One codec for what the service stores and what it reads; raises NameTwice."""
    known: dict[str, type[Event]] = {}
    read = [kind for types in reading(service).values() for kind in types]
    everything: list[type[Event]] = [*service.events, *COMMON, *read]
    for kind in everything:
        if known.setdefault(kind.__name__, kind) is not kind:
            raise NameTwice(kind.__name__)
    return Codec(known.values(), service.upcasters)


def foreign_views(parts: Parts) -> Sequence[View]:
    """The service's foreign views, and the one that every service has: which sessions have ended."""
    if any(view.name == EndedSessions.name for view in parts.foreign_views):
        return parts.foreign_views
    return (*parts.foreign_views, EndedSessions())
