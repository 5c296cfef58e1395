"""docker-compose.yml, read: who may write where, who is seen from where, who holds which secret, who waits for whom."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.home import SERVICES

ROOT = Path(__file__).resolve().parents[3]
COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS: Mapping[str, Any] = COMPOSE["services"]
OURS = {name: told for name, told in CONTAINERS.items() if told["image"] == "agencia-virtual-gd"}
PROCESSES = {f"{service}-{role}": service for service in SERVICES for role in ("api", "worker")} | {"backoffice-live": "backoffice"}
ENDING = {"secrets", "databases", "buckets", "migrations", "gateway-files", "chores"}
BEGINS_AS_ROOT = {"clamav"}
OWN = "/run/secrets/own"
EVERY_SECRET = "/var/lib/agencia/secrets"


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_may_do_little(name: str) -> None:
    told = CONTAINERS[name]
    limits = told["deploy"]["resources"]["limits"]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert limits["memory"]
    assert limits["pids"]
    assert ("cap_add" in told) == (name in BEGINS_AS_ROOT)
    assert not {"privileged", "pid", "ipc", "devices"} & set(told)
    assert told.get("network_mode", "none") == "none"


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_is_published_is_published_on_loopback(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", ()))


def test_only_the_door_the_inbox_and_what_measures_are_published() -> None:
    assert {name for name, told in CONTAINERS.items() if "ports" in told} == {"gateway", "mail", "prometheus"}


def test_every_service_has_a_door_and_a_worker_of_one_image() -> None:
    assert set(OURS) == {*PROCESSES, *ENDING}
    for name, service in PROCESSES.items():
        role = name.removeprefix(f"{service}-")
        assert OURS[name]["command"] == ["python", "-m", f"services.{service}", role]


def test_the_image_is_built_once_and_never_pulled() -> None:
    assert [name for name, told in CONTAINERS.items() if "build" in told] == ["secrets"]
    assert {told["pull_policy"] for told in OURS.values()} == {"never"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_holds_the_secrets_of_its_own_service_and_may_not_change_them(name: str) -> None:
    assert OURS[name]["volumes"] == [f"{PROCESSES[name]}-secrets:{OWN}:ro"]


def test_all_secrets_are_seen_by_what_ends_alone() -> None:
    seeing = {name for name, told in CONTAINERS.items() if f"secrets:{EVERY_SECRET}" in told.get("volumes", ())}
    assert seeing == ENDING - {"gateway-files"}


def test_what_changes_nothing_twice_is_waited_for_to_its_end_and_servers_until_they_answer() -> None:
    for told in CONTAINERS.values():
        for other, how in told.get("depends_on", {}).items():
            ends = "service_completed_successfully" if other in ENDING else "service_healthy"
            assert how["condition"] == ends, other


@pytest.mark.parametrize("name", sorted(set(CONTAINERS) - set(OURS)))
def test_every_server_says_whether_it_is_well(name: str) -> None:
    assert CONTAINERS[name]["healthcheck"]["test"]


def test_every_volume_has_a_name() -> None:
    mounted = {volume.split(":")[0] for told in CONTAINERS.values() for volume in told.get("volumes", ())}
    assert {volume for volume in mounted if not volume.startswith("./")} == set(COMPOSE["volumes"])


def test_nothing_secret_stands_in_the_file() -> None:
    for name, told in CONTAINERS.items():
        for key in told.get("environment", {}):
            assert key.endswith("_FILE") or not re.search(r"PASSWORD$|SECRET|KEY|PEPPER|KEK", key), f"{name}: {key}"


def test_the_broker_keeps_no_files_about_itself() -> None:
    told = CONTAINERS["kafka"]["environment"]
    assert told["KAFKA_LOG4J_OPTS"].endswith("/tools-log4j2.yaml")
    assert "-loggc" not in told["EXTRA_ARGS"]
    assert [re.search(r"size=\d+m", mount) for mount in CONTAINERS["kafka"]["tmpfs"] if "/logs" in mount] != [None]
