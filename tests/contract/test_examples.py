"""Every operation shows what is sent to it and what it answers, and what it shows is true: it would be taken, and could be answered."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from shared.contracts.generate import offline, services
from shared.http.app import create_app
from shared.http.example_words import UNIT
from shared.http.examples import Examples, NoWordForIt
from shared.http.matrix import api_routes
from shared.identifiers import parse_cnpj, parse_cpf, parse_document, parse_unit_number
from shared.platform import open_platform
from shared.protocols import valid_protocol
from shared.service import Service

SERVICES = services()
DISTRIBUTOR = "002"
JSON = "application/json"
NOT_WORDS = re.compile(r"^(string|text|texto|x+|foo|bar|lorem.*|)$", re.IGNORECASE)
PARSED: dict[str, Callable[[str], object]] = {
    "cpf": parse_cpf,
    "professional_cpf": parse_cpf,
    "cnpj": parse_cnpj,
    "cpf_or_cnpj": parse_document,
    "client_document": parse_document,
    "unit_number": lambda text: parse_unit_number(text, DISTRIBUTOR),
}


@dataclass(frozen=True)
class Shown:
    """One place of a description that carries JSON: a body, or the answer of one status."""

    where: str
    media: dict[str, Any]


@pytest.fixture
async def app(service: Service) -> FastAPI:
    """The door as it is described, reaching nothing."""
    async with open_platform(service, offline(service)) as platform:
        return create_app(service, service.build(platform))


def _shown(spec: dict[str, Any]) -> Iterator[Shown]:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            carried = {"body": operation.get("requestBody", {}), **{s: a for s, a in operation["responses"].items() if s.startswith("2")}}
            for where, message in carried.items():
                if JSON in message.get("content", {}):
                    yield Shown(f"{method} {path} {where}", message["content"][JSON])


def _values(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf with the name of its field."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _values(inner, key)
        case list():
            for inner in value:
                yield from _values(inner, name)
        case _:
            yield name, value


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_what_is_shown_fits_its_schema(service: Service, app: FastAPI) -> None:
    spec = app.openapi()
    places = list(_shown(spec))
    assert len(places) >= len(spec["paths"]), service.name
    for place in places:
        assert "example" in place.media, f"{place.where}: {Examples(spec['components']['schemas']).of(place.media['schema'])}"
        schema = {**place.media["schema"], "components": spec["components"]}
        faults = [error.message for error in Draft202012Validator(schema).iter_errors(place.media["example"])]
        assert faults == [], place.where


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_what_is_shown_would_be_taken_by_its_route(service: Service, app: FastAPI) -> None:
    spec = app.openapi()
    taken = 0
    for route in api_routes(app):
        field = route.body_field
        for method in route.methods or ():
            operation = spec["paths"].get(route.path_format, {}).get(method.lower(), {})
            if "requestBody" not in operation:
                continue
            example = operation["requestBody"]["content"][JSON]["example"]
            TypeAdapter(field.field_info.annotation).validate_json(json.dumps(example))
            for name, value in _values(example):
                if name in PARSED and value is not None:
                    assert PARSED[name](str(value)), f"{method} {route.path} {name}"
            taken += 1
    assert taken > 3, service.name


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_what_is_shown_is_what_a_person_would_write(service: Service, app: FastAPI) -> None:
    del service
    for place in _shown(app.openapi()):
        for name, value in _values(place.media["example"]):
            if isinstance(value, str):
                assert not NOT_WORDS.fullmatch(value), f"{place.where} {name}"
            if name == "protocol" and value is not None:
                assert valid_protocol(str(value)), place.where
            if name.endswith("_id") and value is not None:
                assert UUID(str(value)).version == 7, f"{place.where} {name}"
            if name.endswith("_at") and value is not None and name != "filed_at":
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(value)), f"{place.where} {name}"


def test_the_committed_description_shows_the_same() -> None:
    spec = json.loads((Path(__file__).resolve().parents[2] / "contracts" / "openapi.json").read_text(encoding="utf-8"))
    places = list(_shown(spec))
    assert len(places) > 200
    assert [place.where for place in places if "example" not in place.media] == []


def test_a_field_of_which_nobody_said_what_stands_there_is_not_passed_over() -> None:
    schema = {"type": "object", "title": "New", "properties": {"never_heard_of": {"type": "string"}}}
    with pytest.raises(NoWordForIt, match=r"New\.never_heard_of"):
        Examples({}).of(schema)


@pytest.mark.parametrize(
    ("schema", "name", "example"),
    [
        ({"type": "string", "pattern": "^[0-9]{6}$"}, "code", "481516"),
        ({"type": "string", "maxLength": 30}, "unit_number", UNIT),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, "cost", "1500.00"),
        ({"type": "string", "enum": ["store", "phone"]}, "channel", "store"),
        ({"type": "string", "format": "date"}, "until", "2026-03-02"),
        ({"type": "string", "examples": ["its own"]}, "unit_number", "its own"),
        ({"type": "boolean"}, "total", False),
        ({"type": "integer", "minimum": 7}, "done", 7),
    ],
)
def test_a_word_stands_only_where_the_schema_takes_it(schema: dict[str, Any], name: str, example: object) -> None:
    found = Examples({}).of(schema, name)
    assert (found, type(found)) == (example, type(example))
