"""Which plants were connected, with what ANEEL's open data ask for (art. 655-W)? A foreign view of requests."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, ClassVar

from shared.contracts.requests.commissioning import GenerationConnected
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

_AT_ONCE = 500
_LEFT_OUT = frozenset({"parties", "holder_id", "connected_at"})


class ConnectedPlants:
    """Keeps a row per connection; of persons nothing."""

    name: ClassVar[str] = "connected_plants_1"
    tables: ClassVar[tuple[str, ...]] = ("connected_plants",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({GenerationConnected})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Each connection as it was published."""
        rows = []
        for event in events:
            fact: GenerationConnected = event.event
            columns = {name: value for name, value in fact.model_dump(mode="json").items() if name not in _LEFT_OUT}
            rows.append((fact.commissioning_id, fact.protocol, fact.unit_id, fact.connected_on, json.dumps(columns, ensure_ascii=False)))
        writes.add_each(
            "insert into connected_plants (commissioning_id, protocol, unit_id, connected_on, columns) values ($1, $2, $3, $4, $5)"
            " on conflict (commissioning_id) do nothing",
            rows,
        )


async def connected_between(db: Db, first: date, following: date) -> AsyncIterator[dict[str, Any]]:
    """The plants connected from a day on, before another, in order, read as they are taken."""
    rows = db.cursor(
        "select columns::text as columns from connected_plants"
        " where connected_on >= $1 and connected_on < $2 order by connected_on, protocol, commissioning_id",
        first,
        following,
        prefetch=_AT_ONCE,
    )
    async for row in rows:
        yield json.loads(row["columns"])
