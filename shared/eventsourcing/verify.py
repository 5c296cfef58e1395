"""Verify: the store, its topics and the own views hold the same facts, compared as sets; and every key opens."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from shared.clock import Clock, utc_now
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.rebuild import TableDifference, differences, project_all, shadowed
from shared.eventsourcing.restored import known_gaps
from shared.eventsourcing.store import Store, category_of
from shared.eventsourcing.view import View
from shared.postgres import Db

_BATCH = 2000
_SHOWN = 20
_MOST_GAPS = 100_000

type Identity = tuple[str, int, str]
"""Stream, version and event id: what store and topic are compared by."""


@dataclass(slots=True)
class Report:
    """What was compared and what differs; clean when nothing does."""

    service: str
    events: int = 0
    published: int = 0
    in_topics: int = 0
    accepted: int = 0
    findings: list[str] = field(default_factory=list)
    views: list[TableDifference] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, finding: str) -> None:
        """Remember something that differs."""
        self.findings.append(finding)


async def published_in_store(db: Db, types: Collection[str], up_to: int) -> set[Identity]:
    """The published events up to a position, by stream, version and id."""
    rows = await db.fetch("select stream, version, id from events where type = any($1::text[]) and position <= $2", list(types), up_to)
    return {(row["stream"], row["version"], str(row["id"])) for row in rows}


async def check_streams(db: Db, report: Report) -> None:
    """Every stream's versions run from 1 without a gap, but for those that an operator has accepted as lost."""
    report.events = await db.fetchval("select count(*) from events")
    gaps = await db.fetch(
        f"select stream from events group by stream having max(version) <> count(*) or min(version) <> 1 limit {_MOST_GAPS}"
    )
    rows = await db.fetch(
        "select stream, array_agg(version) as versions, max(version) as last from events where stream = any($1) group by stream",
        [row["stream"] for row in gaps],
    )
    lost = await known_gaps(db) if rows else {}
    for row in rows:
        missing = set(range(1, row["last"])) - set(row["versions"])
        if missing <= lost.get(row["stream"], set()):
            report.accepted += len(missing)
        elif len(report.findings) < _SHOWN:
            report.add(f"stream {row['stream']} has a gap in its versions")


async def check_topics(
    db: Db, report: Report, published: Mapping[str, Collection[str]], up_to: int, in_topics: AsyncIterator[tuple[Identity, int]]
) -> None:
    """The published events and the topics hold the same set, and each stream is first seen in version order.

    `published` maps a topic to its types; `in_topics` gives every record of those topics, with its partition, in order.
    """
    expected = await published_in_store(db, [name for types in published.values() for name in types], up_to)
    report.published = len(expected)
    seen: set[Identity] = set()
    last: dict[str, int] = {}
    async for identity, _partition in in_topics:
        if identity in seen:
            continue
        seen.add(identity)
        stream, version, _ = identity
        if version < last.get(stream, 0):
            report.add(f"{stream} version {version} first seen after {last[stream]}")
        last[stream] = max(version, last.get(stream, 0))
    report.in_topics = len(seen)
    for identity in sorted(expected - seen)[:_SHOWN]:
        report.add(f"in the store, not in its topic: {identity[0]} version {identity[1]}")
    for stream, version, event_id in sorted(seen - expected)[:_SHOWN]:
        if await db.fetchval("select 1 from events where id = $1::text::uuid and stream = $2 and version = $3", event_id, stream, version):
            continue
        report.add(f"in a topic, not in the store: {stream} version {version}")


async def check_views(db: Db, report: Report, store: Store, views: Sequence[View], clock: Clock = utc_now) -> None:
    """Every own view equals what its events make of it, rebuilt into temporary tables that shadow the live ones.

    One transaction per view, rolled back; the live tables are read under a lock that appends respect, so that both
    sides hold the same events.
    """
    for view in views:
        await compare_view(db, report, view, f"view {view.name}", "its rebuild", partial(_project_all, db, store, view), clock)


async def compare_view(
    db: Db, report: Report, view: View, called: str, source: str, project: Callable[[], Awaitable[object]], clock: Clock = utc_now
) -> None:
    """Note where a live view differs from what `project` makes of its source in temporary tables that shadow it; rolled back."""
    if why := getattr(view, "not_compared", ""):
        report.not_compared.append(f"{view.name} ({why})")
        return
    tables = shadowed(view)
    transaction = db.transaction()
    await transaction.start()
    try:
        await db.execute(f"lock table {', '.join(f'public.{table}' for table in tables)} in share mode")
        for table in tables:
            await db.execute(f"create temp table {table} (like public.{table} including all)")
        await project()
        for difference in await differences(db, view, "pg_temp", clock()):
            report.views.append(difference)
            if not difference.equal:
                told = f"{difference.only_live} rows only live, {difference.only_rebuilt} only in {source}"
                report.add(f"{called}, table {difference.table}: {told}")
    finally:
        await transaction.rollback()


async def _project_all(db: Db, store: Store, view: View) -> None:
    position = 0
    while True:
        rows = await db.fetch(
            "select position, stream, version, id, type, schema, data::text as data, metadata::text as metadata, recorded_at"
            " from events where position > $1 order by position limit $2",
            position,
            _BATCH,
        )
        if not rows:
            return
        position = rows[-1]["position"]
        await project_all(db, view, await store.recorded(db, [row for row in rows if _concerns(view, row["stream"], row["type"])]))


def _concerns(view: View, stream: str, type_name: str) -> bool:
    category = getattr(view, "category", None)
    return category in (None, category_of(stream)) and type_name in {event.__name__ for event in view.on}


async def check_keys(db: Db, report: Report, keys: Keys) -> None:
    """Every live stream key opens with the key-encryption keys at hand."""
    for stream in (await keys.check(db))[:_SHOWN]:
        report.add(f"the key of {stream} does not open")


async def check_parked(db: Db, report: Report) -> None:
    """No stream waits, parked, for an operator."""
    rows = await db.fetch("select reader, count(distinct stream) as streams from parked group by reader order by reader")
    for row in rows:
        report.add(f"{row['reader']} has {row['streams']} parked streams: replay or discard them")
