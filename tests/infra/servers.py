"""Addresses of the servers under test: given by the environment, or started here for the session."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
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
HURRIED = {"GD_POSTGRES_SETTINGS": "fsync=off full_page_writes=off"}
"""A hundred databases are made and dropped a minute, and none of them outlives the run: nothing is flushed for them."""


@dataclass(frozen=True)
class Servers:
    """Where the five servers answer."""

    addresses: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.addresses[name]


_started: dict[str, Servers] = {}


def servers() -> Servers:
    """The environment's servers where it names them all, else embedded ones, started once for this run."""
    if all(os.environ.get(name) for name in NEEDED):
        return Servers({name: os.environ[name] for name in os.environ if name in {*NEEDED, "S3_PUBLIC_URL", "S3_REGION"}})
    if "embedded" not in _started:
        _started["embedded"] = _start()
    return _started["embedded"]


def _start() -> Servers:
    home = temporary_home()
    home = replace(home, settings={**home.settings, **HURRIED})
    atexit.register(put_away, home)
    infra.up(home, Steps(quiet=True))
    addresses = infra.addresses(home)
    os.environ.update(addresses)
    return Servers(addresses)


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
