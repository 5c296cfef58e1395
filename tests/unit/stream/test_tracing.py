"""Traces: off without an address; with one, a span goes on with the trace that the header names, and is handed over."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.tracing import span, start_tracing, traceparent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_without_an_address_nothing_is_traced() -> None:
    start_tracing("trial", "")
    with span("work"):
        assert traceparent() is None


def test_a_span_goes_on_with_the_trace_it_was_given_and_hands_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    with span("apply", PARENT, stream="counter-1"):
        handed = traceparent()
    [finished] = kept.get_finished_spans()
    assert handed is not None
    assert handed.split("-")[1] == TRACE
    assert (finished.name, dict(finished.attributes or {})) == ("apply", {"stream": "counter-1"})
    assert finished.parent is not None
    assert f"{finished.parent.span_id:016x}" == "00f067aa0ba902b7"
