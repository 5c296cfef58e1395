"""An example of everything that JSON carries, made from its schema: what a person would write there, not `string`."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.http.example_words import KEYS, WORDS

type Schema = Mapping[str, Any]

_DATES = {"date": "2026-03-02", "date-time": "2026-03-02T14:03:27Z"}
_ALTERNATIVES = ("anyOf", "oneOf", "allOf")
_MADE_AT = 0x01938A5E7C00  # milliseconds: the day the examples live in
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


class NoWordForIt(Exception):
    """A free text, or a pattern, of which nobody has said what stands there: say it in `example_words`."""


class Examples:
    """Examples of the schemas of one description; the same schema always has the same example."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of(self, schema: Schema, name: str = "", owner: str = "") -> Any:  # noqa: ANN401 - JSON
        """One value that the schema takes; `name` is the field it stands in, `owner` the model that has the field."""
        if "$ref" in schema:
            inner = {**self._schemas[_named(schema)], **_without_ref(schema)}
            return self.of(inner, name, _named(schema).rsplit("__", 1)[-1] if "properties" in inner else owner)
        if "examples" in schema:
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        for word in (f"{owner}.{name}", name):
            if word in WORDS and self._takes(schema, WORDS[word]):
                return WORDS[word]
        for word in _ALTERNATIVES:
            if word in schema:
                return self.of(self._first(schema[word]), name, owner)
        return self._made(schema, name, owner)

    def _first(self, alternatives: list[Schema]) -> Schema:
        """A value rather than none; a decimal as text, as it travels."""
        present = [one for one in alternatives if one.get("type") != "null"]
        texts = [one for one in present if one.get("type") == "string"]
        return (texts or present)[0]

    def _made(self, schema: Schema, name: str, owner: str) -> Any:  # noqa: ANN401 - JSON
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return self._object(schema, name, owner)
            case "array":
                return [self.of(schema.get("items", {"type": "string"}), name.removesuffix("s"), owner)]
            case "boolean":
                return schema.get("default", False)
            case "integer" | "number":
                return schema.get("default", max(1, schema.get("minimum", 1)))
            case "string" if "format" in schema:
                return str(example_id(name)) if schema["format"] == "uuid" else _DATES[schema["format"]]
            case "string" if "default" in schema:
                return schema["default"]
            case None:  # anything, which is what the framework says of nothing
                return None
            case _:
                message = f"{owner}.{name}"
                raise NoWordForIt(message)

    def _object(self, schema: Schema, name: str, owner: str) -> dict[str, Any]:
        fields = {field: self.of(inner, field, _titled(schema, owner)) for field, inner in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        return fields | {KEYS[name]: self.of(more, name, owner)} if isinstance(more, Mapping) else fields

    def _takes(self, schema: Schema, value: object) -> bool:
        """Whether a word may stand here, as far as a word can be wrong: the same name holds a date here and a text there."""
        if "$ref" in schema:
            return self._takes({**self._schemas[_named(schema)], **_without_ref(schema)}, value)
        for word in _ALTERNATIVES:
            if word in schema:
                return any(self._takes(one, value) for one in schema[word])
        if "const" in schema or "enum" in schema:
            return value in schema.get("enum", [schema.get("const")])
        kind = _TYPES.get(schema.get("type", ""), object)
        return isinstance(value, kind) and isinstance(value, bool) <= (kind in {bool, object}) and self._fits(schema, value)

    def _fits(self, schema: Schema, value: object) -> bool:
        match value:
            case str():
                return _text_fits(schema, value)
            case list():
                return all(self._takes(schema.get("items", {}), item) for item in value)
            case dict():
                return set(schema.get("required", ())) <= set(value)
            case _:
                return True


def _titled(schema: Schema, owner: str) -> str:
    """The model an object is of."""
    return owner or str(schema.get("title", ""))


def _named(schema: Schema) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def _without_ref(schema: Schema) -> dict[str, Any]:
    return {word: value for word, value in schema.items() if word != "$ref"}


def _text_fits(schema: Schema, text: str) -> bool:
    shape = {"uuid": r"[0-9a-f-]{36}", "date": r"\d{4}-\d{2}-\d{2}", "date-time": r"\d{4}-\d{2}-\d{2}T.+Z"}.get(schema.get("format", ""))
    within = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return within and bool(re.search(schema.get("pattern", ""), text)) and (shape is None or bool(re.fullmatch(shape, text)))


def example_id(name: str) -> UUID:
    """The UUIDv7 that stands for this name in all examples."""
    random = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6])
    return UUID(int=(_MADE_AT << 80) | (0x7 << 76) | (0b10 << 62) | random)
