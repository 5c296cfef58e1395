"""Says, as events of the service itself, that a stream was parked or replayed: parking is loud."""

from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contracts.operations import OPERATIONS, EventParked, EventReplayed
from shared.eventsourcing.event import Cause, Event
from shared.eventsourcing.store import Store
from shared.ids import new_id
from shared.kafka import Incoming
from shared.postgres import Db

_LONGEST = 200


class Announce:
    """Appends to one stream per reader and parked stream, in the transaction that parks."""

    def __init__(self, service: str, store: Store) -> None:
        self._actor = f"service:{service}"
        self._store = store

    async def parked(self, db: Db, reader: str, event: Incoming, because: str) -> None:
        """An event was parked, the first of its stream."""
        fact = EventParked(
            reader=reader,
            subject_stream=event.stream,
            subject_version=event.version,
            event_id=event.id,
            because=because[:_LONGEST],
        )
        await self._append(db, reader, event.stream, fact, event.cause.correlation, event.id)

    async def replayed(self, db: Db, reader: str, stream: str, events: int) -> None:
        """Parked events of a stream went through."""
        await self._append(db, reader, stream, EventReplayed(reader=reader, subject_stream=stream, events=events), new_id(), None)

    async def _append(self, db: Db, reader: str, stream: str, fact: Event, correlation: UUID, causation: UUID | None) -> None:
        own = f"{OPERATIONS}-{uuid5(NAMESPACE_URL, f'{reader}|{stream}')}"
        version = await db.fetchval("select coalesce(max(version), 0) from events where stream = $1", own)
        await self._store.append(db, own, [fact], expected=version, cause=Cause(self._actor, correlation, causation))
