"""The gateway leads to every public path of every service, and to nothing else."""

import json

import pytest

from deploy.gateway.routes import HIDDEN, PLURALS, service_of
from tests.architecture.source import ROOT, SERVICES

WITHOUT_PLURAL = ("/.well-known/jwks.json",)


def _paths(service: str) -> list[str]:
    contract = json.loads((ROOT / "contracts" / "openapi" / f"{service}.json").read_text(encoding="utf-8"))
    return [path for path in contract["paths"] if not path.startswith(HIDDEN) and path not in WITHOUT_PLURAL]


@pytest.mark.parametrize("service", SERVICES)
def test_every_public_path_is_routed_to_its_service(service: str) -> None:
    wrong = {path: service_of(path) for path in _paths(service) if service_of(path) != service}
    assert wrong == {}


def test_every_routed_plural_has_a_path() -> None:
    served = {service: {path.split("/")[2] for path in _paths(service) if path.startswith("/v1/")} for service in SERVICES}
    empty = {service: sorted(set(plurals) - served[service]) for service, plurals in PLURALS.items() if set(plurals) - served[service]}
    assert empty == {}


def test_a_plural_belongs_to_one_service() -> None:
    plurals = [plural for of_service in PLURALS.values() for plural in of_service]
    assert len(plurals) == len(set(plurals))
