"""Traces by OpenTelemetry, where an address to send them to is set; without one nothing is recorded and nothing costs."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


def start_tracing(service: str, endpoint: str) -> None:
    """Send spans to an OTLP/HTTP collector; an empty endpoint leaves tracing off."""
    if not endpoint:
        return
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, parent: str | None = None, **attributes: str | int) -> Iterator[None]:
    """A span around some work, under the trace that a `traceparent` header names; attributes never hold personal data."""
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    with trace.get_tracer("agencia").start_as_current_span(name, context=context, attributes=attributes):
        yield


def traceparent() -> str | None:
    """The header that hands the current trace on; None when nothing is traced."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")
