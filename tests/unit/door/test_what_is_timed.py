"""How long requests took is measured of answers, not of streams of events, which last for as long as somebody looks."""

import httpx
import pytest
from prometheus_client import REGISTRY
from starlette.types import Receive, Scope, Send

from shared.http.middleware import Threshold


@pytest.mark.parametrize(
    ("kind", "status", "measured"),
    [(b"text/event-stream; charset=utf-8", 200, None), (b"application/problem+json", 503, 1.0), (b"application/json", 200, 1.0)],
)
async def test_an_answer_is_timed_and_a_stream_of_events_is_not(kind: bytes, status: int, measured: float | None) -> None:
    async def answer(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"Content-Type", kind)]})
        await send({"type": "http.response.body", "body": b"data: 1\n\n"})

    service = f"timed-{kind.decode()}"
    transport = httpx.ASGITransport(app=Threshold(answer, service))
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        assert (await client.get("/v1/live")).status_code == status
    labels = {"service": service, "method": "GET", "route": "unknown", "status": str(status)}
    assert REGISTRY.get_sample_value("http_request_seconds_count", labels) == measured
