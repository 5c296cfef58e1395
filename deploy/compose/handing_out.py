"""Secrets made once and handed out at every start: to each container a folder with its own, one file per secret."""

import os
from pathlib import Path

from deploy.compose.places import admin_url
from deploy.local.home import SERVICES, Home
from deploy.local.secret_settings import secret_settings
from deploy.local.secrets import secret
from deploy.local.servers import s3

OURS = 0o400
ANOTHER_USERS = 0o444
"""PostgreSQL and the file store run as users of their own; nobody else mounts their folders."""


def hand_out(home: Home, to: Path) -> None:
    """Make what is missing, write what each container may read; what was handed out before is replaced."""
    home.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for service in SERVICES:
        for name, value in secret_settings(home, service, admin_url(home)).items():
            _write(to / service / name.lower(), value, OURS)
    _write(to / "postgres" / "password", secret(home, "postgres_password"), ANOTHER_USERS)
    access, key = s3.credentials(home)
    _write(to / "s3" / "access_key", access, ANOTHER_USERS)
    _write(to / "s3" / "secret_key", key, ANOTHER_USERS)


def _write(path: Path, value: str, mode: int) -> None:
    """Whole or not at all: a reader that starts meanwhile finds the old one or the new one."""
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(value)
    fresh.replace(path)
