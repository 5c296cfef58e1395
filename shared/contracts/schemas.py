"""JSON Schemas of published events, as readers see them: unknown fields are allowed, wire forms are exact."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from shared.contracts.discovery import Contract

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DECIMAL = {"type": "string", "pattern": r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"}


class _WireForms(GenerateJsonSchema):
    """Decimals travel as strings only."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A decimal."""
        del schema
        return dict(_DECIMAL)


def schema_of(model: type[BaseModel], mode: JsonSchemaMode = "serialization") -> dict[str, Any]:
    """The schema of what is stored and travels."""
    return model.model_json_schema(schema_generator=_WireForms, mode=mode)


def document(contract: Contract) -> dict[str, Any]:
    """The schema of one event version, as a file of its own."""
    body = schema_of(contract.event)
    return {"$schema": DIALECT, "$id": f"/schemas/{contract.path}", **body, "additionalProperties": True}
