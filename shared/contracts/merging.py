"""One OpenAPI of all services, as the gateway shows them: what is only between services is left out."""

import json
from collections.abc import Mapping
from typing import Any

_SCHEMA = "#/components/schemas/"


def merged(doors: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All paths and schemas; a schema name that two services use for different things gets the service's name in front."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for service, spec in doors.items():
        local = _renamed(service, spec, schemas)
        schemas |= local["components"].get("schemas", {})
        for path, operations in local["paths"].items():
            shown = {
                method: {**operation, "operationId": f"{service}-{operation['operationId']}"}
                for method, operation in operations.items()
                if operation.get("x-access") != "service"
            }
            if shown:
                paths[path] = {**paths.get(path, {}), **shown}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Agência Virtual GD",
            "version": "1",
            "description": "Recusas são RFC 9457 (application/problem+json) com `code`. O que se cria leva Idempotency-Key;"
            " o que se altera leva If-Match com o ETag lido.",
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _renamed(service: str, spec: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(spec, ensure_ascii=False)
    own = spec["components"].get("schemas", {})
    for name in sorted(own):
        if name in taken and taken[name] != own[name]:
            text = text.replace(f'"{_SCHEMA}{name}"', f'"{_SCHEMA}{service.capitalize()}{name}"')
    renamed: dict[str, Any] = json.loads(text)
    components = renamed["components"]
    components["schemas"] = {
        f"{service.capitalize()}{name}" if name in taken and taken[name] != own[name] else name: schema
        for name, schema in components.get("schemas", {}).items()
    }
    return renamed
