"""Addresses of the servers under test: given by the environment, or started here for the session."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local import infra
from deploy.local.answers import free_ports
from deploy.local.home import PORTS, Home
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor

NEEDED = (
    "TEST_POSTGRES_URL",
    "KAFKA_BOOTSTRAP",
    "S3_URL",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
    "SMTP_HOST",
    "SMTP_PORT",
    "INBOX_URL",
    "CLAMD_ADDRESS",
)
HURRIED = "fsync=off full_page_writes=off"
"""A hundred databases are made and dropped a minute, and none of them outlives the run: nothing is flushed for them."""


@dataclass(frozen=True)
class Servers:
    """Where the five servers answer."""

    addresses: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.addresses[name]


_started: dict[str, Servers] = {}


def servers() -> Servers:
    """The environment's servers where it names them all, else some of this run: containers where INFRA says so, embedded ones otherwise."""
    if all(os.environ.get(name) for name in NEEDED):
        return Servers({name: os.environ[name] for name in os.environ if name in {*NEEDED, "S3_PUBLIC_URL", "S3_REGION"}})
    kind = os.environ.get("INFRA", "embedded")
    if kind not in _started:
        _started[kind] = Servers(STARTS[kind]())
        os.environ.update(_started[kind].addresses)
    return _started[kind]


def _embedded() -> Mapping[str, str]:
    home = temporary_home()
    home = replace(home, settings={**home.settings, "GD_POSTGRES_SETTINGS": HURRIED})
    atexit.register(put_away, home)
    infra.up(home, Steps(quiet=True))
    return infra.addresses(home)


def _containers() -> Mapping[str, str]:
    from tests.infra import containers  # noqa: PLC0415 - only this way needs a Docker

    return containers.start(HURRIED)


STARTS: Mapping[str, Callable[[], Mapping[str, str]]] = {"embedded": _embedded, "containers": _containers}


def temporary_home() -> Home:
    """A home in a directory that PostgreSQL's own user may enter, on ports that nobody uses."""
    path = Path(tempfile.mkdtemp(prefix="gd-"))
    path.chmod(0o755)
    return Home(path, free_ports(PORTS), dict(os.environ))


def put_away(home: Home) -> None:
    """Stop what was started and leave nothing behind."""
    supervisor = Supervisor(home)
    if supervisor.running():
        supervisor.shutdown()
    shutil.rmtree(home.path, ignore_errors=True)
