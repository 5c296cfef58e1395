"""One service in this process, over HTTP without a port: for component tests.

settings = settings_for(service, database, bucket, kafka=kafka)
async with running(service, settings) as it:
    answer = await it.client.get("/v1/profiles/…", headers=it.issuer.person(pid))
"""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from fastapi import FastAPI

from shared.clock import Clock
from shared.http.app import create_app
from shared.platform import open_platform
from shared.service import Parts, Service
from shared.settings import ServiceSettings
from shared.testing.tokens import Issuer, new_key


class DatabaseOf(Protocol):
    """Where the service's tables are."""

    @property
    def url(self) -> str:
        """As the app role."""

    @property
    def migrator_url(self) -> str:
        """As the owner."""


class BucketOf(Protocol):
    """Where the service's files are."""

    @property
    def url(self) -> str:
        """The file store."""

    @property
    def access_key(self) -> str:
        """Who."""

    @property
    def secret_key(self) -> str:
        """And the password."""


@dataclass(frozen=True)
class Running:
    """A service, its parts, a client without a port, and an issuer of tokens it believes."""

    app: FastAPI
    parts: Parts
    client: httpx.AsyncClient
    issuer: Issuer


def _key(number: int) -> str:
    return f"{number}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def settings_for(service: Service, database: DatabaseOf, bucket: BucketOf | None = None, **more: Any) -> ServiceSettings:  # noqa: ANN401 - any setting
    """The settings of a service under test, with secrets of its own."""
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": database.url,
        "migrator_url": database.migrator_url,
        "person_keys": _key(1),
        "keks": _key(1),
        "service_key": new_key(),
        "service_jwks": '{"keys": []}',
        "distributor_code": "002",
    }
    if bucket is not None:
        given |= {"s3_url": bucket.url, "s3_public_url": bucket.url, "s3_access_key": bucket.access_key, "s3_secret_key": bucket.secret_key}
    return service.settings(**(given | more))


@asynccontextmanager
async def running(service: Service, settings: ServiceSettings, clock: Clock | None = None) -> AsyncIterator[Running]:
    """The service's door, open for the test; `clock` where the test moves the time."""
    async with open_platform(service, settings, clock) as platform:
        parts = service.build(platform)
        app = create_app(service, parts)
        issuer = Issuer()
        issuer.install(app)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            yield Running(app, parts, client, issuer)
