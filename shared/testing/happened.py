"""What others published, told to a service under test without a broker: through the same readers, in the same transactions."""

from collections.abc import Awaitable, Callable
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.clock import utc_now
from shared.eventsourcing.consumer import Reader, reader_of_reaction, reader_of_view
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.ledger import admission, take_back
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.platform import foreign_views, reading
from shared.postgres import Db
from shared.service import Service
from shared.testing.running import Running


def told(event: Event, stream: str, version: int, *, event_id: UUID | None = None, correlation: UUID | None = None) -> Recorded[Event]:
    """An event as it arrives from a topic; its id follows from stream and version, so that telling it twice repeats it."""
    cause = Cause("service:elsewhere", correlation or new_id())
    return Recorded(event, stream, version, version, event_id or uuid5(NAMESPACE_URL, f"{stream}/{version}"), utc_now(), cause)


async def happened(it: Running, service: Service, *events: Recorded[Event]) -> None:
    """Take effect, in order, in every view and reaction of the service that is on them."""
    reads = reading(service)
    readers = [
        *(reader_of_view(view, reads) for view in foreign_views(it.parts)),
        *(reader_of_reaction(reaction, reads) for reaction in it.parts.reactions),
    ]
    for event in events:
        for reader in readers:
            if type(event.event) not in reader.on:
                continue
            while await transact(it.parts.platform.pool, _application(reader, event)):
                pass


def _application(reader: Reader, event: Recorded[Event]) -> Callable[[Db], Awaitable[bool]]:
    async def work(db: Db) -> bool:
        found = await admission(db, reader.name, [event])
        if found.events and await reader.apply(db, [event]):
            await take_back(db, reader.name, found.before)
            return True
        return False

    return work
