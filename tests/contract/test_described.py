"""The committed descriptions are valid, say what they must, and refer to nothing that is not there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
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


def test_the_asyncapi_refers_only_to_what_is_there() -> None:
    spec = _read(FOLDER / "asyncapi.json")
    assert spec["asyncapi"].startswith("3.")
    own = list(_refs({name: spec[name] for name in ("channels", "operations")}))
    assert own
    assert [ref for ref in own if not _there(spec, ref)] == []
    assert {operation["action"] for operation in spec["operations"].values()} == {"send"}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("schemas/*/*/*.json")), ids=lambda file: "/".join(file.parts[-3:]))
def test_a_schema_is_a_schema(file: Path) -> None:
    schema = _read(file)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "/schemas/" + "/".join(file.with_suffix("").parts[-3:])
