"""Traces: off without an address; with one, a span goes on with the trace that the header names, and is handed over."""

from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.tracing import handed_on, outgoing, span, span_of_all, start_tracing, trace_with, traceparent, tracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
OTHER = "00-11111111111111111111111111111111-2222222222222222-01"


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """What was recorded."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider)
    yield exporter
    trace_with(None)


def test_without_an_address_nothing_is_traced_and_nothing_is_made() -> None:
    start_tracing("trial", "")
    assert not tracing()
    assert outgoing() is None
    with span("work", PARENT) as one:
        assert traceparent() is None
        assert one is None
    assert span("work", stream="counter-1") is span("other") is span_of_all("several", [PARENT])


def test_a_span_goes_on_with_the_trace_it_was_given_and_hands_it_on(kept: InMemorySpanExporter) -> None:
    with span("apply", PARENT, stream="counter-1"):
        handed = traceparent()
    [finished] = kept.get_finished_spans()
    assert handed is not None
    assert handed.split("-")[1] == TRACE
    assert (finished.name, dict(finished.attributes or {})) == ("apply", {"stream": "counter-1"})
    assert finished.parent is not None
    assert f"{finished.parent.span_id:016x}" == "00f067aa0ba902b7"


def test_work_for_one_cause_is_of_its_trace_and_for_several_is_linked_to_each(kept: InMemorySpanExporter) -> None:
    with span_of_all("one", [PARENT, PARENT]):
        pass
    with span_of_all("several", [PARENT, None, OTHER]):
        pass
    one, several = kept.get_finished_spans()
    assert one.context is not None
    assert f"{one.context.trace_id:032x}" == TRACE
    assert several.parent is None
    assert [f"{link.context.trace_id:032x}" for link in several.links] == [TRACE, OTHER.split("-")[1]]


def test_what_was_raised_is_told_by_its_class_only(kept: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="123"), span("work"):
        raise ValueError("CPF 123.456.789-09")
    [finished] = kept.get_finished_spans()
    assert finished.status.description == "ValueError"
    assert "123.456" not in finished.to_json()


@pytest.mark.parametrize("wrong", [None, "", "x" * 5000, "123.456.789-09", PARENT + "-more", PARENT.upper(), PARENT.replace("00-", "zz-")])
def test_a_header_that_is_no_trace_is_not_kept_with_events(wrong: str | None) -> None:
    assert handed_on(wrong) is None
    assert handed_on(PARENT) == PARENT


async def test_a_call_to_others_carries_the_trace_on(kept: InMemorySpanExporter) -> None:
    seen: list[str | None] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("traceparent"))
        return httpx.Response(204)

    transport = outgoing()
    assert transport is not None
    transport._inner = httpx.MockTransport(answer)  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport) as client:
        with span("work", PARENT):
            await client.get("http://identity.test/v1/people?name=Ana")
    call = next(one for one in kept.get_finished_spans() if one.name != "work")
    assert (call.name, dict(call.attributes or {})) == ("GET identity.test", {"url.path": "/v1/people", "http.response.status_code": 204})
    assert seen[0] is not None
    assert call.context is not None
    assert seen[0].split("-")[1:3] == [TRACE, f"{call.context.span_id:016x}"]
