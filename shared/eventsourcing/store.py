"""The event store: append with the expected version, load a stream, read after a position up to the horizon."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

import asyncpg
from pydantic_core import from_json, to_json

from shared.eventsourcing.codec import Codec, Encoded, StreamKey
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.keys import Keys, keys_of
from shared.eventsourcing.limit import count_append
from shared.eventsourcing.view import View, project
from shared.ids import new_id, parse_id
from shared.postgres import Db

MAXIMUM_STREAM = 1000
_UNNEST_FROM = 16
_HISTORY = "select {}, version, id, type, schema, data::text from events where stream = $1 order by version"
_HISTORY_ALONE = _HISTORY.format("null")
_HISTORY_AND_KEYS = _HISTORY.format(f"case version when 1 then {keys_of('$1')} end")
COLUMNS = "position, stream, version, id, type, schema, data::text as data, metadata::text as metadata, recorded_at"


class VersionConflict(Exception):
    """Somebody else appended to the stream first, or the caller has seen another version."""


class AlreadyRecorded(Exception):
    """An event with this id is stored: the deed was done before."""


class StreamTooLong(Exception):
    """A stream of more than 1,000 events is a modelling mistake, not a load."""


def category_of(stream: str) -> str:
    """`budget-request-<uuid>` → `budget-request`."""
    return stream[:-37]


@lru_cache(maxsize=64)
def _insert(rows: int) -> str:
    values = ", ".join(f"($1, $2 + {n + 1}, ${5 * n + 3}, ${5 * n + 4}, ${5 * n + 5}, ${5 * n + 6}, ${5 * n + 7})" for n in range(rows))
    return (
        f"insert into events (stream, version, id, type, schema, data, metadata) values {values} returning position, version, recorded_at"
    )


@lru_cache(maxsize=128)
def _insert_and_move(rows: int, *, known: bool) -> str:
    """The insert, and in the same statement the ledger of the views: a row for a new stream, else only what stands at `expected`."""
    last, readers = 5 * rows - 2, 5 * rows + 3
    moved = (
        f"update applied set version = $2 + {rows}, event_id = ${last}"
        f" where reader = any(${readers}::text[]) and stream = $1 and version = $2 returning reader"
        if known
        else "insert into applied (reader, stream, version, event_id)"
        f" select reader, $1, {rows}, ${last} from unnest(${readers}::text[]) reader"
        " on conflict (reader, stream) do nothing returning reader"
    )
    return (
        f"with stored as ({_insert(rows)}), moved as ({moved})"
        " select position, version, recorded_at, (select array_agg(reader) from moved) as moved from stored"
    )


_INSERT_MANY = (
    "insert into events (stream, version, id, type, schema, data, metadata)"
    " select * from unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::smallint[], $6::jsonb[], $7::jsonb[])"
    " returning position, stream, version, recorded_at"
)

_MOVE_VIEWS = """
insert into applied as a (reader, stream, version, event_id)
select reader, $2, $3, $4 from unnest($1::text[]) reader
 where $5 = 0 or exists (select 1 from applied b where b.reader = reader.reader and b.stream = $2)
