"""The committed descriptions are valid, say what they must, and refer to nothing that is not there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import validate

FOLDER = Path(__file__).resolve().parents[2] / "contracts"
DOORS = sorted([*FOLDER.glob("openapi/*.json"), *FOLDER.glob("openapi.json")])


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def _refs(value: object) -> Iterator[str]:
    match value:
        case dict():
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from _refs(inner)
        case list():
            for inner in value:
                yield from _refs(inner)


def _there(document: dict[str, Any], ref: str) -> bool:
    found: Any = document
    for step in ref.removeprefix("#/").split("/"):
        if not isinstance(found, dict) or step not in found:
            return False
        found = found[step]
    return True


def test_every_service_is_described() -> None:
    assert {file.stem for file in DOORS} == {"openapi", "identity", "professional", "access", "requests", "backoffice"}


@pytest.mark.parametrize("file", DOORS, ids=lambda file: file.stem)
def test_an_openapi_is_valid_and_every_operation_says_who_may(file: Path) -> None:
    spec = _read(file)
    assert spec["openapi"].startswith("3.1")
    validate(spec)
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            assert operation["x-access"], f"{method} {path}"
            assert operation.get("summary") or operation.get("description"), f"{method} {path}"


def test_the_merged_openapi_shows_nothing_that_is_only_between_services() -> None:
    spec = _read(FOLDER / "openapi.json")
    assert not [path for path in spec["paths"] if path.startswith(("/v1/people", "/v1/mails", "/health", "/metrics"))]


def test_the_index_of_schemas_knows_every_message_that_is_sent() -> None:
    listed = _read(FOLDER / "schemas.json")["schemas"]
    sent = set(_read(FOLDER / "asyncapi.json")["components"]["messages"])
    assert {f"{line['service']}.{line['type']}" for line in listed} >= sent
    assert len({line["href"] for line in listed}) == len(listed) >= len(sent) > 50


OFFICIAL = Draft7Validator(_read(Path(__file__).parent / "asyncapi" / "3.0.0.json"))


def _faults(spec: dict[str, Any]) -> list[str]:
    """What AsyncAPI's own schema says, and references to what is not there: they begin at the root of the document."""
    found = ["/".join(map(str, error.absolute_path)) for error in OFFICIAL.iter_errors(spec)]
    return found + [ref for ref in _refs(spec) if not _there(spec, ref)]


def test_the_asyncapi_is_valid_and_refers_only_to_what_is_there() -> None:
    spec = _read(FOLDER / "asyncapi.json")
    assert spec["asyncapi"] == "3.0.0"
    assert list(_refs(spec))
    assert _faults(spec) == []
    assert {operation["action"] for operation in spec["operations"].values()} == {"send"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("asyncapi",), "2.6.0"),
        (("operations", "publish-identity-user", "action"), "publish"),
        (("operations", "publish-identity-user", "channel"), {"$ref": "#/channels/identity.nobody"}),
        (("components", "messages", "identity.UserVerified", "payload", "type"), "thing"),
        (("components", "messages", "identity.UserVerified", "payload", "properties"), {"a": {"$ref": "#/$defs/NotHere"}}),
        (("components", "messages", "identity.UserVerified", "payload", "discriminator"), {"propertyName": "type"}),
        (("channels", "identity.user", "adress"), "identity.user"),
    ],
)
def test_an_asyncapi_that_is_none_is_found(path: tuple[str, ...], value: object) -> None:
    spec = _read(FOLDER / "asyncapi.json")
    place: Any = spec
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert _faults(spec)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("schemas/*/*/*.json")), ids=lambda file: "/".join(file.parts[-3:]))
def test_a_schema_is_a_schema(file: Path) -> None:
    schema = _read(file)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "/schemas/" + "/".join(file.with_suffix("").parts[-3:])
