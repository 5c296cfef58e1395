"""Where things are inside the containers: hosts by the names of docker-compose.yml, folders by its volumes."""

from pathlib import Path

from deploy.gateway.config import Address
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.secrets import secret

HOME = Home(Path("/var/lib/agencia"))
"""Its `secrets` folder is a volume of its own: everything that was made at the first start. Only one-shot services see it."""

HANDED_OUT = Path("/run/secrets")
"""A volume per reader: what one container is given, and nothing of the others."""

GATEWAY_FILES = Path("/etc/gateway")
PORT = 8000
"""On which every process of the five services answers, each in its own container."""

POSTGRES = "postgres:5432"
S3 = Address("s3", 7070)
DOOR = Address("0.0.0.0", 8080)  # noqa: S104 - inside its container; docker-compose.yml says where it is seen
ADMIN = Address(LOOPBACK, 9901)
STATS = Address("0.0.0.0", 9902)  # noqa: S104 - likewise, and published nowhere
DOORS = {service: Address(f"{service}-api", PORT) for service in SERVICES}


def admin_url(home: Home) -> str:
    """The superuser's address, for making roles and databases."""
    return f"postgresql://postgres:{secret(home, 'postgres_password')}@{POSTGRES}/postgres"
