"""Which reasons may a conclusion give? A foreign view of the closed lists that professional and requests publish."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from shared.contracts.catalogue import CataloguePublished
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class Reasons:
    """Keeps every edition of the other services' catalogues of reasons."""

    name: ClassVar[str] = "reasons_1"
    tables: ClassVar[tuple[str, ...]] = ("foreign_catalogues",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({CataloguePublished})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Each edition whose code says that it lists reasons."""
        rows = [
            (fact.catalogue, fact.version, fact.since, json.dumps(fact.model_dump(mode="json")["entries"], ensure_ascii=False))
            for fact in (event.event for event in events)
            if "reasons" in fact.catalogue
        ]
        writes.add_each(
            "insert into foreign_catalogues (catalogue, version, since, entries) values ($1, $2, $3, $4)"
            " on conflict (catalogue, version) do nothing",
            rows,
        )


async def reasons(db: Db, catalogue: str, on: date) -> Sequence[Mapping[str, Any]]:
    """The entries of the edition in force, switched-off ones left out; empty when none has been published."""
    text = await db.fetchval(
        "select entries::text from foreign_catalogues where catalogue = $1 and since <= $2 order by version desc limit 1", catalogue, on
    )
    return [entry for entry in json.loads(text) if entry.get("enabled", True)] if text else []
