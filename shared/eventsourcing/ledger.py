"""The ledger: what each reader has applied of each stream. Admission is one statement and the first of its transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.postgres import Db

# Each stream once, and in one order for all who admit, so that two of them never wait for each other.
_ADMIT = """
insert into applied as a (reader, stream, version, event_id)
select $1, stream, version, id from unnest($2::text[], $3::int[], $4::uuid[]) e(stream, version, id) order by stream collate "C"
on conflict (reader, stream) do update set version = excluded.version, event_id = excluded.event_id where a.version < excluded.version
returning stream, coalesce(old.version, 0) as version, old.event_id"""


class Diverged(Exception):
    """A version that was applied came again with another id: its store was restored behind its topic, and versions are reused."""


class Numbered(Protocol):
    """What is admitted: an event's stream, version and id."""

    @property
    def stream(self) -> str:
        """The stream."""

    @property
    def version(self) -> int:
        """The version in it."""

    @property
    def id(self) -> UUID:
        """The event's id."""


@dataclass(frozen=True, slots=True)
class Admission[N: Numbered]:
    """The events that a reader has not applied, and where it stood in their streams before."""

    events: list[N]
    before: Mapping[str, tuple[int, UUID | None]]


async def admission[N: Numbered](db: Db, reader: str, events: Sequence[N]) -> Admission[N]:
    """What `admit` admits, and what `take_back` needs; raises Diverged."""
    if not events:
        return Admission([], {})
    last: dict[str, N] = {}
    for event in events:
        known = last.get(event.stream)
        if known is None or event.version > known.version:
            last[event.stream] = event
    rows = await db.fetch(_ADMIT, reader, list(last), [event.version for event in last.values()], [event.id for event in last.values()])
    applied: dict[str, int] = {row["stream"]: row["version"] for row in rows}
    admitted: list[N] = []
    repeated: list[N] = []
    for event in events:
        before = applied.get(event.stream)
        if before is None or event.version <= before:
            repeated.append(event)
        else:
            applied[event.stream] = event.version
            admitted.append(event)
    if repeated:
        await _check(db, reader, repeated)
    return Admission(admitted, {row["stream"]: (row["version"], row["event_id"]) for row in rows})


async def admit[N: Numbered](db: Db, reader: str, events: Sequence[N]) -> list[N]:
    """The events that this reader has not applied, in order, each once; they count as applied if the transaction commits.

    Raises Diverged when an applied version comes again with another id.
    """
    return (await admission(db, reader, events)).events


async def take_back(db: Db, reader: str, before: Mapping[str, tuple[int, UUID | None]]) -> None:
    """Let the reader stand where it stood before an admission: what it did of an event so far is kept, the event comes again."""
    for stream, (version, event_id) in before.items():
        if event_id is None:
            await db.execute("delete from applied where reader = $1 and stream = $2", reader, stream)
        else:
            await db.execute(
                "update applied set version = $3, event_id = $4 where reader = $1 and stream = $2", reader, stream, version, event_id
            )


async def _check[N: Numbered](db: Db, reader: str, repeated: Sequence[N]) -> None:
    rows = await db.fetch(
        "select a.stream, a.version from applied a"
        " join unnest($2::text[], $3::int[], $4::uuid[]) e(stream, version, id) on e.stream = a.stream and e.version = a.version"
        " where a.reader = $1 and a.event_id <> e.id limit 1",
        reader,
        [event.stream for event in repeated],
        [event.version for event in repeated],
        [event.id for event in repeated],
    )
    for row in rows:
        message = f"{row['stream']} version {row['version']}"
        raise Diverged(message)
