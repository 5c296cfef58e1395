"""One OpenAPI of all services, as the gateway shows them: what is only between services is left out."""

import json
from collections.abc import Mapping
from typing import Any

_SECTIONS = ("schemas", "examples")


def merged(doors: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All paths and components; a name that two services use for different things gets the service's name in front."""
    components: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    paths: dict[str, Any] = {}
    for service, spec in doors.items():
        local = _renamed(service, spec, components)
        for section in _SECTIONS:
            components[section] |= local["components"].get(section, {})
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
            **{section: dict(sorted(found.items())) for section, found in components.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _renamed(service: str, spec: Mapping[str, Any], taken: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    text = json.dumps(spec, ensure_ascii=False)
    names: dict[str, dict[str, str]] = {}
    for section in _SECTIONS:
        own = spec["components"].get(section, {})
        clashing = [name for name in own if name in taken[section] and taken[section][name] != own[name]]
        names[section] = {name: f"{service.capitalize()}{name}" for name in clashing}
        for name, better in names[section].items():
            text = text.replace(f'"#/components/{section}/{name}"', f'"#/components/{section}/{better}"')
    renamed: dict[str, Any] = json.loads(text)
    for section in _SECTIONS:
        found = renamed["components"].get(section, {})
        renamed["components"][section] = {names[section].get(name, name): value for name, value in found.items()}
    return renamed
