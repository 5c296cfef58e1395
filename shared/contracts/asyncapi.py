"""AsyncAPI 3 of all topics: who publishes what where, with which headers.

What a payload is made of stands under `components/schemas`, since a reference inside the document begins at its root.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts.discovery import Contract
from shared.contracts.schemas import document

HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0, binary mode. Values are UTF-8 text.",
    "required": ["ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_dataschema", "ce_sequence", "ce_position"],
    "properties": {
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "examples": ["/services/identity"]},
        "ce_subject": {"type": "string", "description": "The stream; also the key of the record."},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_dataschema": {"type": "string", "examples": ["/schemas/identity/UserVerified/1"]},
        "ce_sequence": {"type": "string", "description": "The version in the stream."},
        "ce_position": {"type": "string", "description": "The position in the store of its service; never compared between services."},
        "ce_correlationid": {"type": "string"},
        "ce_causationid": {"type": "string"},
        "ce_actor": {"type": "string", "examples": ["person:<uuid>", "staff:<uuid>", "service:<name>", "timer:<name>"]},
        "traceparent": {"type": "string"},
    },
}


def asyncapi(topics: Mapping[str, Sequence[Contract]]) -> dict[str, Any]:
    """The document, from what each topic carries."""
    topics = dict(sorted(topics.items()))
    schemas: dict[str, Any] = {"Headers": HEADERS}
    messages = {f"{one.service}.{one.name}": _message(one, schemas) for carried in topics.values() for one in carried}
    channels = {
        topic: {
            "address": topic,
            "description": "12 partitions, kept for ever; the key is the stream.",
            "messages": {one.name: {"$ref": f"#/components/messages/{one.service}.{one.name}"} for one in carried},
        }
        for topic, carried in topics.items()
    }
    operations = {
        f"publish-{topic.replace('.', '-')}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": [{"$ref": f"#/channels/{topic}/messages/{one.name}"} for one in carried],
        }
        for topic, carried in topics.items()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Agência Virtual GD: events",
            "version": "1",
            "description": "Facts that services publish. Readers ignore unknown fields.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def _message(contract: Contract, schemas: dict[str, Any]) -> dict[str, Any]:
    """One message; what its payload is made of goes into `schemas`."""
    whole = document(contract)
    names = {name: f"{contract.service}.{contract.name}.{name}" for name in whole.get("$defs", {})}
    schemas |= {better: _rooted(whole["$defs"][name], names) for name, better in names.items()}
    payload = {name: value for name, value in whole.items() if name not in {"$schema", "$id", "$defs"}}
    return {
        "name": contract.name,
        "title": contract.name,
        "summary": (contract.event.__doc__ or "").strip(),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": _rooted(payload, names),
    }


def _rooted(schema: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """The same schema, its references seen from the root of the document, what tells kinds apart named as AsyncAPI does."""
    match schema:
        case {"discriminator": {"propertyName": str(name)}, **others}:
            return {**_rooted(others, names), "discriminator": name}
        case {"$ref": str(ref), **others}:
            return {"$ref": f"#/components/schemas/{names[ref.removeprefix('#/$defs/')]}", **others}
        case dict():
            return {name: _rooted(inner, names) for name, inner in schema.items()}
        case list():
            return [_rooted(inner, names) for inner in schema]
        case _:
            return schema
