"""The gateway's container finds everything that its configuration names, and its counters are all that its inner door shows."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.compose import gateway_files
from deploy.gateway.documents import documents
from deploy.gateway.stats import PATH
from deploy.local.home import SERVICES

ROOT = Path(__file__).resolve().parents[3]
CONTAINERS = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    gateway_files.write(tmp_path, {"GD_ORIGINS": "http://127.0.0.1:8080,http://localhost:8080", "GD_LIMIT_ENTRANCE": "7"})
    return tmp_path


@pytest.fixture
def resources(folder: Path) -> Any:
    return json.loads((folder / "envoy.json").read_text())["static_resources"]


def manager(listener: Any) -> Any:
    return listener["filter_chains"][0]["filters"][0]["typed_config"]


def test_every_document_lies_where_envoy_looks_for_it(folder: Path, resources: Any) -> None:
    routes = manager(resources["listeners"][0])["route_config"]["virtual_hosts"][0]["routes"]
    files = [Path(route["direct_response"]["body"]["filename"]) for route in routes if "body" in route.get("direct_response", {})]
    assert len(files) == len(documents())
    assert all(file.is_relative_to(folder) and file.read_bytes() for file in files)


def test_every_cluster_is_a_container(resources: Any) -> None:
    found = {}
    for cluster in resources["clusters"]:
        [endpoint] = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
        found[cluster["name"]] = endpoint["endpoint"]["address"]["socket_address"]["address"]
    assert found == {**{service: f"{service}-api" for service in SERVICES}, "s3": "s3", "admin": "127.0.0.1"}
    assert set(found.values()) - {"127.0.0.1"} <= set(CONTAINERS)


def test_the_inner_door_shows_counters_and_nothing_else_of_the_administration(resources: Any) -> None:
    [outer, inner] = resources["listeners"]
    [host] = manager(inner)["route_config"]["virtual_hosts"]
    assert [route["match"] for route in host["routes"]] == [{"path": PATH}]
    assert '"admin"' not in json.dumps(outer)


def test_what_the_environment_says_of_limits_is_what_envoy_counts_by(folder: Path) -> None:
    assert '"max_tokens": 7,' in (folder / "envoy.json").read_text()
