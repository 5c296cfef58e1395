"""Servers of the benchmark's own, on free ports, with nothing of the running system in them; gone afterwards."""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import asyncpg

from deploy.local import infra, system
from deploy.local.answers import free_ports
from deploy.local.home import PORTS, Home
from deploy.local.servers import clamd, kafka, postgres, s3
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor

SERVERS: tuple[ModuleType, ...] = (postgres, kafka, s3, clamd)


@contextlib.contextmanager
def place() -> Iterator[Home]:
    """PostgreSQL, Kafka, file store and scanner, set up as `make up` sets them up; everything they kept is removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="gd-bench-"))
    path.chmod(0o755)
    home = Home(path, free_ports(PORTS))
    supervisor = Supervisor(home)
    try:
        infra.prepare(home, Steps(quiet=True), SERVERS)
        wanted = [server.program(home) for server in SERVERS]
        supervisor.start(wanted)
        infra.launch(home, supervisor, wanted, Steps(quiet=True))
        yield home
    finally:
        if supervisor.running():
            supervisor.shutdown()
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def whole() -> Iterator[Home]:
    """A whole copy of the system: servers, services, gateway."""
    path = Path(tempfile.mkdtemp(prefix="gd-bench-"))
    path.chmod(0o755)
    home = Home(path, free_ports(PORTS), dict(os.environ))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            system.up(home, Steps(quiet=True))
        yield home
    finally:
        supervisor = Supervisor(home)
        if supervisor.running():
            supervisor.shutdown()
        shutil.rmtree(path, ignore_errors=True)


@contextlib.asynccontextmanager
async def connected(url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """A connection for a moment."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
