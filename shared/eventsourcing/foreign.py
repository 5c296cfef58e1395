"""Foreign views beside what the topics make of them: compared by `verify --foreign`, filled anew by `rebuild`."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.eventsourcing.codec import Codec
from shared.eventsourcing.consumer import known, reader_of_view
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.rebuild import tables_of
from shared.eventsourcing.verify import Report, compare_view
from shared.eventsourcing.view import View, project
from shared.kafka import Incoming
from shared.postgres import Db

_BATCH = 500

type Records = Callable[[Sequence[str], Mapping[tuple[str, int], int]], AsyncIterator[Incoming]]
"""What topics hold up to their ends as of now, each partition from the place told for it, or from its beginning."""


class ReaderCameBetween(Exception):
    """A view's reader took a new stream while the view was filled anew: nothing is changed, it can be tried again."""


async def check_foreign_views(
    db: Db, report: Report, codec: Codec, views: Sequence[View], reads: Mapping[str, Sequence[type[Event]]], records: Records
) -> None:
    """Every foreign view equals what its topics make of it, projected from their beginning into temporary tables; rolled back.

    The live tables are read under a lock that their reader respects; while events are on their way the two may differ.
    """
    for view in views:
        topics = _Topics(db, codec, view, sorted(reader_of_view(view, reads).topics), records)
        await compare_view(db, report, view, f"foreign view {view.name}", "what the topics say", topics.project)


async def refill(db: Db, codec: Codec, view: View, reads: Mapping[str, Sequence[type[Event]]], records: Records) -> int:
    """Fill a foreign view anew from the beginning of its topics, its reader's place with it; answers how many streams there are.

    One transaction, as the migrator. The topics are read into temporary tables while the view is read, held and written as always.
    Then it is locked, what came meanwhile is read, and its rows are exchanged: for these moments its reader waits, and so do decisions
    that rest on it. The reader goes on behind what was read here: the ledger drops the rest. What was parked is read too: what still
    cannot be applied is raised, and nothing is changed. Raises ReaderCameBetween, or that the database found a deadlock with it.
    """
    tables = tables_of(view)
    topics = _Topics(db, codec, view, sorted(reader_of_view(view, reads).topics), records)
    async with db.transaction():
        for table in tables:
            await db.execute(f"create temp table {table} (like public.{table} including all) on commit drop")
        await topics.project()
        await db.execute("delete from applied where reader = $1", view.name)  # first: its reader then waits there, holding nothing
        for table in tables:
            await db.execute(f"lock table public.{table} in exclusive mode")
        await db.execute("delete from applied where reader = $1", view.name)  # again: what it was at when the first looked
        await db.execute("delete from parked where reader = $1", view.name)
        await topics.project()
        for table in tables:
            await db.execute(f"delete from public.{table}")
        for table in tables:
            await db.execute(f"insert into public.{table} table pg_temp.{table}")
        await _stand(db, view, topics.stands)
    return len(topics.stands)


async def _stand(db: Db, view: View, stands: Mapping[str, tuple[int, UUID]]) -> None:
    """Have the view's reader stand here; raises ReaderCameBetween where it stands in one of the streams already."""
    rows = await db.fetch(
        "insert into applied (reader, stream, version, event_id) select $1, * from unnest($2::text[], $3::int[], $4::uuid[])"
        " on conflict do nothing returning stream",
        view.name,
        list(stands),
        [version for version, _ in stands.values()],
        [event_id for _, event_id in stands.values()],
    )
    if len(rows) < len(stands):
        raise ReaderCameBetween(view.name)


@dataclass
class _Topics:
    """The topics of a view, read and projected as far as they go; once more, what came since."""

    db: Db
    codec: Codec
    view: View
    names: Sequence[str]
    records: Records
    stands: dict[str, tuple[int, UUID]] = field(default_factory=dict)
    _places: dict[tuple[str, int], int] = field(default_factory=dict)

    async def project(self) -> None:
        """What they say, each version once, in the order in which it is there; notes each stream's last version, with its id."""
        wanted = {kind.__name__ for kind in self.view.on}
        batch: list[Recorded[Event]] = []
        async for record in self.records(self.names, dict(self._places)):
            self._places[record.topic, record.partition] = record.offset + 1
            if (last := self.stands.get(record.stream)) and record.version <= last[0]:
                continue
            self.stands[record.stream] = record.version, record.id
            if record.type in wanted and (event := known(self.codec, record)) is not None:
                batch.append(event)
            if len(batch) >= _BATCH:
                await project(self.db, [(self.view, batch)])
                batch = []
        if batch:
            await project(self.db, [(self.view, batch)])
