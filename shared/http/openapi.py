"""What OpenAPI says of refusals: every operation lists the codes it may answer, and what they look like."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi

from shared.eventsourcing.refusal import NotFound, RecordFull, Refusal
from shared.http.etag import if_match, required_if_match
from shared.http.examples import Examples, NoWordForIt
from shared.http.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused, StillRunning, once
from shared.http.matrix import api_routes
from shared.http.pages import CursorUnreadable, asked
from shared.http.principal import Access, Anyone, RoleRequired, StepUpRequired
from shared.http.problem import (
    BodyInvalid,
    BodyTooBig,
    BodyUnreadable,
    Busy,
    CharacterNotAllowed,
    ContentTooBig,
    DatabaseAway,
    IfMatchUnreadable,
    MediaTypeNotSupported,
    SessionOver,
    SignInRequired,
    VersionChanged,
    VersionRequired,
    status_of,
)
from shared.http.tokens import SigningKeysUnknown

type Refusals = dict[int | str, dict[str, Any]]

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `code` é para programas; `title` e `detail` são para pessoas.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "article": {"type": "string"},
        "step": {"type": "string"},
        "way_out": {"type": "string"},
        "until": {"type": "string", "format": "date-time"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "parameter", "code", "detail")},
            },
        },
    },
}


def refuses(*refusals: type[Refusal]) -> Refusals:
    """For `responses=` of a route: the refusals its rules may answer, as enums and examples."""
    found: Refusals = {}
    for refusal in refusals:
        _add(found, refusal)
    return found


def _add(found: Refusals, refusal: type[Refusal]) -> None:
    status = status_of(refusal())
    content = found.setdefault(status, {"description": "", "content": {"application/problem+json": {"schema": {}, "examples": {}}}})
    media = content["content"]["application/problem+json"]
    media["examples"][refusal.code] = {"summary": refusal.sentence, "value": _example(refusal, status)}
    codes = sorted(media["examples"])
    media["schema"] = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "object", "properties": {"code": {"type": "string", "enum": codes}}}]
    }
    content["description"] = " · ".join(codes)


def _example(refusal: type[Refusal], status: int) -> dict[str, Any]:
    value = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.sentence,
        "status": status,
        "detail": refusal.sentence,
        "code": refusal.code,
        "request_id": "01938a5e-7c00-7000-8000-000000000000",
    }
    return value | ({"article": refusal.article} if refusal.article else {})


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


def _of_the_door(operation: dict[str, Any], calls: Sequence[object], method: str) -> Iterator[type[Refusal]]:
    """What the door itself, and what every route rests on, may refuse here; a route's own rules come from its `responses`."""
    yield DatabaseAway
    parameters = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] in {"path", "query"}]
    if method != "GET":
        yield from (BodyTooBig, MediaTypeNotSupported, RecordFull)
        if required_if_match not in calls:
            yield Busy
    if "requestBody" in operation:
        yield from (BodyUnreadable, BodyInvalid, CharacterNotAllowed, ContentTooBig)
    if any(_may_be_wrong(parameter["schema"]) for parameter in parameters):
        yield BodyInvalid
    if any(_may_be_text(parameter["schema"]) for parameter in parameters):
        yield CharacterNotAllowed
    if any(parameter["in"] == "path" for parameter in parameters):
        yield NotFound
    for call in calls:
        yield from _of_a_dependency(call)


def _of_a_dependency(call: object) -> Sequence[type[Refusal]]:
    match call:
        case Access():
            return (SignInRequired, SessionOver, SigningKeysUnknown, RoleRequired, *((StepUpRequired,) if call.fresh_totp else ()))
        case Anyone():
            return (SigningKeysUnknown,)
        case _ if call is once:
            return (IdempotencyKeyMissing, IdempotencyKeyReused, StillRunning)
        case _ if call is required_if_match:
            return (VersionRequired, VersionChanged, IfMatchUnreadable)
        case _ if call is if_match:
            return (VersionChanged, IfMatchUnreadable)
        case _ if call is asked:
            return (CursorUnreadable,)
        case _:
            return ()


def _may_be_wrong(schema: dict[str, Any]) -> bool:
    """Whether a parameter of this schema is ever refused for what it is."""
    kinds = schema.get("anyOf", [schema])
    return any(set(kind) - {"title", "type", "default", "description"} or kind.get("type") not in {"string", "null"} for kind in kinds)


def _may_be_text(schema: dict[str, Any]) -> bool:
    """Whether a parameter of this schema goes on as it came, with any character in it."""
    return any(
        kind.get("type") == "string" and not {"format", "enum", "const", "pattern"} & set(kind) for kind in schema.get("anyOf", [schema])
    )


def _headers(calls: Iterable[object]) -> Iterator[dict[str, Any]]:
    for call in calls:
        if call is once:
            yield {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 8, "maxLength": 128},
            }
        elif call in {if_match, required_if_match}:
            yield {
                "name": "If-Match",
                "in": "header",
                "required": call is required_if_match,
                "schema": {"type": "string"},
                "example": '"3"',
            }


def describe(app: FastAPI, server: str = "/") -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application."""
    spec = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=app.description,
        routes=app.routes,
        servers=[{"url": server}],
    )
    components = spec.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    examples = Examples(schemas)
    for route in api_routes(app):
        calls = list(_calls(route.dependant))
        for method in (route.methods or set()) - {"HEAD"}:
            operation = spec["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, calls, method)
                _show(operation, examples)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["examples"] = _shared_examples(spec)
    return spec


def _shared_examples(spec: dict[str, Any]) -> dict[str, Any]:
    """Each refusal's example once, referred to wherever it may be answered."""
    examples: dict[str, Any] = {}
    for operations in spec["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                media = answer.get("content", {}).get("application/problem+json", {})
                for code, example in media.get("examples", {}).items():
                    examples.setdefault(code, example)
                    media["examples"][code] = {"$ref": f"#/components/examples/{code}"}
    return dict(sorted(examples.items()))


def _show(operation: dict[str, Any], examples: Examples) -> None:
    """An example of what is sent, and of what a success answers, unless the route brings its own."""
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for message in [operation.get("requestBody", {}), *answers]:
        media = message.get("content", {}).get("application/json")
        if media is not None and "example" not in media:
            with suppress(NoWordForIt):  # a description without an example is one; a test asks for each of ours
                media["example"] = examples.of(media["schema"])


def _complete(operation: dict[str, Any], calls: list[object], method: str) -> None:
    answers = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    for refusal in _of_the_door(operation, calls, method):
        status = str(status_of(refusal()))
        known = answers.get(status, {}).get("content", {}).get("application/problem+json")
        if known is None or refusal.code not in known["examples"]:
            kept: Refusals = {int(status): answers[status]} if known is not None else {}
            _add(kept, refusal)
            answers[status] = kept[int(status)]
    if found := list(_headers(calls)):
        operation["parameters"] = [*operation.get("parameters", ()), *found]
    markers = [call for call in calls if isinstance(call, Access | Anyone)]
    operation["x-access"] = markers[0].label if markers else "anyone"
    if any(isinstance(marker, Access) for marker in markers):
        operation["security"] = [{"bearer": []}]
