"""A copy of the whole agency for a test: its own home, its own ports, gone afterwards."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local import services, system
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor
from tests.infra.servers import put_away, temporary_home

ROOT = Path(__file__).resolve().parents[2]
ROOMY = {"GD_LIMIT_PER_MINUTE": "12000", "GD_LIMIT_ENTRANCE": "600", "GD_LIMIT_TRACKING": "120"}
"""One address plays the whole cast: the limits of one person would only make it wait (they have a test of their own)."""


@dataclass(frozen=True)
class System:
    """The running agency."""

    home: Home

    @property
    def gateway(self) -> str:
        """Its door."""
        return f"http://{LOOPBACK}:{self.home.ports['gateway']}"

    @property
    def inbox(self) -> str:
        """Its mails."""
        return f"http://{LOOPBACK}:{self.home.ports['inbox']}"

    @property
    def supervisor(self) -> Supervisor:
        """Who watches its processes."""
        return Supervisor(self.home)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a command must be told to mean this copy."""
        return {**self.home.environment(), "GATEWAY": self.gateway, "INBOX_URL": self.inbox}

    def python(self, *words: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """`python -m …` against this copy."""
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, check=False, timeout=timeout)

    def verify(self, *words: str) -> dict[str, str]:
        """What each service's `verify` says against itself; empty where all agree."""
        with ThreadPoolExecutor(services.AT_ONCE) as pool:
            all_done = pool.map(lambda name: services.invoke(self.home, name, ["verify", *words], capture=True), SERVICES)
        return {name: f"{done.stdout}{done.stderr}"[-3000:] for name, done in zip(SERVICES, all_done, strict=True) if done.returncode}


@contextmanager
def running_system(more: Mapping[str, str] | None = None) -> Iterator[System]:
    """Up; whatever happens, down and gone."""
    home = temporary_home()
    home = replace(home, settings={**home.settings, **ROOMY, **(more or {})})
    try:
        system.up(home, Steps())
        yield System(home)
    finally:
        put_away(home)


def said(done: subprocess.CompletedProcess[str], lines: int = 40) -> str:
    """The end of what a command printed, for a failure's message."""
    return "\n".join((done.stdout + done.stderr).splitlines()[-lines:])


def words(sequence: Sequence[object]) -> str:
    """A short list for a message."""
    shown = ", ".join(map(str, sequence[:10]))
    return shown + (f" … ({len(sequence)})" if len(sequence) > 10 else "")
