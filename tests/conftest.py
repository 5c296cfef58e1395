"""What tests are given: a fresh database, a broker, a bucket, an inbox, a scanner; unit tests get no network at all."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_socket
from minio import Minio
from minio.error import MinioException

from deploy.local.home import SERVICES
from tests.infra.databases import KERNEL, Database, Template, make_template
from tests.infra.servers import Servers, servers

__all__ = ["Bucket", "Database"]

TESTS = Path(__file__).resolve().parent
NO_NETWORK = ("unit", "architecture", "contract")

os.environ.setdefault("GD_TESTING", "1")


def room_of(path: Path) -> str:
    """unit, component, contract, architecture, e2e or faults."""
    return path.relative_to(TESTS).parts[0]


@pytest.fixture(autouse=True)
def _sockets_refused(request: pytest.FixtureRequest) -> Iterator[None]:
    if room_of(request.path) not in NO_NETWORK:
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        yield
    finally:
        pytest_socket.enable_socket()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Tests that run beside each other share the servers: whoever starts the workers starts these first, and tells them where."""
    servers()


@pytest.fixture(scope="session")
def infrastructure() -> Servers:
    """The five servers: the environment's, else embedded ones started for this run."""
    return servers()


@pytest.fixture
def service_name(request: pytest.FixtureRequest) -> str:
    """The service whose tables `database` has: named by the folder under tests/component, else the kernel's alone."""
    parts = request.path.relative_to(TESTS).parts
    return next((part for part in parts if part in SERVICES), KERNEL)


@pytest.fixture(scope="session")
def templates() -> Iterator[dict[str, Template]]:
    """One migrated database per service, made when first asked for."""
    made: dict[str, Template] = {}
    yield made
    for template in made.values():
        template.remove()


@pytest.fixture
def database(service_name: str, templates: dict[str, Template], infrastructure: Servers) -> Iterator[Database]:
    """A fresh database with kernel and service migrations and its two roles."""
    if service_name not in templates:
        templates[service_name] = make_template(infrastructure["TEST_POSTGRES_URL"], service_name)
    template = templates[service_name]
    fresh = template.copy()
    yield fresh
    template.drop(fresh)


@pytest.fixture
async def db(database: Database) -> AsyncIterator[object]:
    """A connection to the fresh database as the app role."""
    async with database.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def kafka(infrastructure: Servers) -> str:
    """The broker's bootstrap address."""
    return infrastructure["KAFKA_BOOTSTRAP"]


@dataclass(frozen=True)
class Bucket:
    """Where files may be put: address, keys, and a bucket that exists."""

    url: str
    access_key: str
    secret_key: str
    region: str
    name: str


@pytest.fixture
def storage(infrastructure: Servers, service_name: str) -> Bucket:
    """The bucket of the service under test."""
    url, access, key = (infrastructure[name] for name in ("S3_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY"))
    region = infrastructure.addresses.get("S3_REGION", "us-east-1")
    name = f"gd-{service_name}"
    client = Minio(url.split("//")[1], access, key, secure=url.startswith("https"), region=region)
    if not client.bucket_exists(name):
        with suppress(MinioException):  # another worker was quicker
            client.make_bucket(name)
    return Bucket(url, access, key, region, name)


@pytest.fixture(scope="session")
def inbox_url(infrastructure: Servers) -> str:
    """The mail catcher's page and API."""
    return infrastructure["INBOX_URL"]


@pytest.fixture(scope="session")
def clamd(infrastructure: Servers) -> str:
    """The scanner's address, host:port."""
    return infrastructure["CLAMD_ADDRESS"]
