"""What each service process is told by its environment."""

from collections.abc import Mapping
from pathlib import Path

from deploy.local.home import LOOPBACK, ROOT, Home
from deploy.local.infra import addresses
from deploy.local.secret_settings import named, secret_settings
from deploy.local.servers.postgres import admin_url

SETTINGS = ROOT / "deploy" / "local" / "settings.env"
WANTED_FROM_OUTSIDE = ("ARGON2_", "MAX_DOCUMENT_MIB", "CLOCK_OFFSET", "LOG_", "OTLP_", "PROTOCOL_OFFSET", "TIMEZONE", "POOL_SIZE")
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


def of_service(home: Home, service: str, *, migrator: bool = False) -> dict[str, str]:
    """Everything one process of the service is told; the migrator's address only where it is needed."""
    upper = service.upper()
    told = {
        **_settings(home),
        **_addresses(home),
        **named(service, secret_settings(home, service, admin_url(home), migrator=migrator)),
        f"{upper}_PORT": str(home.ports[service]),
        f"{upper}_WORKER_PORT": str(home.ports[f"{service}_worker"]),
    }
    if service == "backoffice":
        told |= {"BACKOFFICE_LIVE_PORT": str(home.ports["live"]), "GD_PORT_LIVE": str(home.ports["live"])}
    return told


def _addresses(home: Home) -> dict[str, str]:
    public = f"http://{LOOPBACK}:{home.ports['gateway']}"
    identity = f"http://{LOOPBACK}:{home.ports['identity']}"
    shared = {name: value for name, value in addresses(home).items() if not name.startswith("TEST_")}
    return {
        **shared,
        "S3_PUBLIC_URL": public,
        "PUBLIC_URL": public,
        "STAFF_URL": public,
        "IDENTITY_URL": identity,
        "IDENTITY_JWKS_URL": f"{identity}/.well-known/jwks.json",
        "GD_HOME": str(home.path),
        "FAUST_DATADIR": str(home.state("faust")),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }


def _settings(home: Home) -> dict[str, str]:
    """The distributor's defaults, the copy's own file, and what the caller's environment says: the later wins."""
    own = home.path / "settings.env"
    outside = {name: value for name, value in home.settings.items() if name.startswith(WANTED_FROM_OUTSIDE)}
    kept = {name: home.settings[name] for name in KEPT if name in home.settings}
    return {**kept, **read(SETTINGS), **(read(own) if own.exists() else {}), **outside}


def read(path: Path) -> Mapping[str, str]:
    """A file of NAME=value lines; `#` begins a comment line."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}
