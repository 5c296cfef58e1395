"""Foreign views beside what the topics make of them: for `verify --foreign`, and after a reader's database was restored."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial

from shared.eventsourcing.codec import Codec
from shared.eventsourcing.consumer import known, reader_of_view
from shared.eventsourcing.event import Event, Recorded
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


async def _project(
    db: Db, view: View, codec: Codec, topics: Sequence[str], records: Callable[[Sequence[str]], AsyncIterator[Incoming]]
) -> None:
    """What the topics say, each version once, in the order in which it is there."""
    wanted = {kind.__name__ for kind in view.on}
    seen: dict[str, int] = {}
    batch: list[Recorded[Event]] = []
    async for record in records(topics):
        if record.version <= seen.get(record.stream, 0):
            continue
        seen[record.stream] = record.version
        if record.type in wanted and (event := known(codec, record)) is not None:
            batch.append(event)
        if len(batch) >= _BATCH:
            await project(db, [(view, batch)])
            batch = []
    if batch:
        await project(db, [(view, batch)])
