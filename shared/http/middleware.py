"""What every request passes through: its id, its size and kind, its line in the log, and no exception unanswered."""

import time
import traceback
from contextlib import nullcontext
from uuid import UUID

import structlog
from opentelemetry.trace import Span, SpanKind, StatusCode
from prometheus_client import Histogram
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problem import BodyTooBig, MediaTypeNotSupported, answer_for, problem
from shared.ids import new_id
from shared.tracing import span

log = structlog.get_logger(__name__)

MAXIMUM_BODY = 256 * 1024
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})

REQUESTS = Histogram("http_request_seconds", "How long requests took, by route and status.", ("service", "method", "route", "status"))


def _request_id(request: Request) -> UUID:
    """The caller's, where it is a UUID; else a new one."""
    try:
        return UUID(request.headers.get("x-request-id", ""))
    except ValueError:
        return new_id()


class Threshold:
    """The outermost layer of a service's door."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see it answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        correlation = _request_id(request)
        scope.setdefault("state", {})["request_id"] = correlation
        answered = _Answered(send, str(correlation))
        began = time.perf_counter()
        parent = request.headers.get("traceparent")
        traced = nullcontext() if scope["path"] in _QUIET else span(scope["method"], parent, SpanKind.SERVER)
        with structlog.contextvars.bound_contextvars(correlation=str(correlation)), traced as told:
            await self._answer(request, answered)
            self._note(scope, answered, time.perf_counter() - began)
            if told is not None:
                _tell(told, scope, answered.status, str(correlation))

    async def _answer(self, request: Request, answered: "_Answered") -> None:
        try:
            body = await _body(request)
            refused = _refused(request, body)
            if refused is None:
                await self.app(request.scope, _replay(body, request.receive), answered)
            else:
                await refused(request.scope, request.receive, answered)
        except Exception as error:
            if answered.status:
                raise
            answer = answer_for(request, error) or _mistake(request, error)
            await answer(request.scope, request.receive, answered)

    def _note(self, scope: Scope, answered: "_Answered", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        if scope["path"] in _QUIET:
            return
        if not answered.streams:  # a stream of events lasts for as long as somebody looks
            REQUESTS.labels(self.service, scope["method"], route, str(answered.status)).observe(seconds)
        log.info("http_request", method=scope["method"], route=route, status=answered.status, ms=round(seconds * 1000, 1))


def _tell(told: Span, scope: Scope, status: int, correlation: str) -> None:
    """What a trace says of a request: its route, never its path, which may hold an id, nor its query."""
    route = getattr(scope.get("route"), "path", "unknown")
    told.update_name(f"{scope['method']} {route}")
    told.set_attributes({"http.route": route, "http.response.status_code": status, "correlation": correlation})
    if status >= 500:  # noqa: PLR2004 - a status
        told.set_status(StatusCode.ERROR)


class _Answered:
    """Sends an answer on, with the headers that all of them carry, and remembers its status and whether it is a stream of events."""

    def __init__(self, send: Send, correlation: str) -> None:
        self.status = 0
        self.streams = False
        self._send = send
        self._correlation = correlation

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", []))
            self.streams = any(name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers)
            headers += [(b"x-request-id", self._correlation.encode()), (b"x-content-type-options", b"nosniff")]
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await self._send(message)


async def _body(request: Request) -> bytes | None:
    """The whole body; None when there is none. More than allowed is read no further and answered 413."""
    headers = request.headers
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return None
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAXIMUM_BODY:
        raise BodyTooBig
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAXIMUM_BODY:
            raise BodyTooBig
        parts.append(part)
    return b"".join(parts)


def _refused(request: Request, body: bytes | None) -> JSONResponse | None:
    if not body or request.method not in _WITH_BODY:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        return None
    return problem(request, MediaTypeNotSupported())


def _replay(body: bytes | None, receive: Receive) -> Receive:
    given = body is None

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _mistake(request: Request, error: Exception) -> JSONResponse:
    """500: ours. The log gets where it happened, not the values, which may be personal."""
    where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    log.error("unhandled_error", error=type(error).__name__, where=where)
    correlation = str(request.scope["state"]["request_id"])
    sentence = "Algo deu errado do nosso lado. Tente novamente; se continuar, informe o código do atendimento."
    content = {
        "type": "/problems/internal-error",
        "title": sentence,
        "status": 500,
        "detail": sentence,
        "code": "internal-error",
        "request_id": correlation,
    }
    return JSONResponse(content, 500, media_type="application/problem+json")
