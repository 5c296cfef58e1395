"""Looking for traces of a person: in every column of every table, in every record of topics, in every object of a bucket."""

from collections.abc import Iterable, Sequence

from aiokafka import ConsumerRecord

from shared.documents.storage import Storage
from tests.conftest import Database

_TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"


async def traces_in_database(database: Database, needles: Sequence[str], *, but: Iterable[str] = ()) -> list[str]:
    """`table: needle` for each table with a row that holds one, in clear or as the bytes of a binary column."""
    found: list[str] = []
    async with database.connect_as_migrator() as db:
        for table in [row["tablename"] for row in await db.fetch(_TABLES)]:
            if table in set(but):
                continue
            for needle in needles:
                sql = f'select exists (select from "{table}" t where t::text ilike $1 or t::text like $2)'
                if await db.fetchval(sql, f"%{needle}%", f"%{needle.encode().hex()}%"):
                    found.append(f"{table}: {needle}")
    return found


def traces_in_records(records: Iterable[ConsumerRecord], needles: Sequence[str]) -> list[str]:
    """`topic: needle` for each record whose key, value or headers hold one."""
    found: list[str] = []
    for record in records:
        whole = b"\n".join([record.key or b"", record.value or b"", *(value for _, value in record.headers)])
        found += [f"{record.topic}: {needle}" for needle in needles if needle.encode() in whole]
    return found


async def traces_in_bucket(storage: Storage, prefix: str, needles: Sequence[str]) -> list[str]:
    """`object: needle` for each object under a prefix whose name or bytes hold one."""
    found: list[str] = []
    async for stored in storage.under(prefix):
        content = await storage.get(stored.name) or b""
        found += [f"{stored.name}: {needle}" for needle in needles if needle in stored.name or needle.encode() in content]
    return found
