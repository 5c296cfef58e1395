"""Refusals as RFC 9457 problem details, in one place; nothing that was sent is ever echoed."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from shared.eventsourcing.codec import EventTooBig
from shared.eventsourcing.refusal import Forbidden, Malformed, NotFound, RecordFull, Refusal, Unavailable
from shared.eventsourcing.store import AlreadyRecorded, StreamTooLong, VersionConflict
from shared.postgres import LOST

log = structlog.get_logger(__name__)

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
_AWAY: tuple[type[Exception], ...] = (*LOST, asyncpg.OperatorInterventionError)


class Rejected(Refusal):
    """Refused by the door itself, before any rule; `status` is its HTTP status."""

    status: ClassVar[int] = 400


class SignInRequired(Rejected):
    """401: no token, or one that is not good."""

    status = 401
    sentence = "Entre na sua conta para continuar."


class SessionOver(Rejected):
    """401: the session of this token has ended."""

    status = 401
    sentence = "Sua sessão terminou. Entre novamente."


class VersionRequired(Rejected):
    """428: an edit without the version it was made on."""

    status = 428
    sentence = "Diga sobre qual versão é a alteração (If-Match). Atualize a página e tente de novo."


class VersionChanged(Rejected):
    """412: somebody changed it meanwhile."""

    status = 412
    sentence = "Este registro mudou enquanto você o editava. Atualize a página e confira antes de salvar."


class IfMatchUnreadable(Rejected):
    """400: If-Match that is no version of ours, such as a weak one."""

    sentence = "O cabeçalho If-Match não é uma versão. Envie o ETag como foi recebido."


class BodyUnreadable(Rejected):
    """400: not JSON."""

    sentence = "O corpo da requisição não pôde ser lido como JSON."


class BodyTooBig(Rejected):
    """413: more than a command ever needs."""

    status = 413
    sentence = "O corpo da requisição passa de 256 KiB."


class ContentTooBig(Rejected):
    """413: a body that may come in, and holds more than one fact may."""

    status = 413
    sentence = "O conteúdo é grande demais para ser guardado de uma vez. Encurte os textos ou envie menos itens."


class MediaTypeNotSupported(Rejected):
    """415: bodies are JSON."""

    status = 415
    sentence = "Envie o corpo como application/json."


class CharacterNotAllowed(Rejected):
    """422: a character that no text has, such as NUL."""

    status = 422
    sentence = "O texto contém um caractere que não pode ser guardado."


class Busy(Unavailable):
    """503: the same record was written by others five times in a row."""

    sentence = "Muitas alterações ao mesmo tempo neste registro. Tente novamente."
    retry_after_seconds = 1


class DatabaseAway(Unavailable):
    """503: the database does not answer."""


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its class."""
    match refusal:
        case Rejected():
            return refusal.status
        case Forbidden():
            return 403
        case NotFound():
            return 404
        case Malformed():
            return 422
        case Unavailable():
            return 503
        case _:
            return 409


def problem(request: Request, refusal: Refusal, **more: object) -> JSONResponse:
    """One refusal as an answer."""
    status = status_of(refusal)
    content: dict[str, object] = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.sentence,
        "status": status,
        "detail": refusal.detail,
        "code": refusal.code,
    }
    until = refusal.until.astimezone(UTC).isoformat().replace("+00:00", "Z") if refusal.until else None
    known = {"article": refusal.article, "step": refusal.step, "way_out": refusal.way_out, "until": until}
    content |= {name: value for name, value in known.items() if value is not None}
    content |= {name: value for name, value in {**refusal.extra, **more}.items() if name not in content}
    content["request_id"] = request_id(request)
    headers = _headers(refusal, status, _now(request))
    return JSONResponse(_plain(content), status, headers, media_type="application/problem+json")


def request_id(request: Request) -> str | None:
    """The id the middleware gave to this request."""
    value = getattr(request.state, "request_id", None)
    return str(value) if value else None


def _now(request: Request) -> datetime:
    door = getattr(request.app.state, "door", None) if "app" in request.scope else None
    now: datetime = door.now() if door is not None else datetime.now(UTC)
    return now


def _headers(refusal: Refusal, status: int, now: datetime) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = str(refusal.retry_after_seconds)
    elif refusal.until is not None and status == 429:  # noqa: PLR2004 - a status
        headers["Retry-After"] = str(max(1, math.ceil((refusal.until - now).total_seconds())))
    if status == 401:  # noqa: PLR2004 - a status
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case str() | int() | float() | bool() | None:
            return value
        case Sequence() | set() | frozenset():
            return [_plain(item) for item in value]
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


