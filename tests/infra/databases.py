"""Fresh databases: migrated and seeded once per service and run, then copied for each test."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import asyncpg

from deploy.local.databases import Roles, make_database, url_of
from shared.chores import publish_seeds
from shared.platform import open_platform
from shared.postgres import Pool, migrate, open_pool
from shared.testing.running import settings_for

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "only-for-tests"
KERNEL = "kernel"


@dataclass(frozen=True)
class Database:
    """One database for one test, seen as the app or as its migrator."""

    name: str
    service: str
    admin_url: str
    url: str
    migrator_url: str
    app_role: str

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection as the app role."""
        async with _connected(self.url) as connection:
            yield connection

    @asynccontextmanager
    async def connect_as_migrator(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection as the owner of the tables."""
        async with _connected(self.migrator_url) as connection:
            yield connection

    @asynccontextmanager
    async def pool(self, maximum: int = 10) -> AsyncIterator[Pool]:
        """A pool as the app role."""
        pool = await open_pool(self.url, maximum=maximum)
        try:
            yield pool
        finally:
            pool.terminate()


@dataclass
class Template:
    """A migrated database that is only copied, never used."""

    admin_url: str
    service: str
    run: str
    name: str
    roles: Roles

    def copy(self) -> Database:
        """A new database with the template's tables."""
        name = f"{self.name}_{secrets.token_hex(4)}"
        asyncio.run(_execute(self.admin_url, f'create database "{name}" template "{self.name}" owner "{self.roles.migrator}"'))
        return self.seen_as(name)

    def seen_as(self, name: str) -> Database:
        """The database of this name, with the template's roles."""
        app = url_of(self.admin_url, name, self.roles.app, self.roles.app_password)
        migrator = url_of(self.admin_url, name, self.roles.migrator, self.roles.migrator_password)
        return Database(name, self.service, self.admin_url, app, migrator, self.roles.app)

    def drop(self, database: Database) -> None:
        """Remove a copy, whoever is still connected."""
        asyncio.run(_execute(self.admin_url, f'drop database if exists "{database.name}" with (force)'))

    def remove(self) -> None:
        """Remove the template and its roles."""
        asyncio.run(_execute(self.admin_url, f'drop database if exists "{self.name}" with (force)'))
        for role in (self.roles.app, self.roles.migrator):
            asyncio.run(_execute(self.admin_url, f'drop role if exists "{role}"'))


def make_template(admin_url: str, service: str) -> Template:
    """Kernel and service migrations, and the service's catalogues, as `make up` brings them."""
    run = secrets.token_hex(4)
    name = f"t{run}_{service}"
    roles = Roles(f"{name}_app", PASSWORD, f"{name}_migrator", PASSWORD)
    asyncio.run(make_database(admin_url, name, roles))
    directories = [ROOT / "shared" / "migrations"]
    if service != KERNEL:
        directories.append(ROOT / "services" / service / "migrations")
    template = Template(admin_url, service, run, name, roles)
    asyncio.run(_fill(template.seen_as(name), directories))
    return template


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        yield connection
    finally:
        if not connection.is_closed():
            connection.terminate()


async def _fill(database: Database, migrations: list[Path]) -> None:
    await migrate(database.migrator_url, database.app_role, migrations)
    if any((ROOT / "services" / database.service / "seeds").glob("*.yaml")):
        service = import_module(f"services.{database.service}.app").service()
        async with open_platform(service, settings_for(service, database)) as platform:
            await publish_seeds(service, service.build(platform))


async def _execute(url: str, statement: str) -> None:
    async with _connected(url) as connection:
        await connection.execute(statement)
