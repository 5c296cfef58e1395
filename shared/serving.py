"""The roles that stay: the door, the worker, or both in one process; with one way to begin, to be watched and to end."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from shared.collector import settle
from shared.health import Health
from shared.http.app import create_app
from shared.metrics import TASK_RESTARTS
from shared.platform import open_platform
from shared.postgres import Pool
from shared.service import Loop, Parts, Service
from shared.settings import ServiceSettings
from shared.workers import workers

log = structlog.get_logger(__name__)

_FIRST_PORT = {"api": 8100, "worker": 8200}
_REQUESTS_END_WITHIN = 5
_TASKS_END_WITHIN = 2.5
_SLOWEST_RESTART = 10.0
_GREW_OLD = 60.0


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(service: Service, settings: ServiceSettings, stop: asyncio.Event, *, api: bool, worker: bool) -> int:
    """Answer requests and do the worker's tasks until `stop`; then end both in less than ten seconds."""
    port = _port(service, settings, api=api)
    try:
        listening = _listen(settings.host, port)
    except OSError as error:
        log.error("port_not_free", port=port, error=error.strerror)  # noqa: TRY400 - the reason is the whole story
        return 1
    async with open_platform(service, settings) as platform:
        health = Health()
        health.check("database", lambda: _database(platform.pool))
        parts = service.build(platform)
        if worker:
            health.check("broker", lambda: _broker(settings.kafka_bootstrap))
        tasks = _start(service, parts, health) if worker else []
        app = create_app(service, parts, ready=health.missing) if api else worker_app(health)
        settle()
        server, serving = _serve(app, listening)
        log.info("started", port=port, api=api, tasks=[task.get_name() for task in tasks])
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        health.say("process", "stopping")
        await _end(server, serving, tasks)
    listening.close()
    log.info("stopped")
    return 0


def _port(service: Service, settings: ServiceSettings, *, api: bool) -> int:
    if api:
        return settings.port or _FIRST_PORT["api"] + service.digit
    return settings.worker_port or _FIRST_PORT["worker"] + service.digit


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _serve(app: FastAPI | ASGIApp, listening: socket.socket) -> tuple[uvicorn.Server, "asyncio.Task[None]"]:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_REQUESTS_END_WITHIN,
    )
    server = _Server(config)
    return server, asyncio.create_task(server.serve(sockets=[listening]), name="http")


def _start(service: Service, parts: Parts, health: Health) -> "list[asyncio.Task[None]]":
    tasks: Mapping[str, Loop] = workers(service, parts, health)
    migrated = asyncio.create_task(_migrated(parts.platform.pool), name="migrated")

    async def begin(name: str, task: Loop) -> None:
        await asyncio.shield(migrated)
        await keep(service.name, name, task, health)

    return [migrated, *(asyncio.create_task(begin(name, task), name=name) for name, task in tasks.items())]


async def _migrated(pool: Pool) -> None:
    """Wait for the schema: a task that begins before it would only fail, loudly."""
    while True:
        with contextlib.suppress(Exception):
            if await _database(pool) is None:
                return
        await asyncio.sleep(0.5)


async def keep(service: str, name: str, task: Loop, health: Health) -> None:
    """Run a task again whenever it ends, later each time it ends at once; not ready meanwhile."""
    delay = 0.5
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            await task()
            trouble = "ended"
            log.warning("task_ended", task=name)
        except asyncio.CancelledError:
            if _asked_to_end():
                raise
            trouble = "cancelled"
            log.warning("task_cancelled_from_within", task=name)
        except Exception as error:
            trouble = type(error).__name__
            log.exception("task_failed", task=name)
        health.say(name, trouble)
        TASK_RESTARTS.labels(service, name).inc()
        delay = 0.5 if clock() - began > _GREW_OLD else min(delay * 2, _SLOWEST_RESTART)
        await asyncio.sleep(delay)
        health.say(name, None)


def _asked_to_end() -> bool:
    """Whether it is this task that was cancelled, and not something inside a library that it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def worker_app(health: Health) -> Starlette:
    """What a worker answers: whether it lives, whether it is ready, and its metrics."""

    async def live(_: Request) -> Response:
        return PlainTextResponse("live")

    async def ready(_: Request) -> Response:
        missing = await health.missing()
        return JSONResponse({"ready": not missing, "missing": dict(missing)}, 503 if missing else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)])


async def _end(server: uvicorn.Server, serving: "asyncio.Task[None]", tasks: "list[asyncio.Task[None]]") -> None:
    """Requests in flight are answered, tasks are cancelled: what a task had not committed is done again by the next process."""
    server.should_exit = True
    for task in tasks:
        task.cancel()
    if tasks:
        _, hanging = await asyncio.wait(tasks, timeout=_TASKS_END_WITHIN)
        for task in hanging:
            log.warning("task_hangs", task=task.get_name())
    await asyncio.wait({serving}, timeout=_REQUESTS_END_WITHIN + 1)


async def _database(pool: Pool) -> str | None:
    migrated = await pool.fetchval("select to_regclass('events') is not null", timeout=2)
    return None if migrated else "not migrated"


async def _broker(bootstrap: str) -> str | None:
    """Whether any of the brokers takes a connection."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            return None
    return "away"