class BodyInvalid(Rejected):
    """422: fields that are missing, unknown or wrong; each by its pointer."""

    status = 422
    sentence = "Há campos que precisam de correção."


_SENTENCES = {
    "missing": "Campo obrigatório.",
    "extra_forbidden": "Campo desconhecido.",
    "string_type": "Deve ser texto.",
    "string_too_long": "Texto longo demais.",
    "string_too_short": "Texto curto demais.",
    "string_pattern_mismatch": "Formato inválido.",
    "literal_error": "Não é uma das opções.",
    "enum": "Não é uma das opções.",
    "text_not_plain": "O texto tem marcação ou um caractere que não se vê.",
    "number_invalid": "Número inválido.",
}
_KINDS = {
    "uuid": "Identificador inválido.",
    "date": "Data inválida.",
    "decimal": "Número inválido.",
    "int": "Número inteiro inválido.",
    "float": "Número inválido.",
    "bool": "Deve ser verdadeiro ou falso.",
    "list": "Lista inválida.",
    "tuple": "Lista inválida.",
    "greater": "Número fora do permitido.",
    "less": "Número fora do permitido.",
    "finite": "Número inválido.",
    "too_long": "Itens demais.",
    "too_short": "Itens de menos.",
    "model": "Deve ser um objeto.",
    "dict": "Deve ser um objeto.",
}


def _sentence(kind: str) -> str:
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    return next((sentence for prefix, sentence in _KINDS.items() if kind.startswith(prefix)), "Valor inválido.")


def faults(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each error as where it is and what is wrong with it, never what was sent."""
    found: list[dict[str, str]] = []
    for error in errors[:50]:
        where, *steps = error["loc"] or ("body",)
        kept = [str(step) for step in steps if isinstance(step, int) or _FIELD.fullmatch(str(step))]
        place = {"pointer": "".join(f"/{step}" for step in kept)} if where == "body" else {"parameter": ".".join(kept)}
        found.append({**place, "code": str(error["type"]).replace("_", "-"), "detail": _sentence(str(error["type"]))})
    return found


def answer_for(request: Request, error: Exception) -> JSONResponse | None:
    """The answer to any failure that has one; None is a mistake of ours."""
    match error:
        case Refusal():
            return problem(request, error)
        case RequestValidationError():
            return _invalid(request, error)
        case VersionConflict() | AlreadyRecorded() | StreamTooLong() | EventTooBig():
            return problem(request, _of_the_store(request, error))
        case HTTPException():
            return _plain_http(request, error)
        case _ if isinstance(error, _UNSTORABLE):
            return problem(request, CharacterNotAllowed())
        case _ if isinstance(error, _AWAY) and not isinstance(error, ValueError):  # asyncpg's own DataError is ours to mend
            log.warning("database_away", error=type(error).__name__)
            return problem(request, DatabaseAway())
        case _:
            return None


def _of_the_store(request: Request, error: Exception) -> Refusal:
    """What the store does not take, as what the caller can do about it."""
    match error:
        case StreamTooLong():
            return RecordFull()
        case EventTooBig():
            return ContentTooBig()
        case _:
            return VersionChanged() if request.headers.get("if-match") else Busy()


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return problem(request, BodyUnreadable())
    return problem(request, BodyInvalid(), errors=faults(errors))


def _plain_http(request: Request, error: HTTPException) -> JSONResponse:
    """What the framework refuses: an unknown path, a method that is not there."""
    names = {
        404: ("not-found", NotFound.sentence),
        405: ("method-not-allowed", "Este método não existe aqui."),
        400: ("body-unreadable", BodyUnreadable.sentence),
    }
    code, sentence = names.get(error.status_code, ("http-error", "Não foi possível atender."))
    content = {
        "type": f"/problems/{code}",
        "title": sentence,
        "status": error.status_code,
        "detail": sentence,
        "code": code,
        "request_id": request_id(request),
    }
    headers = {"Cache-Control": "no-store", **(error.headers or {})}
    return JSONResponse(content, error.status_code, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every known failure of this application as a problem."""

    async def handle(request: Request, error: Exception) -> JSONResponse:
        answer = answer_for(request, error)
        if answer is None:
            raise error
        return answer

    stored = (VersionConflict, AlreadyRecorded, StreamTooLong, EventTooBig)
    for kind in (Refusal, RequestValidationError, *stored, HTTPException, *_UNSTORABLE, *_AWAY):
        app.add_exception_handler(kind, handle)
