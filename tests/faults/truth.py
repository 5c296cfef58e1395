"""What really happened, read from the stores and the topics themselves."""

from collections import Counter
from collections.abc import Sequence

import asyncpg

from deploy.local import secrets
from deploy.local.home import SERVICES, Home
from deploy.local.servers.postgres import admin_url
from shared.identifiers import parse_document
from shared.people import PersonIds


def person_ids(home: Home, documents: set[str]) -> set[str]:
    """The ids under which the system knows these documents."""
    known = PersonIds(secrets.key_ring(home, "person_keys"))
    return {str(known.of(parse_document(document))) for document in documents}


async def rows(home: Home, service: str, question: str, *values: object) -> Sequence[asyncpg.Record]:
    """A look into a service's database."""
    connection = await asyncpg.connect(admin_url(home, service), timeout=10)
    try:
        return list(await connection.fetch(question, *values))
    finally:
        await connection.close()


async def stored(home: Home, service: str, name: str, field: str) -> Counter[str]:
    """The values of one field in all stored events of a type, counted."""
    found = await rows(home, service, "select data->>$2 as value from events where type = $1", name, field)
    return Counter(str(row["value"]) for row in found)


async def not_relayed(home: Home) -> dict[str, list[str]]:
    """Services whose relay has something left: its checkpoint passes every stored event, those too that do not travel."""
    question = "select type from events where position > coalesce((select position from relay where name = 'relay'), 0) order by position"
    left = {service: [str(row["type"]) for row in await rows(home, service, question)] for service in SERVICES}
    return {service: types for service, types in left.items() if types}


async def parked(home: Home) -> list[str]:
    """Every parked stream of every service: after mere deaths there is none."""
    found: list[str] = []
    for service in SERVICES:
        found += [f"{service}: {row['reader']} {row['stream']}" for row in await rows(home, service, "select reader, stream from parked")]
    return found
