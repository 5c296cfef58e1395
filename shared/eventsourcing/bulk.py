"""Many streams at once, for imports: loaded in one statement, appended in one statement, projected in one batch.

The rules are the same as for one stream: expected versions, unique ids, own views in the same transaction. A conflict on
any stream refuses the whole batch, which is then tried again or taken one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.limit import count_append
from shared.eventsourcing.store import COLUMNS, MAXIMUM_STREAM, Store, StreamTooLong, category_of, insert_columns, metadata_of, refused
from shared.eventsourcing.view import View, project
from shared.ids import new_id
from shared.postgres import Db

_MOVE_NEW = """
insert into applied (reader, stream, version, event_id)
select $1, stream, version, event_id from unnest($2::text[], $3::int[], $4::uuid[]) e(stream, version, event_id) order by stream
on conflict (reader, stream) do nothing returning stream"""
_MOVE_KNOWN = """
update applied a set version = e.version, event_id = e.event_id
  from unnest($2::text[], $3::int[], $4::uuid[], $5::int[]) e(stream, version, event_id, expected)
 where a.reader = $1 and a.stream = e.stream and a.version = e.expected returning a.stream"""


@dataclass(frozen=True, slots=True)
class Appending:
    """What is to be appended to one stream that stands at `expected`; `person` is whose personal data it holds."""

    stream: str
    expected: int
    events: Sequence[Event]
    person: UUID | None = None


async def load_many(db: Db, store: Store, streams: Sequence[str]) -> dict[str, list[Recorded[Event]]]:
    """The events of each of these streams, in version order; a stream that does not exist is left out."""
    rows = await db.fetch(f"select {COLUMNS} from events where stream = any($1::text[]) order by stream, version", list(streams))
    found: dict[str, list[Recorded[Event]]] = {}
    for record in await store.recorded(db, rows):
        found.setdefault(record.stream, []).append(record)
    return found


async def append_many(db: Db, store: Store, batch: Sequence[Appending], cause: Cause) -> Sequence[Recorded[Event]]:
    """Append to many streams and run the views, in the caller's transaction; raises as `Store.append` does."""
    wanted = [appending for appending in batch if appending.events]
    if not wanted:
        return []
    for appending in wanted:
        if appending.expected + len(appending.events) > MAXIMUM_STREAM:
            raise StreamTooLong(appending.stream)
    count_append()
    pairs = [(appending, n, event) for appending in wanted for n, event in enumerate(appending.events, 1)]
    ids = [new_id() for _ in pairs]
    keys = await store.sealing_many(db, {a.stream: a.person for a, _, event in pairs if store.codec.holds_personal(type(event).__name__)})
    encoded = [
        store.codec.encode(event, a.stream, event_id, keys.get(a.stream)) for (a, _, event), event_id in zip(pairs, ids, strict=True)
    ]
    streams, versions = [a.stream for a, _, _ in pairs], [a.expected + n for a, n, _ in pairs]
    try:
        rows = await insert_columns(db, streams, versions, ids, encoded, [metadata_of(cause)] * len(pairs))
    except asyncpg.UniqueViolationError as error:
        raise refused(error, "many streams") from error
    placed = {(row["stream"], row["version"]): row for row in rows}
    recorded = [
        Recorded(event, stream, version, placed[stream, version]["position"], event_id, placed[stream, version]["recorded_at"], cause)
        for (_, _, event), stream, version, event_id in zip(pairs, streams, versions, ids, strict=True)
    ]
    await _project(db, store, wanted, recorded)
    return recorded


async def _project(db: Db, store: Store, batch: Sequence[Appending], recorded: Sequence[Recorded[Event]]) -> None:
    """Run every view on the streams it is level with, in one batch."""
    expected = {appending.stream: appending.expected for appending in batch}
    given = []
    for view in store.views:
        category = getattr(view, "category", None)
        mine = [record for record in recorded if category in (None, category_of(record.stream))]
        ready = await _move(db, view, mine, expected)
        wanted = [record for record in mine if record.stream in ready and type(record.event) in view.on]
        if wanted:
            given.append((view, wanted))
    await project(db, given)


async def _move(db: Db, view: View, recorded: Sequence[Recorded[Event]], expected: dict[str, int]) -> set[str]:
    last = {record.stream: record for record in recorded}
    new = [record for record in last.values() if expected[record.stream] == 0]
    known = [record for record in last.values() if expected[record.stream] > 0]
    moved = []
    if new:
        moved += await db.fetch(_MOVE_NEW, view.name, [r.stream for r in new], [r.version for r in new], [r.id for r in new])
    if known:
        before = [expected[record.stream] for record in known]
        placed = ([r.stream for r in known], [r.version for r in known], [r.id for r in known])
        moved += await db.fetch(_MOVE_KNOWN, view.name, *placed, before)
    return {row["stream"] for row in moved}
