"""A service's database put back to an earlier moment, and what its topics give back of what came after, without a broker."""

import json
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from shared.chores import migrator_url, rebuild_views
from shared.eventsourcing.event import Cause
from shared.eventsourcing.restored import behind, take_back
from shared.kafka import Incoming
from shared.platform import published
from shared.service import Platform, Service
from tests.infra.databases import Database


async def copied(database: Database) -> Database:
    """As it is now, to be used in its place later; nobody may be connected to it."""
    name = f"{database.name}_{secrets.token_hex(2)}"
    admin = await asyncpg.connect(database.admin_url, timeout=10)
    try:
        owner = await admin.fetchval("select datdba::regrole::text from pg_database where datname = $1", database.name)
        await admin.execute(f'create database "{name}" template "{database.name}" owner {owner}')
    finally:
        await admin.close()
    url, migrator = (address.replace(f"/{database.name}", f"/{name}") for address in (database.url, database.migrator_url))
    return replace(database, name=name, url=url, migrator_url=migrator)


async def dropped(database: Database) -> None:
    """Gone, whoever is still connected."""
    admin = await asyncpg.connect(database.admin_url, timeout=10)
    try:
        await admin.execute(f'drop database "{database.name}" with (force)')
    finally:
        await admin.close()


async def topics_of(service: Service, platform: Platform) -> Sequence[Incoming]:
    """What the service's topics hold when its relay has sent everything."""
    kinds = {kind.__name__ for types in published(service).values() for kind in types}
    rows = await platform.pool.fetch("select * from events where type = any($1::text[]) order by position", list(kinds))
    return [
        Incoming(
            topic=service.name,
            partition=0,
            offset=row["position"],
            stream=row["stream"],
            version=row["version"],
            id=row["id"],
            type=row["type"],
            schema=row["schema"],
            data=row["data"],
            position=row["position"],
            recorded_at=row["recorded_at"],
            cause=_cause(json.loads(row["metadata"])),
        )
        for row in rows
    ]


def _cause(metadata: dict[str, str]) -> Cause:
    causation = metadata.get("causation")
    return Cause(metadata["actor"], UUID(metadata["correlation"]), UUID(causation) if causation else None)


async def accepted(service: Service, platform: Platform, records: Sequence[Incoming]) -> int:
    """What `relay accept` does with these records; answers how many were taken back."""

    async def told() -> AsyncIterator[Incoming]:
        for record in records:
            yield record

    db = await asyncpg.connect(migrator_url(platform), timeout=10)
    try:
        found = await behind(db, told())
        async with db.transaction():
            await take_back(db, found, service.name, platform.codec, "a drill")
    finally:
        await db.close()
    assert await rebuild_views(service, platform, ["--all"]) == 0
    return len(found.events)
