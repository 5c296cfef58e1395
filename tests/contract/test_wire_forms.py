"""One form on the wire: decimals as text, instants and dates as such, codes in kebab-case, fields in snake_case."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from shared.contracts.discovery import Contract, contracts
from shared.contracts.schemas import document, schema_of
from shared.eventsourcing.event import Event

FIELD = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Councils keep their letters.
WORDS_OF_OTHERS = frozenset({"CAU", "CFT", "CREA", "CRECI"})


def wrong_forms(schema: object, place: str = "") -> Iterator[str]:
    """Where a schema lets something travel in another form."""
    match schema:
        case dict():
            if "number" in _types(schema):
                yield f"{place}: a number that is no text"
            for code in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())):
                if isinstance(code, str) and not CODE.fullmatch(code) and code not in WORDS_OF_OTHERS:
                    yield f"{place}: the code {code}"
            for name, inner in schema.get("properties", {}).items():
                if not FIELD.fullmatch(name):
                    yield f"{place}: the field {name}"
                yield from wrong_forms(inner, f"{place}/{name}")
            for name in ("$defs", "items", "anyOf", "oneOf", "allOf", "prefixItems", "additionalProperties"):
                inner = schema.get(name)
                yield from _wrong_inside(inner, f"{place}/{name}")
        case _:
            return


def _types(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _wrong_inside(inner: object, place: str) -> Iterator[str]:
    parts = inner.values() if place.endswith("$defs") and isinstance(inner, dict) else inner if isinstance(inner, list) else [inner]
    for part in parts:
        yield from wrong_forms(part, place)


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.path)
def test_what_is_published_travels_in_its_one_form(contract: Contract) -> None:
    assert list(wrong_forms(document(contract))) == []


class Measured(Event):
    """A number that every reader rounds in a way of its own."""

    kw: float


class Judged(Event):
    """A code in capitals."""

    outcome: Literal["ACCEPTED", "dismissed"]


class Renamed(Event):
    """A field as another language has it."""

    holderId: str  # noqa: N815 - the mistake


class Nested(Event):
    """A mistake in a part of a part."""

    parts: tuple[Judged | None, ...] = ()


@pytest.mark.parametrize("wrong", [Measured, Judged, Renamed, Nested])
def test_a_form_that_does_not_travel_is_found(wrong: type[Event]) -> None:
    assert len(list(wrong_forms(schema_of(wrong)))) == 1
