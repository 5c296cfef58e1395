"""A store restored behind its topics takes back what they hold: what was published stays so, and no version is given twice."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from shared.contracts.operations import OPERATIONS, HistoryLost, StoreTakenBack
from shared.eventsourcing.codec import Codec
from shared.eventsourcing.event import Cause
from shared.eventsourcing.store import Store, metadata_of
from shared.ids import new_id
from shared.kafka import Incoming
from shared.postgres import Db
from shared.protocols import valid_protocol

_BATCH = 500
_LONGEST = 200
_HELD = "select stream, version, id from events where stream = any($1::text[])"
_TAKE = (
    "insert into events (stream, version, id, type, schema, data, metadata, recorded_at)"
    " values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)"
)


@dataclass(slots=True)
class Behind:
    """What the topics hold and the store does not, in the order in which it was stored once; and what contradicts it."""

    restored_to: datetime | None
    events: list[Incoming] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    gaps: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def streams(self) -> int:
        """How many streams are behind."""
        return len({event.stream for event in self.events})

    @property
    def versions_lost(self) -> int:
        """How many versions between the published ones nobody has any more."""
        return sum(map(len, self.gaps.values()))


class Contradicted(Exception):
    """Versions that the topics hold were given anew since the restore: nothing is taken back until that is undone."""


async def behind(db: Db, records: AsyncIterator[Incoming]) -> Behind:
    """Compare every record of the own topics with the store."""
    found = Behind(await db.fetchval("select max(recorded_at) from events"))
    batch: list[Incoming] = []
    seen: set[tuple[str, int]] = set()
    async for record in records:
        batch.append(record)
        if len(batch) >= _BATCH:
            await _compare(db, batch, found, seen)
            batch = []
    await _compare(db, batch, found, seen)
    found.events.sort(key=lambda event: event.position)
    found.gaps = await _gaps(db, found.events)
    return found


async def _compare(db: Db, batch: Sequence[Incoming], found: Behind, seen: set[tuple[str, int]]) -> None:
    rows = await db.fetch(_HELD, sorted({event.stream for event in batch}))
    held = {(row["stream"], row["version"]): row["id"] for row in rows}
    for event in batch:
        place = (event.stream, event.version)
        if place not in held and place not in seen:
            seen.add(place)
            found.events.append(event)
        elif held.get(place, event.id) != event.id:
            found.conflicts.append(f"{event.stream} version {event.version}")


async def _gaps(db: Db, events: Iterable[Incoming]) -> dict[str, tuple[int, ...]]:
    """Per stream, the versions below its last published one that neither the store nor the topic has."""
    taken: dict[str, set[int]] = {}
    for event in events:
        taken.setdefault(event.stream, set()).add(event.version)
    rows = await db.fetch("select stream, version from events where stream = any($1::text[])", list(taken))
    for row in rows:
        taken[row["stream"]].add(row["version"])
    holes = {stream: tuple(sorted(set(range(1, max(versions))) - versions)) for stream, versions in taken.items()}
    return {stream: versions for stream, versions in holes.items() if versions}


async def take_back(db: Db, found: Behind, service: str, codec: Codec, because: str) -> None:
    """Store what the topics hold, as it was; say so in the service's own streams. In the caller's transaction, as the migrator.

    Raises Contradicted, and Unreadable for a record that this release cannot read. Own views must be rebuilt afterwards.
    """
    if found.conflicts:
        raise Contradicted(", ".join(found.conflicts[:20]))
    if found.events:
        top = max(event.position for event in found.events)
        await db.execute("select setval('events_position_seq', greatest($1::bigint, (select max(position) from events)))", top)
    for event in found.events:
        codec.decode(event.type, event.schema, event.data, event.stream, event.id)
        await db.execute(
            _TAKE, event.stream, event.version, event.id, event.type, event.schema, event.data, metadata_of(event.cause), event.recorded_at
        )
    await _protocols(db, found.events)
    await _announce(db, found, Store(codec), Cause(f"service:{service}", new_id()), because)


async def _protocols(db: Db, events: Iterable[Incoming]) -> None:
    """Numbers that were given are never given again."""
    last: dict[int, int] = {}
    for event in events:
        protocol = str(json.loads(event.data).get("protocol", ""))
        if valid_protocol(protocol):
            year, number = int(protocol[:4]), int(protocol[5:13])
            last[year] = max(number, last.get(year, 0))
    for year, number in last.items():
        await db.execute(
            "insert into protocol_numbers as p (year, last) values ($1, $2)"
            " on conflict (year) do update set last = greatest(p.last, excluded.last)",
            year,
            number,
        )


async def _announce(db: Db, found: Behind, store: Store, cause: Cause, because: str) -> None:
    for stream, versions in found.gaps.items():
        own = f"{OPERATIONS}-{uuid5(NAMESPACE_URL, f'history-lost|{stream}')}"
        known = await db.fetchval("select coalesce(max(version), 0) from events where stream = $1", own)
        await store.append(db, own, [HistoryLost(subject_stream=stream, versions=versions)], expected=known, cause=cause)
    told = StoreTakenBack(
        restored_to=found.restored_to,
        events=len(found.events),
        streams=found.streams,
        versions_lost=found.versions_lost,
        because=because[:_LONGEST],
    )
    await store.append(db, f"{OPERATIONS}-{new_id()}", [told], expected=0, cause=cause)


async def known_gaps(db: Db) -> Mapping[str, set[int]]:
    """Per stream, the versions that an operator has accepted as lost."""
    rows = await db.fetch("select data->>'subject_stream' as stream, data->'versions' as versions from events where type = 'HistoryLost'")
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row["stream"], set()).update(json.loads(row["versions"]))
    return found
