"""Logs: structlog for everybody, libraries included; JSON or console, the correlation on every line, nothing personal in any."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, Literal

import structlog

_PERSONAL = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"(?<![\w-])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\w-])"),
    re.compile(r"(?<![\w-])[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?\d{2}(?![\w-])"),
    re.compile(r"(?<![\w-])(?:\+55 ?)?\(?\d{2}\)? ?9?\d{4}-?\d{4}(?![\w-])"),
)
_MAYBE_PERSONAL = re.compile(r"@|\d\D*\d")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SECRET = re.compile(r"password|secret|token|authorization|cookie|^code$|^otp$", re.IGNORECASE)
_HIDDEN = "[oculto]"
_QUIET = ("aiokafka", "httpx", "httpcore", "urllib3", "asyncio", "uvicorn.access", "faust", "mode")


def without_personal(text: str) -> str:
    """A text with e-mails, CPFs, CNPJs and phone numbers hidden."""
    if _MAYBE_PERSONAL.search(text) is None or _ID.fullmatch(text):  # most of what is logged: a look or two instead of four replacements
        return text
    for pattern in _PERSONAL:
        text = pattern.sub(_HIDDEN, text)
    return text


def _scrubbed(key: str, value: object) -> object:
    if _SECRET.search(key):
        return _HIDDEN
    if isinstance(value, str):
        return without_personal(value)
    if isinstance(value, Mapping):
        return {name: _scrubbed(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed("", inner) for inner in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return without_personal(str(value))


def scrub(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor before the renderer: what a mistake put into a line does not leave the process."""
    for key, value in line.items():
        if key not in {"timestamp", "level", "logger"} and not key.startswith("_"):
            line[key] = _scrubbed(key, value)
    return line


class _Line(structlog.WriteLogger):
    """Writes finished lines to stdout; knows its name, as `add_logger_name` asks."""

    def __init__(self, name: str = "") -> None:
        super().__init__(sys.stdout)
        self.name = name

    def msg(self, message: str) -> None:
        """One line. What cannot be written (no reader, a full disk) is lost, as with the standard library: no deed is."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def start_logging(service: str, form: Literal["json", "console"] = "json", level: str = "info") -> None:
    """Configure structlog and the standard library's logging to write one kind of line to stdout.

    What is ours goes there straight: through the standard library, as the libraries' own, a line took more than twice as long.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*first, scrub, renderer],
        logger_factory=_Line,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, scrub, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    structlog.contextvars.bind_contextvars(service=service)
