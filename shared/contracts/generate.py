"""`python -m shared.contracts.generate [--check]`: writes what services promise under `contracts/`, or says what is not fresh.

contracts/schemas/<service>/<Type>/<version>.json   JSON Schema of every published event version; old versions stay
contracts/schemas.json                              an index of them: who publishes what, in which versions, and where each is read
contracts/asyncapi.json                             topics and what they carry (AsyncAPI 3)
contracts/openapi/<service>.json, openapi.json      each service's door, and all of them as the gateway shows them
"""

import asyncio
import base64
import importlib
import importlib.util
import json
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

from shared.contracts.access_log import RecordViewed
from shared.contracts.asyncapi import asyncapi
from shared.contracts.compatibility import breaks
from shared.contracts.discovery import Contract, contracts
from shared.contracts.merging import merged
from shared.contracts.schemas import document
from shared.http.app import create_app
from shared.platform import open_platform
from shared.platform import published as travelling
from shared.service import Service
from shared.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "contracts"
_ORDER = ("identity", "professional", "access", "requests", "backoffice")


def services() -> list[Service]:
    """Every service of this checkout, found by its `app.py`."""
    package = importlib.import_module("services")
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]
    known = [name for name in names if importlib.util.find_spec(f"services.{name}.app")]
    built = [cast("Callable[[], Service]", importlib.import_module(f"services.{name}.app").service)() for name in known]
    return sorted(built, key=lambda service: (_ORDER.index(service.name) if service.name in _ORDER else len(_ORDER), service.name))


def offline(service: Service) -> ServiceSettings:
    """Settings that reach nothing: enough to compose a service and read its routes."""
    given: dict[str, Any] = {
        "brand_name": "Agência Virtual GD",
        "database_url": "postgresql://nobody@127.0.0.1:9/none",
        "person_keys": f"1:{_secret()}",
        "keks": f"1:{_secret()}",
        "service_key": base64.urlsafe_b64encode(bytes(32)).decode(),
        "service_jwks": '{"keys": []}',
        "s3_access_key": "none",
        "s3_secret_key": "none-at-all",
    }
    for name, field in service.settings.model_fields.items():
        if field.is_required() and name not in given:
            given[name] = 1 if field.annotation is int else SecretStr(_secret()) if field.annotation is SecretStr else _secret()
    return service.settings(**given)


def _secret() -> str:
    return base64.b64encode(bytes(32)).decode()


async def openapi(service: Service) -> dict[str, Any]:
    """What one service offers over HTTP."""
    async with open_platform(service, offline(service)) as platform:
        return dict(create_app(service, service.build(platform)).openapi())


def published(found: Sequence[Service]) -> dict[str, list[Contract]]:
    """Which topic carries which events."""
    home = {contract.event: contract for contract in contracts()}
    topics: dict[str, list[Contract]] = {}
    for service in found:
        for aggregate, types in travelling(service).items():
            missing = [kind.__name__ for kind in types if kind not in home]
            if missing:
                message = f"{service.name} publishes what is not in shared/contracts: {missing}"
                raise SystemExit(message)
            topics[f"{service.name}.{aggregate}"] = [Contract(service.name, aggregate, kind) for kind in types]
        topics[f"{service.name}.access-log"] = [Contract(service.name, "access-log", RecordViewed)]
    return topics


def index(paths: Iterable[str]) -> dict[str, Any]:
    """What `/schemas` answers: every version of every published event that has a schema, with its address."""
    parts = [path.removesuffix(".json").split("/")[1:] for path in paths if path.startswith("schemas/")]
    return {
        "schemas": [
            {"service": service, "type": name, "version": version, "href": f"/schemas/{service}/{name}/{version}"}
            for service, name, version in sorted((service, name, int(version)) for service, name, version in parts)
        ]
    }


async def files() -> dict[str, str]:
    """Every generated file, by its path under `contracts/`."""
    found = services()
    topics = published(found)
    content: dict[str, Any] = {"asyncapi.json": asyncapi(topics)}
    for carried in topics.values():
        content |= {f"schemas/{contract.path}.json": document(contract) for contract in carried}
    content["schemas.json"] = index(set(content) | {file.relative_to(FOLDER).as_posix() for file in FOLDER.glob("schemas/*/*/*.json")})
    doors: dict[str, Mapping[str, Any]] = {}
    for service in found:
        doors[service.name] = content[f"openapi/{service.name}.json"] = await openapi(service)
    content["openapi.json"] = merged(doors)
    return {
        path: json.dumps(value, indent=1, ensure_ascii=False, sort_keys=path.startswith("schemas/")) + "\n"
        for path, value in content.items()
    }


def stale(fresh: Mapping[str, str]) -> list[str]:
    """The files that differ from what is generated now; older versions of schemas are allowed to stay."""
    return sorted(
        path for path, text in fresh.items() if not (FOLDER / path).exists() or (FOLDER / path).read_text(encoding="utf-8") != text
    )


def broken(fresh: Mapping[str, str]) -> list[str]:
    """Where a schema that is already written would no longer be readable by those who know it."""
    found: list[str] = []
    for path, text in fresh.items():
        file = FOLDER / path
        if path.startswith("schemas/") and file.exists():
            found += [f"{path}{why}" for why in breaks(json.loads(file.read_text(encoding="utf-8")), json.loads(text))]
    return found


def main(arguments: Sequence[str]) -> int:
    """Write or check."""
    fresh = asyncio.run(files())
    changed = stale(fresh)
    if "--check" in arguments:
        for path in changed:
            sys.stderr.write(f"contracts/{path} is not fresh: run python -m shared.contracts.generate\n")
        return 1 if changed else 0
    if breaking := broken(fresh):
        sys.stderr.write("\n".join(breaking) + "\na reader breaks: raise schema_version (or, never published: delete that schema first)\n")
        return 1
    for path in changed:
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(fresh[path], encoding="utf-8")
    sys.stdout.write(f"{len(fresh)} files, {len(changed)} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
