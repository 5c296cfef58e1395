"""Foreign views beside what the topics make of them: for `verify --foreign`, and after a reader's database was restored."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from shared.eventsourcing.codec import Codec, UnknownEvent
from shared.eventsourcing.consumer import reader_of_view
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.rebuild import table_difference
from shared.eventsourcing.verify import Report
from shared.eventsourcing.view import View
from shared.kafka import Incoming
from shared.postgres import Db

_BATCH = 500


async def check_foreign_views(
    db: Db,
    report: Report,
    codec: Codec,
    views: Sequence[View],
    reads: Mapping[str, Sequence[type[Event]]],
    records: Callable[[Sequence[str]], AsyncIterator[Incoming]],
) -> None:
    """Every foreign view equals what its topics make of it, projected from their beginning into temporary tables; rolled back.

    The live tables are read under a lock that their reader respects; while events are on their way the two may differ.
    """
    for view in views:
        tables: Sequence[str] = getattr(view, "tables", ())
        if not tables:
            report.not_compared.append(view.name)
            continue
        transaction = db.transaction()
        await transaction.start()
        try:
            await db.execute(f"lock table {', '.join(f'public.{table}' for table in tables)} in share mode")
            for table in tables:
                await db.execute(f"create temp table {table} (like public.{table} including all)")
            await _project(db, view, codec, records(sorted(reader_of_view(view, reads).topics)))
            for table in tables:
                difference = await table_difference(db, table, f"public.{table}", f"pg_temp.{table}")
                report.views.append(difference)
                if not difference.equal:
                    told = f"{difference.only_live} rows only live, {difference.only_rebuilt} only in what the topics say"
                    report.add(f"foreign view {view.name}, table {table}: {told}")
        finally:
            await transaction.rollback()


async def _project(db: Db, view: View, codec: Codec, records: AsyncIterator[Incoming]) -> None:
    """What the topics say, each version once, in the order in which it is there."""
    wanted = {kind.__name__ for kind in view.on}
    seen: dict[str, int] = {}
    batch: list[Recorded[Event]] = []
    async for record in records:
        if record.version <= seen.get(record.stream, 0):
            continue
        seen[record.stream] = record.version
        if record.type in wanted and (event := _decoded(codec, record)) is not None:
            batch.append(event)
        if len(batch) >= _BATCH:
            await view.project(db, batch)
            batch = []
    if batch:
        await view.project(db, batch)


def _decoded(codec: Codec, record: Incoming) -> Recorded[Event] | None:
    try:
        content = codec.decode(record.type, record.schema, record.data, record.stream, record.id)
    except UnknownEvent:
        return None
    return Recorded(content, record.stream, record.version, record.position, record.id, record.recorded_at, record.cause)
