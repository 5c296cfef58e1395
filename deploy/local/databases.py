"""A database with its two roles: the migrator, who owns the tables, and the app, who is granted what it needs."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

APP_SETTINGS = ("transaction_timeout = '10s'", "idle_in_transaction_session_timeout = '5s'")


@dataclass(frozen=True)
class Roles:
    """Names and passwords of the two roles of one database."""

    app: str
    app_password: str
    migrator: str
    migrator_password: str


async def make_database(admin_url: str, name: str, roles: Roles) -> None:
    """Make roles and database where they are missing; passwords are set anew, so that they are what the secrets say."""
    admin = await asyncpg.connect(admin_url, timeout=10)
    try:
        for role, password in ((roles.app, roles.app_password), (roles.migrator, roles.migrator_password)):
            known = await admin.fetchval("select 1 from pg_roles where rolname = $1", role)
            verb = "alter" if known else "create"
            await admin.execute(f"{verb} role \"{role}\" login password '{_escaped(password)}'")
        for setting in APP_SETTINGS:
            await admin.execute(f'alter role "{roles.app}" set {setting}')
        if not await admin.fetchval("select 1 from pg_database where datname = $1", name):
            await admin.execute(f'create database "{name}" owner "{roles.migrator}"')
        await admin.execute(f'revoke all on database "{name}" from public')
        await admin.execute(f'grant connect, temporary on database "{name}" to "{roles.app}"')
    finally:
        await admin.close()


def url_of(admin_url: str, database: str, role: str, password: str) -> str:
    """The address of `database` for `role`, on the server of the admin's address."""
    parts = urlsplit(admin_url)
    place = f"{parts.hostname}:{parts.port or 5432}"
    return urlunsplit((parts.scheme, f"{quote(role)}:{quote(password)}@{place}", f"/{database}", "", ""))


def _escaped(text: str) -> str:
    return text.replace("'", "''")
