"""Foreign views beside what the topics make of them: compared by `verify --foreign`, filled anew by `rebuild`."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
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
        topics = sorted(reader_of_view(view, reads).topics)
        project = partial(_project, db, view, codec, topics, records)
        await compare_view(db, report, view, f"foreign view {view.name}", "what the topics say", project)


async def refill(
    db: Db,
    codec: Codec,
    view: View,
    reads: Mapping[str, Sequence[type[Event]]],
    records: Callable[[Sequence[str]], AsyncIterator[Incoming]],
) -> int:
    """Empty a foreign view and fill it from the beginning of its topics, its reader's place with it; answers how many streams there are.

    One transaction, as the migrator; until it ends the view is looked at as it was. Its reader waits meanwhile, and goes on behind what
    was read here: the ledger drops the rest. What was parked is read too: what still cannot be applied is raised, and nothing is changed.
    """
    async with db.transaction():
        await db.execute("delete from applied where reader = $1", view.name)
        for table in tables_of(view):
            await db.execute(f"lock table public.{table} in exclusive mode; delete from public.{table}")
        stands = await _project(db, view, codec, sorted(reader_of_view(view, reads).topics), records)
        await db.execute("delete from parked where reader = $1", view.name)
        await db.execute(
            "insert into applied (reader, stream, version, event_id) select $1, * from unnest($2::text[], $3::int[], $4::uuid[])",
            view.name,
            list(stands),
            [version for version, _ in stands.values()],
            [event_id for _, event_id in stands.values()],
        )
    return len(stands)


async def _project(
    db: Db, view: View, codec: Codec, topics: Sequence[str], records: Callable[[Sequence[str]], AsyncIterator[Incoming]]
) -> Mapping[str, tuple[int, UUID]]:
    """What the topics say, each version once, in the order in which it is there; answers each stream's last version, with its id."""
    wanted = {kind.__name__ for kind in view.on}
    seen: dict[str, tuple[int, UUID]] = {}
    batch: list[Recorded[Event]] = []
    async for record in records(topics):
        if (last := seen.get(record.stream)) and record.version <= last[0]:
            continue
        seen[record.stream] = record.version, record.id
        if record.type in wanted and (event := known(codec, record)) is not None:
            batch.append(event)
        if len(batch) >= _BATCH:
            await project(db, [(view, batch)])
            batch = []
    if batch:
        await project(db, [(view, batch)])
    return seen