on conflict (reader, stream) do update set version = excluded.version, event_id = excluded.event_id where a.version = $5
returning reader"""


def metadata_of(cause: Cause) -> str:
    """A cause as the metadata column has it."""
    content: dict[str, str] = {"actor": cause.actor, "correlation": str(cause.correlation)}
    if cause.causation is not None:
        content["causation"] = str(cause.causation)
    if cause.trace is not None:
        content["trace"] = cause.trace
    return to_json(content).decode()


def cause_of_metadata(metadata: str) -> Cause:
    """The cause that a metadata column holds."""
    content = from_json(metadata)
    causation = content.get("causation")
    return Cause(content["actor"], parse_id(content["correlation"]), parse_id(causation) if causation else None, content.get("trace"))


class Store:
    """Appends and reads events through a codec, and keeps the own, one-stream-wide views in the append's transaction."""

    def __init__(self, codec: Codec, views: Sequence[View] = (), keys: Keys | None = None) -> None:
        self.codec = codec
        self.views = tuple(views)
        self._by_category: dict[str, tuple[Sequence[View], Sequence[str]]] = {}
        self._keys = keys

    async def load(self, db: Db, stream: str) -> Sequence[Recorded[Event]]:
        """All events of a stream, in version order; empty when it does not exist."""
        rows = await db.fetch(f"select {COLUMNS} from events where stream = $1 order by version", stream)
        return await self.recorded(db, rows)

    async def history(self, db: Db, stream: str) -> tuple[Sequence[Event], int]:
        """What a decision needs of a stream: its events in version order, and the version it stands at."""
        rows = await db.fetch(_HISTORY_ALONE if self._keys is None else _HISTORY_AND_KEYS, stream)
        keys: Mapping[int, bytes | None] = {}
        if self._keys is not None and rows:
            if rows[0]["version"] == 1:
                keys = self._keys.opened(stream, rows[0][0])
            else:  # its beginning was lost with a database that was put back
                keys = (await self._keys.opening(db, [stream])).get(stream, {})
        decode = self.codec.decode
        events = [decode(kind, schema, data, stream, event_id, keys) for _, _, event_id, kind, schema, data in rows]
        return events, rows[-1]["version"] if rows else 0

    async def after(self, db: Db, position: int, *, limit: int = 500) -> Sequence[Recorded[Event]]:
        """The next events of all streams after a position, up to the horizon, in position order."""
        rows = await db.fetch(f"select {COLUMNS} from events_after($1, $2)", position, limit)
        return await self.recorded(db, rows)

    async def recorded(self, db: Db, rows: Sequence[asyncpg.Record]) -> Sequence[Recorded[Event]]:
        """Rows of the event table as events, their personal fields opened; raises Unreadable."""
        decode, personal = self.codec.decode, self.codec.holds_personal
        sealed = sorted({row["stream"] for row in rows if personal(row["type"])})
        keys = await self._keys.opening(db, sealed) if sealed and self._keys else {}
        return [
            Recorded(
                decode(row["type"], row["schema"], row["data"], row["stream"], row["id"], keys.get(row["stream"])),
                row["stream"],
                row["version"],
                row["position"],
                row["id"],
                row["recorded_at"],
                cause_of_metadata(row["metadata"]),
            )
            for row in rows
        ]

    async def append(
        self,
        db: Db,
        stream: str,
        events: Sequence[Event],
        *,
        expected: int,
        cause: Cause,
        ids: Sequence[UUID] | None = None,
        person: UUID | None = None,
    ) -> Sequence[Recorded[Event]]:
        """Append events to a stream that stands at `expected`, and run the views; in the caller's transaction.

        `person` names whose personal data the stream holds, when an event of it has some. Raises VersionConflict,
        AlreadyRecorded, StreamTooLong, TooManyAppends, EventTooBig, KeyMissing.
        """
        if not events:
            return []
        if expected + len(events) > MAXIMUM_STREAM:
            raise StreamTooLong(stream)
        count_append()
        ids = ids if ids is not None else [new_id() for _ in events]
        key = None
        if self._keys is not None and any(map(self.codec.holds_personal, [type(event).__name__ for event in events])):
            key = await self._keys.sealing(db, stream, person)
        encode = self.codec.encode
        encoded = [encode(event, stream, event_id, key) for event, event_id in zip(events, ids, strict=True)]
        views, readers = self._views_of(category_of(stream))
        try:
            rows, moved = await _stored(db, stream, expected, ids, encoded, metadata_of(cause), readers)
        except asyncpg.UniqueViolationError as error:
            raise refused(error, stream) from error
        recorded = [
            Recorded(event, stream, row["version"], row["position"], event_id, row["recorded_at"], cause)
            for event, event_id, row in zip(events, ids, rows, strict=True)
        ]
        if moved:
            level = [view for view in views if view.name in moved]
            await project(db, [(view, wanted) for view in level if (wanted := [one for one in recorded if type(one.event) in view.on])])
        return recorded

    def _views_of(self, category: str) -> tuple[Sequence[View], Sequence[str]]:
        """The views of one kind of stream and their names; one that names no category is a view of all."""
        found = self._by_category.get(category)
        if found is None:
            views = [view for view in self.views if getattr(view, "category", category) == category]
            found = self._by_category[category] = (views, [view.name for view in views])
        return found

    async def sealing_many(self, db: Db, people: Mapping[str, UUID | None]) -> Mapping[str, StreamKey]:
        """The keys of many streams, made where missing for the person named."""
        return await self._keys.sealing_many(db, people) if self._keys is not None and people else {}


async def _stored(
    db: Db, stream: str, expected: int, ids: Sequence[UUID], encoded: Sequence[Encoded], metadata: str, readers: Sequence[str]
) -> tuple[Sequence[asyncpg.Record], Collection[str]]:
    """Insert the events of one stream and move the ledger of its views; the rows, and the views that were level with the stream."""
    count = len(encoded)
    if count >= _UNNEST_FROM:
        versions = list(range(expected + 1, expected + count + 1))
        rows = await insert_columns(db, [stream] * count, versions, ids, encoded, [metadata] * count)
        moved = await db.fetch(_MOVE_VIEWS, readers, stream, expected + count, ids[-1], expected) if readers else ()
        return sorted(rows, key=lambda row: row["version"]), [row["reader"] for row in moved]
    values: list[object] = []
    for event_id, row in zip(ids, encoded, strict=True):
        values += (event_id, row.type, row.schema, row.data, metadata)
    if not readers:
        return await db.fetch(_insert(count), stream, expected, *values), ()
    rows = await db.fetch(_insert_and_move(count, known=expected > 0), stream, expected, *values, readers)
    return rows, rows[0]["moved"] or ()


async def insert_columns(
    db: Db, streams: Sequence[str], versions: Sequence[int], ids: Sequence[UUID], encoded: Sequence[Encoded], metadata: Sequence[str]
) -> Sequence[asyncpg.Record]:
    """Insert events of any streams, one per place in the columns, in one statement."""
    return await db.fetch(
        _INSERT_MANY,
        streams,
        versions,
        ids,
        [row.type for row in encoded],
        [row.schema for row in encoded],
        [row.data for row in encoded],
        metadata,
    )


def refused(error: asyncpg.UniqueViolationError, stream: str) -> Exception:
    """What a unique index of the event table says: VersionConflict, AlreadyRecorded, or the error itself."""
    if error.constraint_name == "events_stream_version":
        return VersionConflict(stream)
    if error.constraint_name == "events_id":
        return AlreadyRecorded(stream)
    return error
