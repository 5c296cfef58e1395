"""AsyncAPI 3 of all topics: who publishes what where, with which headers."""

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
    messages = {f"{one.service}.{one.name}": _message(one) for carried in topics.values() for one in carried}
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
        "components": {"messages": messages, "schemas": {"Headers": HEADERS}},
    }


def _message(contract: Contract) -> dict[str, Any]:
    payload = {name: value for name, value in document(contract).items() if name not in {"$schema", "$id"}}
    return {
        "name": contract.name,
        "title": contract.name,
        "summary": (contract.event.__doc__ or "").strip(),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": payload},
    }
