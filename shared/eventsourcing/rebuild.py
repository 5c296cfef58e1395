"""Rebuild an own view beside the live one: into a schema of its own, with progress, a comparison and a switch.

The shadow schema holds tables of the same names, so the view's own SQL fills them when the search path begins there.
While it is filled, the live view goes on. The switch locks the live tables for a moment, brings the shadow level with
every committed event, and swaps the tables; an append in flight then finds the new ones by name. The table of timers is
shared by views and is not swapped: the timers of the view are put right in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from shared.clock import utc_now
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.store import Store, category_of
from shared.eventsourcing.timed import TABLE, difference, put_right, timers_of
from shared.eventsourcing.view import View, project
from shared.postgres import Db

type Progress = Callable[[int, int], None]

_BATCH = 1000
_NEXT = "select position, stream, version, id, type, schema, data::text as data, metadata::text as metadata, recorded_at from "


class NotRebuildable(Exception):
    """The view says neither which tables it writes nor which timers it keeps."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How a table differs from its rebuild: rows only in one of the two. Equal when both are 0."""

    table: str
    rows: int
    only_live: int
    only_rebuilt: int

    @property
    def equal(self) -> bool:
        """Whether both hold exactly the same rows."""
        return self.only_live == 0 and self.only_rebuilt == 0


def tables_of(view: View) -> Sequence[str]:
    """The tables that are a view's alone; none where it only keeps timers. Raises NotRebuildable."""
    tables: Sequence[str] = getattr(view, "tables", ())
    if not tables and not timers_of(view):
        raise NotRebuildable(view.name)
    return tables


def shadowed(view: View) -> Sequence[str]:
    """Every table that a rebuild shadows, that of the timers too where the view keeps some; raises NotRebuildable."""
    return [*tables_of(view), *([TABLE] if timers_of(view) else [])]


async def rebuild(db: Db, store: Store, view: View, progress: Progress = lambda _done, _all: None) -> int:
    """Fill the view's shadow from the beginning up to the horizon; answers the position reached. Runs as the migrator."""
    schema = _schema(view)
    await db.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    for table in shadowed(view):
        await db.execute(f"create table {schema}.{table} (like public.{table} including all)")
    return await catch_up(db, store, view, 0, progress)


async def catch_up(db: Db, store: Store, view: View, position: int, progress: Progress = lambda _done, _all: None) -> int:
    """Project what came after a position into the shadow, up to the horizon; answers the new position."""
    top = await db.fetchval("select events_horizon()")
    while True:
        async with db.transaction():
            await db.execute(f"set local search_path = {_schema(view)}, public")
            events = await store.after(db, position, limit=_BATCH)
            if not events:
                return position
            await project_all(db, view, events)
        position = events[-1].position
        progress(position, max(top, position))


async def project_all(db: Db, view: View, events: Sequence[Recorded[Event]]) -> None:
    """Project what the view is on in the order of the log: at once if it says `many_streams`, else stream by stream as when appended."""
    category = getattr(view, "category", None)
    wanted = [e for e in events if type(e.event) in view.on and category in (None, category_of(e.stream))]
    if wanted and getattr(view, "many_streams", False):
        await project(db, [(view, wanted)])
    else:
        await project(db, [(view, list(group)) for _, group in groupby(wanted, key=lambda event: event.stream)])


async def compare(db: Db, view: View, now: datetime | None = None) -> Sequence[TableDifference]:
    """How the live tables differ from the shadow, row by row; of the timers, those that are not due."""
    return await differences(db, view, _schema(view), now or utc_now())


async def differences(db: Db, view: View, rebuilt: str, now: datetime) -> Sequence[TableDifference]:
    """How the live tables differ from those in a schema."""
    found = [await table_difference(db, table, f"public.{table}", f"{rebuilt}.{table}") for table in tables_of(view)]
    if timers := timers_of(view):
        found.append(TableDifference(TABLE, *await difference(db, timers, f"{rebuilt}.{TABLE}", now)))
    return found


async def table_difference(db: Db, name: str, live: str, rebuilt: str) -> TableDifference:
    """Rows of either table that the other lacks; duplicates counted."""
    row = await db.fetchrow(
        f"select (select count(*) from {live}) as rows,"
        f" (select count(*) from (table {live} except all table {rebuilt}) a) as only_live,"
        f" (select count(*) from (table {rebuilt} except all table {live}) b) as only_rebuilt"
    )
    if row is None:
        raise NotRebuildable(name)
    return TableDifference(name, row["rows"], row["only_live"], row["only_rebuilt"])


async def switch(db: Db, store: Store, view: View, position: int, app_role: str, now: datetime | None = None) -> int:
    """Put the shadow in the place of the live tables, level with every committed event; answers how many it still took.

    The locks wait for appends in flight and make later ones wait, the ledger's first, since an append moves it before it
    writes to a view: what is committed now is exactly what the shadow must hold, and no append has looked at the ledger
    before the switch and writes after it.
    """
    schema = _schema(view)
    taken = 0
    async with db.transaction():
        await db.execute("lock table applied in share row exclusive mode")
        for table in shadowed(view):
            await db.execute(f"lock table public.{table} in access exclusive mode")
        await db.execute(f"set local search_path = {schema}, public")
        rows = await db.fetch(f"{_NEXT} events where position > $1 order by position", position)
        for start in range(0, len(rows), _BATCH):
            events = await store.recorded(db, rows[start : start + _BATCH])
            await project_all(db, view, events)
            taken += len(events)
        for table in tables_of(view):
            names = await _index_names(db, f"public.{table}")
            await db.execute(f"drop table public.{table}")
            await db.execute(f"alter table {schema}.{table} set schema public")
            for rule, name in (await _index_names(db, f"public.{table}")).items():
                if names.get(rule, name) != name:
                    await db.execute(f'alter index public."{name}" rename to "{names[rule]}"')
            await db.execute(f"grant select, insert, update, delete on public.{table} to {app_role}")
        if timers := timers_of(view):
            await put_right(db, timers, f"{schema}.{TABLE}", now or utc_now())
        await db.execute(
            "insert into applied (reader, stream, version, event_id)"
            " select distinct on (stream) $1, stream, version, id from events"
            "  where $2::text is null or left(stream, -37) = $2 order by stream, version desc"
            " on conflict (reader, stream) do update set version = excluded.version, event_id = excluded.event_id",
            view.name,
            getattr(view, "category", None),
        )
        await db.execute(f"drop schema {schema} cascade")
    return taken


async def _index_names(db: Db, table: str) -> dict[str, str]:
    """The indexes of a table, by what they say: views map their names to refusals, so a rebuild keeps them."""
    rows = await db.fetch(
        "select regexp_replace(pg_get_indexdef(indexrelid), ' INDEX \\S+ ON \\S+ ', ' INDEX ON ') as rule, relname as name"
        " from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = $1::text::regclass order by indexrelid",
        table,
    )
    return {row["rule"]: row["name"] for row in rows}


def _schema(view: View) -> str:
    return f"rebuild_{view.name}"
