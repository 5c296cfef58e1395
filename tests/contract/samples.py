"""`python -m tests.contract.samples`: writes a sample of every event version that has none; existing ones are never touched."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.contracts.discovery import Contract, contracts
from shared.contracts.schemas import document

FOLDER = Path(__file__).parent / "samples"
_FORMATS = {
    "uuid": "01938a5e-7c00-7000-8000-000000000001",
    "date-time": "2026-03-02T12:00:00.123456Z",
    "date": "2026-03-02",
    "time": "08:00:00",
}


def sample(contract: Contract) -> dict[str, Any]:
    """One instance, from its schema, as it is stored."""
    schema = document(contract)
    made = _value(schema, schema)
    read = contract.event.model_validate_json(json.dumps(made))
    return dict(json.loads(read.model_dump_json()))


def _value(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _value(next((one for one in schema[word] if one.get("type") != "null"), schema[word][0]), root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    return _plain(schema, root)


def _plain(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {name: _value(field, root) for name, field in schema.get("properties", {}).items()}
        case "array":
            many = max(schema.get("minItems", 1), 1)
            return [_value(schema.get("items") or {"type": "string"}, root)] * many
        case "integer":
            return max(schema.get("minimum", 1), 1)
        case "number":
            return 1.5
        case "boolean":
            return True
        case "string":
            return _text(schema)
        case _:
            return None


def _text(schema: Mapping[str, Any]) -> str:
    if "format" in schema:
        return str(_FORMATS.get(schema["format"], "x"))
    pattern = str(schema.get("pattern", ""))
    if pattern.startswith(r"^-?\d+"):
        return "12.50"
    if "0-9a-f" in pattern:
        return "0" * 64
    return "x" * max(int(schema.get("minLength", 1)), 1)


def main() -> None:
    """Write what is missing."""
    for contract in contracts():
        file = FOLDER / f"{contract.path}.json"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(sample(contract), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
