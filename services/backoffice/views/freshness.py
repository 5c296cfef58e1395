"""When did the utility's register last tell us anything? A foreign view of the consumer units."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from shared.contracts.access.consumer_unit import ConsumerUnitChanged, ConsumerUnitRegistered, HolderChanged
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

REGISTER = "utility.consumer-units"


class Freshness:
    """Keeps the instant of the last event that came of the register."""

    name: ClassVar[str] = "freshness_1"
    tables: ClassVar[tuple[str, ...]] = ("freshness",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({ConsumerUnitRegistered, ConsumerUnitChanged, HolderChanged})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """The latest of the batch."""
        writes.add(
            "insert into freshness as f (source, last_at) values ($1, $2)"
            " on conflict (source) do update set last_at = greatest(f.last_at, excluded.last_at)",
            REGISTER,
            max(event.recorded_at for event in events),
        )


async def last_heard(db: Db) -> datetime | None:
    """When the register was last heard of."""
    found: datetime | None = await db.fetchval("select last_at from freshness where source = $1", REGISTER)
    return found
