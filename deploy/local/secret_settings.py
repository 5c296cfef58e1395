"""The secrets of one service, by the names of its settings: as a process is told them, and as containers find them in files."""

from deploy.local import secrets
from deploy.local.databases import Roles, url_of
from deploy.local.home import Home
from deploy.local.servers import s3

EVERYBODYS = frozenset({"PERSON_KEYS", "SERVICE_JWKS", "S3_ACCESS_KEY", "S3_SECRET_KEY"})
"""The same for all services; what is not here is one service's own."""


def roles(home: Home, service: str) -> Roles:
    """The two roles of a service's database and their passwords."""
    app, migrator = f"{service}_app", f"{service}_migrator"
    return Roles(app, secrets.secret(home, f"{app}_password"), migrator, secrets.secret(home, f"{migrator}_password"))


def secret_settings(home: Home, service: str, admin_url: str, *, migrator: bool = False) -> dict[str, str]:
    """Every secret that one process of the service is told; the migrator's address only where it is needed."""
    own = roles(home, service)
    access, key = s3.credentials(home)
    told = {
        "PERSON_KEYS": secrets.key_ring(home, "person_keys"),
        "SERVICE_JWKS": secrets.service_jwks(home),
        "S3_ACCESS_KEY": access,
        "S3_SECRET_KEY": key,
        "KEKS": secrets.key_ring(home, f"{service}_keks"),
        "SERVICE_KEY": secrets.service_key(home, service),
        "DATABASE_URL": url_of(admin_url, service, own.app, own.app_password),
    }
    if service == "identity":
        told |= {"PEPPER": secrets.secret(home, "identity_pepper", 32)}
    if migrator:
        told |= {"MIGRATOR_URL": url_of(admin_url, service, own.migrator, own.migrator_password)}
    return told


def named(service: str, told: dict[str, str]) -> dict[str, str]:
    """The same under the names that stand in an environment: what is one service's own has its name in front."""
    return {name if name in EVERYBODYS else f"{service.upper()}_{name}": value for name, value in told.items()}
