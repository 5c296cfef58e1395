"""The five services and the live rates: databases, migrations, processes."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256

from deploy.local.answers import url_answers
from deploy.local.databases import make_database
from deploy.local.environment import of_service
from deploy.local.home import ROOT, SERVICES, Home
from deploy.local.program import Program
from deploy.local.secret_settings import roles
from deploy.local.servers.postgres import admin_url
from deploy.local.trouble import Trouble

LAST_WORDS = 1500
AT_ONCE = 2
CODE = {".py", ".yaml", ".txt", ".html", ".csv"}


def programs(home: Home) -> list[Program]:
    """Each service in one process, or, where GD_SPLIT names it, as a door and two workers; the live rates in their own process."""
    split = set(home.settings.get("GD_SPLIT", "").split(","))
    return [*(program for name in SERVICES for program in (_apart(home, name) if name in split else [_whole(home, name)])), _live(home)]


def _whole(home: Home, name: str) -> Program:
    return _service(home, name, name, "all", {})


def _apart(home: Home, name: str) -> list[Program]:
    """The door, the worker that leads, and one that stands by: which of the two leads is theirs to find out."""
    port = str(home.ports[f"{name}_standby"])
    standby = {f"{name.upper()}_WORKER_PORT": port, f"GD_PORT_{name.upper()}_WORKER": port}
    return [
        _service(home, name, name, "api", {}),
        _service(home, name, f"{name}_worker", "worker", {}),
        _service(home, name, f"{name}_standby", "worker", standby),
    ]


def _service(home: Home, name: str, port: str, role: str, more: Mapping[str, str]) -> Program:
    command = [sys.executable, "-m", f"services.{name}", role]
    told = {**of_service(home, name), **more, "GD_CODE": code(name)}
    return Program(port, command, partial(_ready, port), (port,), environment=told, stop_seconds=12, patience=90)


def _live(home: Home) -> Program:
    command = [sys.executable, "-m", "services.backoffice", "live"]
    told = {**of_service(home, "backoffice"), "GD_CODE": code("backoffice")}
    return Program("live", command, partial(_ready, "live"), ("live",), environment=told, patience=90)


def code(service: str) -> str:
    """A fingerprint of what the process would run: `up` starts a service anew when its code has changed."""
    folders = (ROOT / "services" / service, ROOT / "shared")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in CODE)
    return sha256("".join(f"{path} {path.stat().st_mtime_ns}\n" for path in files).encode()).hexdigest()


def _ready(name: str, home: Home) -> bool:
    return url_answers(home.ports[name], "/health/ready")


def make_databases(home: Home) -> None:
    """One database and two roles per service."""

    async def make() -> None:
        for name in SERVICES:
            await make_database(admin_url(home), name, roles(home, name))

    asyncio.run(make())


def migrate(home: Home) -> None:
    """Tables, topics and seeds of every service."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: run(home, name, ["migrate"]), SERVICES))


def run(home: Home, service: str, words: Sequence[str]) -> str:
    """`python -m services.<service> …` with the service's own environment; answers what it printed."""
    done = invoke(home, service, words, capture=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-LAST_WORDS:]
        raise Trouble(f"{service} {words[0]} failed:\n{said}", f"python -m deploy.local run {service} {' '.join(words)}")
    return done.stdout


def invoke(home: Home, service: str, words: Sequence[str], *, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """The same, with its output shown or kept."""
    command = [sys.executable, "-m", f"services.{service}", *words]
    environment = of_service(home, service, migrator=True)
    return subprocess.run(command, check=False, capture_output=capture, text=True, env=environment, cwd=ROOT)
