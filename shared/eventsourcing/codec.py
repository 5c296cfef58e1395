"""Events to and from what is stored: upcasters on the way in, personal fields encrypted with the key of the stream."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAliasType, get_args, get_origin
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ValidationError

from shared.eventsourcing.event import Erased, Event, Personal, PersonalMark

type Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
type Upcasters = Mapping[tuple[str, int], Upcaster]

_SEALED = "$sealed"
_NONCE = 12
MAXIMUM_BYTES = 256 * 1024
_WIDEST = 4
_TIMELESS = frozenset({str, int, bool, float, Decimal, UUID, date, type(None)})
_NO_OFFSET = timedelta(0)


class Unreadable(Exception):
    """A stored or received event cannot be read; `reason` says why without quoting it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownEvent(Unreadable):
    """A type this codec was not given."""


class FromTheFuture(Unreadable):
    """A schema version newer than this release knows."""


class EventTooBig(Exception):
    """An event over 256 KiB: refused at append, so that no stored event is unsendable."""


class InstantNotUtc(Exception):
    """An instant without a zone, or in another than UTC: refused at append, so that every reader finds one form."""


class KeyMissing(Exception):
    """An event has personal fields and no key was made for its stream: say whose they are when appending."""


@dataclass(frozen=True, slots=True)
class StreamKey:
    """The secret that seals the personal fields of one stream, and its generation."""

    generation: int
    secret: bytes


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event as the table has it."""

    type: str
    schema: int
    data: str


def personal_fields(event: type[Event]) -> frozenset[str]:
    """The names of the fields that are marked `Personal[...]`."""
    return frozenset(name for name, field in event.model_fields.items() if _is_personal(field.annotation, field.metadata))


def _is_personal(annotation: object, metadata: Iterable[object] = ()) -> bool:
    if any(isinstance(mark, PersonalMark) for mark in metadata):
        return True
    origin = get_origin(annotation)
    if origin is Personal or (isinstance(origin, TypeAliasType) and origin.__name__ == "Personal"):
        return True
    return any(_is_personal(argument) for argument in get_args(annotation))


def _seal(key: StreamKey, plain: str, context: bytes) -> dict[str, str]:
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(key.secret).encrypt(nonce, plain.encode(), context)
    return {_SEALED: f"{key.generation}.{base64.b64encode(sealed).decode()}"}


def _open(keys: Mapping[int, bytes | None], text: str, context: bytes) -> Any:  # noqa: ANN401 - any JSON value
    generation, _, encoded = text.partition(".")
    secret = keys.get(int(generation))
    if secret is None:
        return Erased().model_dump()
    sealed = base64.b64decode(encoded)
    try:
        return json.loads(AESGCM(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], context))
    except InvalidTag as error:
        reason = "personal field does not open"
        raise Unreadable(reason) from error


def _check_instants(value: object) -> None:
    """Every instant of an event, in parts of parts too; raises InstantNotUtc."""
    if isinstance(value, datetime):
        if value.utcoffset() != _NO_OFFSET:
            raise InstantNotUtc(value.isoformat())
    elif isinstance(value, BaseModel):
        for inner in value.__dict__.values():
            if type(inner) not in _TIMELESS:
                _check_instants(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            _check_instants(inner)
    elif isinstance(value, tuple | list | frozenset | set):
        for inner in value:
            _check_instants(inner)


def _object(data: str) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except ValueError as error:
        reason = "not JSON"
        raise Unreadable(reason) from error
    if not isinstance(content, dict):
        reason = "not a JSON object"
        raise Unreadable(reason)
    return content


def _upcast(upcast: Upcaster, content: dict[str, Any], name: str, version: int) -> dict[str, Any]:
    try:
        return upcast(content)
    except (KeyError, TypeError, ValueError) as error:
        reason = f"{name} version {version} does not upcast: {type(error).__name__}"
        raise Unreadable(reason) from None


def _context(stream: str, event_id: UUID, field: str) -> bytes:
    return f"{stream}|{event_id}|{field}".encode()


class Codec:
    """Knows a set of event types by their class names, and how older versions of them become the current one."""

    def __init__(self, events: Iterable[type[Event]], upcasters: Upcasters | None = None) -> None:
        self._types = {event.__name__: event for event in events}
        self._personal = {name: personal_fields(event) for name, event in self._types.items()}
        self._upcasters = dict(upcasters or {})

    def holds_personal(self, name: str) -> bool:
        """Whether events of this type have personal fields."""
        return bool(self._personal.get(name))

    def encode(self, event: Event, stream: str, event_id: UUID, key: StreamKey | None = None) -> Encoded:
        """An event as it is stored; raises UnknownEvent, InstantNotUtc, KeyMissing, EventTooBig."""
        name = type(event).__name__
        if self._types.get(name) is not type(event):
            raise UnknownEvent(name)
        _check_instants(event)
        data = event.model_dump_json()
        if fields := self._personal[name]:
            if key is None:
                raise KeyMissing(name)
            content = json.loads(data)
            for field in fields:
                if content[field] is not None:
                    content[field] = _seal(key, json.dumps(content[field]), _context(stream, event_id, field))
            data = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        if len(data) * _WIDEST > MAXIMUM_BYTES and len(data.encode()) > MAXIMUM_BYTES:
            raise EventTooBig(name)
        return Encoded(name, type(event).schema_version, data)

    def decode(
        self, name: str, schema: int, data: str, stream: str, event_id: UUID, keys: Mapping[int, bytes | None] | None = None
    ) -> Event:
        """The event of a row or a record; raises UnknownEvent, FromTheFuture, Unreadable."""
        kind = self._types.get(name)
        if kind is None:
            raise UnknownEvent(name)
        if schema > kind.schema_version:
            reason = f"{name} version {schema}"
            raise FromTheFuture(reason)
        if fields := self._personal[name]:
            data = self._opened(data, fields, stream, event_id, keys or {})
        if schema < kind.schema_version:
            data = self._upcast(name, schema, kind.schema_version, data)
        try:
            event: Event = kind.__pydantic_validator__.validate_json(data)  # what `model_validate_json` calls, without its questions
        except ValidationError as error:
            reason = f"{name}: {', '.join('.'.join(map(str, e['loc'])) + ' ' + e['type'] for e in error.errors()[:5])}"
            raise Unreadable(reason) from None
        return event

    def _opened(self, data: str, fields: Iterable[str], stream: str, event_id: UUID, keys: Mapping[int, bytes | None]) -> str:
        content = _object(data)
        for field in fields:
            value = content.get(field)
            if isinstance(value, dict) and _SEALED in value:
                content[field] = _open(keys, value[_SEALED], _context(stream, event_id, field))
        return json.dumps(content)

    def _upcast(self, name: str, schema: int, target: int, data: str) -> str:
        content = _object(data)
        for version in range(schema, target):
            if upcast := self._upcasters.get((name, version)):
                content = _upcast(upcast, content, name, version)
        return json.dumps(content)
