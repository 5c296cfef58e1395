"""Traces by OpenTelemetry, where an address to send them to is set; without one nothing is recorded and nothing costs.

One request is one trace: the door's span, the transactions and commands in it, the calls to others, what the relay publishes and what
readers make of it, in whichever process. The events carry the trace on (`Cause.trace`, the header `traceparent`).
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import httpx
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_WELL_FORMED = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_OFF: AbstractContextManager[Span | None] = nullcontext()
_EXPORT_SECONDS = 2
_MOST_LINKS = 64
_tracers: list[Tracer] = []


def start_tracing(service: str, endpoint: str) -> None:
    """Send spans to an OTLP/HTTP collector; an empty endpoint leaves tracing off."""
    if not endpoint:
        return
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)))
    trace_with(provider)


def trace_with(provider: TracerProvider | None) -> None:
    """Record spans with this provider from now on; with None, no more."""
    _tracers[:] = [provider.get_tracer("agencia")] if provider is not None else []


def tracing() -> bool:
    """Whether anything is recorded, for those who would have to prepare something first."""
    return bool(_tracers)


def span(
    name: str, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: str | int
) -> AbstractContextManager[Span | None]:
    """A span around some work, under the trace that a `traceparent` header names; attributes never hold personal data."""
    return _recorded(_tracers[0], name, (parent,), kind, attributes) if _tracers else _OFF


def span_of_all(name: str, parents: Iterable[str | None], **attributes: str | int) -> AbstractContextManager[Span | None]:
    """A span around work for several causes: under their trace where they have one in common, else linked to each."""
    return _recorded(_tracers[0], name, tuple(dict.fromkeys(parents)), SpanKind.CONSUMER, attributes) if _tracers else _OFF


@contextmanager
def _recorded(
    tracer: Tracer, name: str, parents: tuple[str | None, ...], kind: SpanKind, attributes: dict[str, str | int]
) -> Iterator[Span | None]:
    known = [_PROPAGATOR.extract({"traceparent": parent}) for parent in parents if parent][:_MOST_LINKS]
    context = known[0] if len(parents) == 1 and known else None
    links = [] if len(parents) == 1 else [Link(trace.get_current_span(one).get_span_context()) for one in known]
    # What was raised may quote what somebody typed: its class is all that is told of it.
    with tracer.start_as_current_span(
        name, context=context, kind=kind, attributes=attributes, links=links, record_exception=False, set_status_on_exception=False
    ) as started:
        try:
            yield started
        except BaseException as error:
            started.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def traceparent() -> str | None:
    """The header that hands the current trace on; None when nothing is traced."""
    if not _tracers:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def handed_on(header: str | None) -> str | None:
    """The trace that a request came with, for what follows from it; None where the header is none: it is kept with events for ever."""
    return traceparent() or (header if header and _WELL_FORMED.fullmatch(header) else None)


class _Traced(httpx.AsyncBaseTransport):
    """Calls to others, each in a span, with the header that carries the trace on."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call; neither its query nor its body is told."""
        with span(f"{request.method} {request.url.host}", kind=SpanKind.CLIENT, **{"url.path": request.url.path}) as started:
            if header := traceparent():
                request.headers["traceparent"] = header
            answer = await self._inner.handle_async_request(request)
            if started is not None:
                started.set_attribute("http.response.status_code", answer.status_code)
            return answer

    async def aclose(self) -> None:
        """Close what is beneath."""
        await self._inner.aclose()


def outgoing() -> httpx.AsyncBaseTransport | None:
    """How calls to others go out: traced where tracing is on, else as they would anyway."""
    return _Traced(httpx.AsyncHTTPTransport()) if _tracers else None
