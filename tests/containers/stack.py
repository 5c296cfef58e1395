"""A copy of docker-compose.yml for a test: its own project, its own ports, gone afterwards with its volumes."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.answers import free_ports
from deploy.local.home import LOOPBACK
from tests.infra.system import ROOMY

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ("gateway", "inbox", "prometheus")
UP_WITHIN = 900


@dataclass(frozen=True)
class Stack:
    """The running containers of one project."""

    project: str
    ports: Mapping[str, int]
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What compose, and the demo, must be told to mean this copy."""
        ports = {f"GD_PORT_{name.upper()}": str(port) for name, port in self.ports.items()}
        told = {"COMPOSE_PROJECT_NAME": self.project, "GD_HOME": str(self.home), "DEMO_COMMAND": "docker compose run --rm -T chores"}
        return {**os.environ, **ROOMY, **ports, **told}

    def address(self, name: str) -> str:
        """Where something published answers."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def compose(self, *words: str, timeout: float = 300, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`docker compose …`; with `check`, a failure is told with its last lines."""
        return self._run(["docker", "compose", *words], timeout, check=check)

    def shell(self, lines: str) -> str:
        """Lines as the runbook prints them, `svc` as it defines it for containers; answers what they printed."""
        svc = 'svc() { docker compose run --rm -T chores "$@"; }'
        return self._run(["bash", "-euo", "pipefail", "-c", f"{svc}\n{lines}"], 600).stdout

    def docker(self, *words: str) -> str:
        """`docker …`; answers what it printed."""
        return self._run(["docker", *words], 60).stdout

    def demo(self, *words: str) -> None:
        """Walk the guide."""
        self._run([sys.executable, "-m", "demo", "--gateway", self.address("gateway"), "--inbox", self.address("inbox"), *words], 900)

    def containers(self) -> list[dict[str, Any]]:
        """Everything that Docker says of each container of the project, also of those that have ended."""
        ids = self.compose("ps", "--all", "--quiet").stdout.split()
        found: list[dict[str, Any]] = json.loads(self.docker("inspect", *ids))
        return found

    def _run(self, command: list[str], timeout: float, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=timeout)
        if check:
            last = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
            assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{last}"
        return done


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Built and up, with what measures; whatever happens, down and gone."""
    with tempfile.TemporaryDirectory(prefix="gd-containers-") as home:
        stack = Stack(f"gd-{secrets.token_hex(4)}", free_ports(PUBLISHED), Path(home))
        try:
            stack.compose("--profile", "observability", "up", "--build", "--wait", timeout=UP_WITHIN)
            yield stack
        finally:
            stack.compose("--profile", "observability", "--profile", "chores", "down", "--volumes", "--timeout", "15", check=False)


def service_of(container: Mapping[str, Any]) -> str:
    """The name it has in docker-compose.yml."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])
