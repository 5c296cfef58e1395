"""What the runbook says of scaling and of keys, done to the running system."""

import asyncio
import base64
import os
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from minio.error import S3Error

from deploy.local import services
from deploy.local import system as local
from deploy.local.answers import url_answers
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.servers import s3
from deploy.local.steps import Steps
from tests.faults import at_rest
from tests.faults.trouble_maker import SPLIT
from tests.infra.system import System, said

pytestmark = pytest.mark.faults

SERVICE = "professional"


def written(file: Path, text: str) -> None:
    """A secret, in place of the one that was there."""
    fresh = file.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as to:
        to.write(text)
    fresh.replace(file)


async def up(home: Home) -> None:
    """`make up` on what runs: what is told otherwise than before is begun anew."""
    await asyncio.to_thread(local.up, home, Steps(quiet=True))


async def test_keys_and_passwords_are_rotated(system: System) -> None:
    ring = system.home.secrets / f"{SERVICE}_keks"
    old = ring.read_text()
    new = f"2:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    written(ring, f"{new},{old}")
    written(system.home.secrets / f"{SERVICE}_app_password", secrets.token_urlsafe(24))
    await up(system.home)
    done = services.invoke(system.home, SERVICE, ["rewrap"], capture=True)
    assert done.returncode == 0, done.stdout + done.stderr
    written(ring, new)
    await up(system.home)
    await at_rest.everything_is_up(system)
    assert system.verify() == {}


async def test_the_other_keys_are_rotated(system: System) -> None:
    old = s3.credentials(system.home)
    for name in ("s3_secret_key", "identity_pepper", *(f"{service}_service_key" for service in SERVICES)):
        (system.home.secrets / name).unlink()
    await up(system.home)
    await at_rest.everything_is_up(system)
    with pytest.raises(S3Error):
        s3.make_buckets_at(f"{LOOPBACK}:{system.home.ports['s3']}", *old)
    done = await asyncio.to_thread(system.python, "demo")
    assert done.returncode == 0, said(done)
    assert system.verify() == {}


async def test_a_service_is_scaled_and_back(system: System) -> None:
    scaled = replace(system.home, settings={**system.home.settings, "GD_SPLIT": f"{SPLIT},{SERVICE}"})
    await up(scaled)
    for name in (SERVICE, f"{SERVICE}_worker", f"{SERVICE}_standby"):
        assert url_answers(scaled.ports[name], "/health/ready")
    await up(system.home)
    await at_rest.everything_is_up(system)
    assert f"{SERVICE}_standby" not in system.supervisor.states()
