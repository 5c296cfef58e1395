"""Where one copy of the agency keeps its state, and which ports it listens on."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("identity", "professional", "access", "requests", "backoffice")
LOOPBACK = "127.0.0.1"
SOCKET_PATH_LIMIT = 100

PORTS: Mapping[str, int] = {
    "gateway": 8080,
    "inbox": 8025,
    "smtp": 1025,
    "postgres": 15432,
    "kafka": 19092,
    "kafka_controller": 19093,
    "s3": 19000,
    "clamd": 13310,
    "envoy_admin": 19901,
    **{name: 8101 + n for n, name in enumerate(SERVICES)},
    **{f"{name}_worker": 8201 + n for n, name in enumerate(SERVICES)},
    **{f"{name}_standby": 8301 + n for n, name in enumerate(SERVICES)},
    "live": 8206,
}


@dataclass(frozen=True)
class Home:
    """A directory with everything that one copy of the agency leaves on disk, and its ports."""

    path: Path
    ports: Mapping[str, int] = field(default_factory=lambda: dict(PORTS))
    settings: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def from_environment(environ: Mapping[str, str] | None = None) -> "Home":
        """GD_HOME and GD_PORT_<NAME> say otherwise than the defaults; GD_PORT_OFFSET moves them all."""
        env = os.environ if environ is None else environ
        offset = int(env.get("GD_PORT_OFFSET", "0"))
        ports = {name: int(env.get(f"GD_PORT_{name.upper()}", port + offset)) for name, port in PORTS.items()}
        return Home(Path(env.get("GD_HOME", ROOT / ".local")).resolve(), ports, env)

    def environment(self) -> dict[str, str]:
        """What another process must be told to mean the same copy."""
        ports = {f"GD_PORT_{name.upper()}": str(port) for name, port in self.ports.items()}
        return {**self.settings, **ports, "GD_HOME": str(self.path)}

    @property
    def tools(self) -> Path:
        """What is downloaded once and shared by every copy: Kafka's jars, the inbox."""
        return Path(self.settings.get("GD_TOOLS", ROOT / ".local" / "tools")).resolve()

    @property
    def secrets(self) -> Path:
        """One file per secret, readable by the owner alone."""
        return self.path / "secrets"

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.path / "logs"

    @property
    def run(self) -> Path:
        """Generated configuration, pid files and sockets."""
        return self.path / "run"

    def state(self, name: str) -> Path:
        """The directory in which one server keeps its files."""
        return self.path / "state" / name

    @property
    def control_socket(self) -> Path:
        """The supervisor's socket, in a place short enough for the operating system."""
        near = self.run / "supervisor.sock"
        if len(str(near)) <= SOCKET_PATH_LIMIT:
            return near
        return Path(tempfile.gettempdir()) / f"gd-{sha256(str(self.path).encode()).hexdigest()[:16]}.sock"

    def make(self) -> None:
        """Create the directories; logs and state are open to look into, secrets are not."""
        for directory in (self.path, self.logs, self.run, self.path / "state", self.tools):
            directory.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
