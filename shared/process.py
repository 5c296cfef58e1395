"""How a service runs: `python -m services.<name> api|worker|all`, one of the chores, or one of its own commands."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import structlog
import uvloop
from aiokafka.errors import KafkaError, KafkaTimeoutError, KafkaUnavailableError
from pydantic import ValidationError

from shared.chores import CHORES as COMMON_CHORES
from shared.collector import settle
from shared.logging import start_logging
from shared.platform import open_platform
from shared.postgres import LOST
from shared.rekeying import rewrap
from shared.restoring import relay, reread
from shared.service import Service
from shared.serving import serve
from shared.settings import ServiceSettings
from shared.tracing import start_tracing

log = structlog.get_logger(__name__)

CHORES = {**COMMON_CHORES, "relay": relay, "reread": reread, "rewrap": rewrap}
SERVING = ("api", "worker", "all")
_ENDS_WITHIN_SECONDS = 9
_MISUSED = 2


def main(build: Callable[[], Service], argv: Sequence[str]) -> None:
    """Run a service in the role that the command line names, and exit with its status."""
    service = build()
    if not argv or argv[0] not in {*SERVING, *CHORES, *service.commands}:
        sys.stderr.write(f"usage: python -m services.{service.name} {'|'.join((*SERVING, *CHORES, *service.commands))}\n")
        raise SystemExit(_MISUSED)
    settings = _settings(service)
    start_logging(service.name, settings.log_format, settings.log_level)
    start_tracing(service.name, settings.otlp_endpoint)
    raise SystemExit(uvloop.run(run(service, settings, argv[0], argv[1:])))


def _settings(service: Service) -> ServiceSettings:
    """The settings; a missing or wrong one is named, its value never shown."""
    try:
        return service.settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False, include_context=False):
            name = ".".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{service.name}: {name or 'settings'}: {problem['msg']}\n")
        raise SystemExit(_MISUSED) from None


async def run(service: Service, settings: ServiceSettings, role: str, arguments: Sequence[str] = ()) -> int:
    """Run one role to its end, or until SIGTERM or SIGINT; answers the exit status."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, loop, stop)
    if role in SERVING:
        return await serve(service, settings, stop, api=role != "worker", worker=role != "api")
    settle()
    async with open_platform(service, settings) as platform:
        if role in service.commands:
            return await _chore(service.commands[role](platform, arguments), stop)
        try:
            return await _chore(CHORES[role](service, platform, arguments), stop)
        except Exception as error:
            if not is_away(error):
                raise
            log.error("chore_gave_up", role=role, error=type(error).__name__, at=_place(error))  # noqa: TRY400 - an outage, not a mistake
            log.debug("chore_gave_up", exc_info=True)
            said = f"{type(error).__name__} {str(error).removeprefix(f'{type(error).__name__}: ')}".rstrip()
            sys.stderr.write(f"{service.name} {role}: database or broker did not answer: {said}\n")
            sys.stderr.write("  → see that both are up, then run it again\n")
            return 1


def is_away(error: Exception) -> bool:
    """Whether this says that database or broker are away or in trouble, to somebody at a terminal; what we did wrong does not.

    Narrower than what loops wait out: those try again whatever it was, here a mistake must not be told as an outage.
    """
    match error:
        case asyncpg.InterfaceError():
            return not isinstance(error, ValueError) and "connection is closed" in str(error)
        case KafkaError():
            return error.retriable or isinstance(error, KafkaTimeoutError | KafkaUnavailableError)
        case OSError():
            return error.filename is None and not isinstance(error, BrokenPipeError)  # a file, or whoever read what we say
    return isinstance(error, LOST)


def _place(error: Exception) -> str:
    """The innermost line of what is shared that led there: where it happened, without what was in its variables."""
    ours = Path(__file__).resolve().parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(ours)]
    return f"{Path(frames[-1].filename).relative_to(ours.parent)}:{frames[-1].lineno} {frames[-1].name}" if frames else ""


async def _chore(work: Awaitable[int], stop: asyncio.Event) -> int:
    """Its exit status; 130 when it was asked to stop before its end."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        return 130
    return task.result()


def _stop(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Ask for an orderly end, and see to it that there is one: what hangs does not hold the process."""
    if stop.is_set():
        return
    log.info("stopping")
    stop.set()
    loop.call_later(_ENDS_WITHIN_SECONDS, os._exit, 1)
