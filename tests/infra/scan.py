"""Looking for traces of a person: in every column of every table, in every record of topics, in every object and file."""

from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import asyncpg
from aiokafka import ConsumerRecord

from shared.documents.storage import Storage
from shared.kafka import consumer, let_go

_TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"


async def traces_in_database(url: str, needles: Sequence[str], *, only: Sequence[str] = ()) -> list[str]:
    """`table: needle` for each table with a row that holds one, in clear or as the bytes of a binary column."""
    found: list[str] = []
    db = await asyncpg.connect(url)
    try:
        for table in [row["tablename"] for row in await db.fetch(_TABLES)]:
            if only and table not in only:
                continue
            for needle in needles:
                sql = f'select exists (select from "{table}" t where t::text ilike $1 or t::text like $2)'
                if await db.fetchval(sql, f"%{needle}%", f"%{needle.encode().hex()}%"):
                    found.append(f"{table}: {needle}")
    finally:
        await db.close()
    return found


async def records_of(bootstrap: str, topics: Iterable[str]) -> AsyncIterator[ConsumerRecord]:
    """Everything that these topics hold now."""
    source = consumer(bootstrap, None, "scan", topics)
    await source.start()
    try:
        left = sum((await source.end_offsets(source.assignment() or [])).values())
        left -= sum((await source.beginning_offsets(source.assignment() or [])).values())
        while left > 0:
            for batch in (await source.getmany(timeout_ms=500)).values():
                left -= len(batch)
                for record in batch:
                    yield record
    finally:
        await let_go(source)


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


def traces_in_files(folder: Path, needles: Sequence[str]) -> list[str]:
    """`path: needle` for each file under a folder whose path or bytes hold one."""
    found: list[str] = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        found += [f"{file.relative_to(folder)}: {needle}" for needle in needles if needle in str(file) or needle.encode() in content]
    return found
