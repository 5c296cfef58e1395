"""The five servers as containers, by testcontainers, for one run: images, settings and health checks are those of docker-compose.yml."""

import atexit
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import yaml
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

from deploy.local.answers import free_ports
from deploy.local.home import LOOPBACK
from deploy.local.servers.s3 import REGION

COMPOSE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
NAMES = ("postgres", "kafka", "s3", "smtp", "inbox", "clamd")
NANOSECONDS = 1_000_000_000
WELL_WITHIN = 300
STORE = "mkdir -p /data && PATH=$PATH:/app exec versitygw --port :7070 --health /health posix /data"


def start(postgres_settings: str) -> dict[str, str]:
    """Start all five; answers their addresses when each calls itself well. They are gone when this process ends."""
    ports = free_ports(NAMES)
    password, key = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    boxes = [
        _box("mail", {1025: ports["smtp"], 8025: ports["inbox"]}, {"MP_MAX_MESSAGES": "0"}),
        _postgres(ports["postgres"], password, postgres_settings),
        _kafka(ports["kafka"]),
        _box("s3", {7070: ports["s3"]}, {"ROOT_ACCESS_KEY": "gd-tests", "ROOT_SECRET_KEY": key}, entrypoint=["sh", "-c", STORE]),
        _box("clamav", {3310: ports["clamd"]}, {}),
    ]
    for box in boxes:
        atexit.register(box.stop)
    boxes[0].start()  # alone: with the first comes the container that removes the others, should this process be killed
    with ThreadPoolExecutor(len(boxes)) as pool:
        list(pool.map(DockerContainer.start, boxes[1:]))
    store = f"http://{LOOPBACK}:{ports['s3']}"
    return {
        "TEST_POSTGRES_URL": f"postgresql://postgres:{password}@{LOOPBACK}:{ports['postgres']}/postgres",
        "KAFKA_BOOTSTRAP": f"{LOOPBACK}:{ports['kafka']}",
        "S3_URL": store,
        "S3_PUBLIC_URL": store,
        "S3_ACCESS_KEY": "gd-tests",
        "S3_SECRET_KEY": key,
        "S3_REGION": REGION,
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(ports["smtp"]),
        "INBOX_URL": f"http://{LOOPBACK}:{ports['inbox']}",
        "CLAMD_ADDRESS": f"{LOOPBACK}:{ports['clamd']}",
    }


def _told(name: str) -> Any:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"][name]


def _postgres(port: int, password: str, settings: str) -> DockerContainer:
    more = " ".join(f"-c {setting}" for setting in settings.split())
    box = _box("postgres", {5432: port}, {"POSTGRES_PASSWORD": password})
    return box.with_command(f"{_told('postgres')['command']} {more}")


def _kafka(port: int) -> DockerContainer:
    """Clients are sent to where it is seen from outside; it is alone, and talks to nobody."""
    environment = {name: str(value) for name, value in _told("kafka")["environment"].items()}
    environment["KAFKA_ADVERTISED_LISTENERS"] = f"PLAINTEXT://{LOOPBACK}:{port}"
    return _box("kafka", {9092: port}, environment).with_command(_told("kafka")["command"])


def _box(name: str, ports: Mapping[int, int], environment: Mapping[str, str], **more: Any) -> DockerContainer:
    """One server; its ports are seen on loopback alone, for which testcontainers itself has no word."""
    told = _told(name)
    test = told["healthcheck"]["test"]
    check = {
        "test": ["CMD-SHELL", test] if isinstance(test, str) else test,
        "interval": NANOSECONDS,
        "timeout": 5 * NANOSECONDS,
        "retries": WELL_WITHIN,
    }
    box = DockerContainer(told["image"]).with_envs(**environment).with_kwargs(healthcheck=check, **more)
    for mount in told.get("tmpfs", ()):
        path, _, options = mount.partition(":")
        box.with_tmpfs_mount(path, options)
    published = {str(inside): (LOOPBACK, outside) for inside, outside in ports.items()}
    cast("dict[str, Any]", box.ports).update(published)
    return box.waiting_for(HealthcheckWaitStrategy().with_startup_timeout(WELL_WITHIN))
