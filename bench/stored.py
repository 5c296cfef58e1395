"""The same with a million events and more stored: bulk-loaded once, against a bare table of the same size."""

import time
from collections.abc import Mapping
from dataclasses import replace

import asyncpg

from bench.append import bare, through_the_store, whole_command
from bench.events import STORE, RowsView
from bench.rounds import Measured, Plan, alone, at_least, rate, rates
from shared.eventsourcing.rebuild import project_all
from shared.postgres import Pool

_PER_STREAM = 5
_WORSE = 1.2
_READ = 20_000
_CONSTRAINTS = {
    "events": (
        "add constraint events_pkey primary key (position)",
        "add constraint events_stream_version unique (stream, version)",
        "add constraint events_id unique (id)",
    ),
    "bare_events": ("add primary key (position)", "add unique (stream, version)", "add unique (id)"),
}
_LOAD = f"""
insert into {{table}} (stream, version, id, type, schema, data, metadata)
select 'draft-' || md5((n / {_PER_STREAM})::text)::uuid, n % {_PER_STREAM} + 1, uuidv7(), 'ModuleAdded', 1,
       jsonb_build_object('row_id', uuidv7(), 'maker', 'Fabricante', 'model', 'M-550-HC', 'watts', 550, 'quantity', n % 40,
                          'area_m2', '2.58'),
       jsonb_build_object('actor', 'service:bench', 'correlation', uuidv7())
  from generate_series({{first}}::bigint, {{last}}::bigint) n"""
_CHUNK = 1_000_000


async def load(db: "asyncpg.Connection[asyncpg.Record]", events: int) -> float:
    """Fill both tables, their indexes built afterwards; answers the seconds it took."""
    start = time.perf_counter()
    for table, constraints in _CONSTRAINTS.items():
        rows = await db.fetch("select conname from pg_constraint where conrelid = $1::text::regclass and contype in ('p', 'u')", table)
        for row in rows:
            await db.execute(f'alter table {table} drop constraint "{row["conname"]}"')
        for first in range(0, events, _CHUNK):
            await db.execute(_LOAD.format(table=table, first=first, last=min(first + _CHUNK, events) - 1))
        for constraint in constraints:
            await db.execute(f"alter table {table} {constraint}")
        await db.execute(f"vacuum analyze {table}")
    await db.execute("checkpoint")
    return time.perf_counter() - start


async def fill_events(db: "asyncpg.Connection[asyncpg.Record]", events: int) -> None:
    """So many events in a store that is in use, its indexes kept."""
    for first in range(0, events, _CHUNK):
        await db.execute(_LOAD.format(table="events", first=first, last=min(first + _CHUNK, events) - 1))


async def measure(pool: Pool, plan: Plan, events: int, small: Mapping[str, float]) -> list[Measured]:
    """Appends, whole commands and reading from the middle; `small` has the ratios with few events stored, by name."""
    each, size = plan.of(1000), f"{events / 1_000_000:g} M"
    store, direct, command = through_the_store(pool), bare(pool), whole_command(pool)
    await rate([direct] * 8, each)
    rows = [
        at_least("append, 8 writers / bare insert, per s", await rates(plan, [store] * 8, [direct] * 8, each), 0),
        at_least("append, 32 writers / bare insert, per s", await rates(plan, [store] * 32, [direct] * 32, each // 3), 0),
        at_least("whole command, 8 writers / bare insert, per s", await rates(plan, [command] * 8, [direct] * 8, each // 2), 0),
    ]
    held = [as_before(row, size, small) for row in rows]
    middle = [await read_from(pool, events // 2) for _ in range(plan.rounds)]
    return [*held, alone(f"rebuild of a view from the middle of {size} events, events per s", middle, least=30_000)]


def as_before(row: Measured, size: str, small: Mapping[str, float]) -> Measured:
    """A row with many stored, held against its ratio with few: no more than 1.2 times worse."""
    name, before = row.name.replace(" / ", f", {size} stored / ", 1).replace("bare insert", f"bare table of {size}"), small.get(row.name)
    if before is None or row.ratio is None:
        return replace(row, name=name, goal="-", holds=None)
    if row.goal.startswith("<="):
        return replace(row, name=name, goal=f"<= {before * _WORSE:.2f}", holds=row.ratio <= before * _WORSE)
    return replace(row, name=name, goal=f">= {before / _WORSE:.2f}", holds=row.ratio >= before / _WORSE)


async def read_from(pool: Pool, position: int) -> float:
    """Events per second read, decoded and projected, beginning at a position; nothing of it stays."""
    done, start = 0, time.perf_counter()
    async with pool.acquire() as db:
        transaction = db.transaction()
        await transaction.start()
        try:
            while done < _READ:
                events = await STORE.after(db, position, limit=1000)
                await project_all(db, RowsView(), events)
                position, done = events[-1].position, done + len(events)
        finally:
            await transaction.rollback()
    return done / (time.perf_counter() - start)
