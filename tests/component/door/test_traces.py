"""One request is one trace: sent by the real exporter to a receiver that reads OTLP, from the door to what a reader makes of it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.local.answers import free_port
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.kafka import KEPT_FOR_EVER, ensure_topics
from shared.postgres import Db
from shared.service import Parts, Platform, Service
from shared.serving import serve
from shared.testing.running import settings_for
from shared.testing.tokens import Issuer
from shared.tracing import start_tracing, trace_with
from tests.component.door.sample import NoteWritten, build, sample
from tests.conftest import Bucket, Database

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"
SECRET = "Segredo de Ana"


@dataclass
class Span:
    """What the receiver was told of one span."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, str]


@dataclass
class Collector:
    """What takes OTLP over HTTP, and, as identity would, answers with the keys of tokens."""

    issuer: Issuer = field(default_factory=Issuer)
    spans: list[Span] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, body: bytes) -> None:
        """Read one export."""
        self.raw.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for one in scope.spans:
                    told = {item.key: item.value.string_value or str(item.value.int_value) for item in one.attributes}
                    ids = (one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex())
                    self.spans.append(Span(names["service.name"], one.name, *ids, told))

    async def of_trace(self, *names: str) -> dict[str, Span]:
        """The spans of the caller's trace by name, once all of these have come."""
        found: dict[str, Span] = {}
        for _ in range(120):
            found = {one.name: one for one in self.spans if one.trace == TRACE}
            if set(names) <= set(found):
                return found
            await asyncio.sleep(0.25)
        raise AssertionError((sorted(found), sorted({one.name for one in self.spans})))


@pytest.fixture
def collector() -> Iterator[Collector]:
    """It listens."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.take(self.rfile.read(int(self.headers["content-length"])))
            self._say(b"", "application/x-protobuf")

        def do_GET(self) -> None:
            keys = [key.as_dict(private=False) for key in found.issuer.people._keys.values()]
            self._say(json.dumps({"keys": keys}).encode(), "application/json")

        def _say(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)


class WhenNoteWritten:
    """Reads what this very service publishes."""

    name: ClassVar[str] = "when_note_written"
    on: ClassVar[frozenset[type[Event]]] = frozenset({NoteWritten})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """Look at it."""
        assert await db.fetchval("select count(*) from events where id = $1", event.id) == 1


def _service(name: str) -> Service:
    def with_reaction(platform: Platform) -> Parts:
        return replace(build(platform), reactions=[WhenNoteWritten()])

    return replace(sample(), name=name, published={"note": [NoteWritten]}, build=with_reaction)


@dataclass(frozen=True)
class Served:
    """The service, over a port."""

    name: str
    url: str


@pytest.fixture
async def served(collector: Collector, database: Database, storage: Bucket, kafka: str, *, traced: bool) -> AsyncIterator[Served]:
    """Door and worker in this process, with the setting or without."""
    service = _service(f"sample{uuid4().hex[:10]}")
    await ensure_topics(kafka, {f"{service.name}.{topic}": KEPT_FOR_EVER for topic in ("note", "operations", "access-log")})
    port = free_port()
    keys = f"{collector.url}/.well-known/jwks.json"
    endpoint = f"{collector.url}/v1/traces" if traced else ""
    more = {"kafka_bootstrap": kafka, "port": port, "identity_url": collector.url, "identity_jwks_url": keys, "otlp_endpoint": endpoint}
    settings = settings_for(service, database, storage, **more)
    start_tracing(service.name, settings.otlp_endpoint)
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(service, settings, stop, api=True, worker=True))
    try:
        url = f"http://127.0.0.1:{port}"
        await _answers(f"{url}/health/ready")
        yield Served(service.name, url)
    finally:
        stop.set()
        await asyncio.wait({serving}, timeout=15)
        trace_with(None)


async def _answers(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(150):
            with suppress(httpx.HTTPError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.2)
    raise AssertionError(url)


async def _write(served: Served, collector: Collector) -> UUID:
    headers = {**collector.issuer.person(uuid4()), "idempotency-key": str(uuid4()), "traceparent": CALLER}
    async with httpx.AsyncClient(base_url=served.url) as client:
        written = await client.post("/v1/notes", json={"text": SECRET}, headers=headers)
    assert written.status_code == 201
    return UUID(written.json()["id"])


@pytest.mark.parametrize("traced", [True])
async def test_a_request_and_all_that_follows_is_one_trace(served: Served, collector: Collector) -> None:
    note = await _write(served, collector)
    publish = f"publish {served.name}.note"
    spans = await collector.of_trace("POST /v1/notes", "transaction", "WriteNote", "GET 127.0.0.1", publish, "when_note_written")
    door, command, reader = spans["POST /v1/notes"], spans["WriteNote"], spans["when_note_written"]
    assert (door.parent, door.service) == ("00f067aa0ba902b7", served.name)
    assert door.attributes["http.response.status_code"] == "201"
    assert command.attributes == {"stream": f"note-{note}"}
    assert spans["GET 127.0.0.1"].attributes["url.path"] == "/.well-known/jwks.json"
    assert (spans["GET 127.0.0.1"].parent, spans[publish].parent, reader.parent) == (door.id, door.id, door.id)
    assert spans[publish].attributes["type"] == reader.attributes["type"] == "NoteWritten"
    assert command.parent in {one.id for one in collector.spans if one.name == "transaction" and one.parent == door.id}
    assert not [one for one in collector.spans if "health" in one.name]
    assert SECRET.encode() not in b"".join(collector.raw)


@pytest.mark.parametrize("traced", [False])
async def test_without_the_setting_nothing_is_sent_and_the_callers_trace_still_travels(
    served: Served, collector: Collector, database: Database
) -> None:
    note = await _write(served, collector)
    async with database.connect() as db:
        for _ in range(100):
            if await db.fetchval("select count(*) from applied where reader = 'when_note_written'"):
                break
            await asyncio.sleep(0.2)
        kept = await db.fetchval("select metadata ->> 'trace' from events where stream = $1", f"note-{note}")
    assert kept == CALLER
    assert collector.raw == []
