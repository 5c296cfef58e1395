"""The aggregate that is measured: small, with one view, like most of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.eventsourcing.codec import Codec
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.store import Store
from shared.postgres import Db


class ModuleAdded(Event):
    """A row of photovoltaic modules was added to a draft."""

    row_id: UUID
    maker: str
    model: str
    watts: int
    quantity: int
    area_m2: Decimal


@dataclass(frozen=True, slots=True)
class AddModule:
    """Add a row of modules."""

    row_id: UUID
    quantity: int


def decide(command: AddModule, state: frozenset[UUID]) -> Sequence[ModuleAdded]:
    """One row per id."""
    if command.row_id in state:
        return []
    return [example(command.row_id, command.quantity)]


def example(row_id: UUID, quantity: int) -> ModuleAdded:
    """An event of about 150 bytes."""
    return ModuleAdded(row_id=row_id, maker="Fabricante", model="M-550-HC", watts=550, quantity=quantity, area_m2=Decimal("2.58"))


class RowsView:
    """How many modules each draft has."""

    name = "bench_rows_1"
    category = "draft"
    tables = ("bench_rows",)
    on = frozenset[type[Event]]({ModuleAdded})

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """One upsert a stream."""
        await db.execute(
            "insert into bench_rows as r (stream, modules) values ($1, $2)"
            " on conflict (stream) do update set modules = r.modules + excluded.modules",
            events[0].stream,
            sum(event.event.quantity for event in events),
        )


CODEC = Codec([ModuleAdded])
BARE_STORE = Store(CODEC)
STORE = Store(CODEC, [RowsView()])
DRAFTS: Handler[AddModule, frozenset[UUID], ModuleAdded] = Handler(
    "draft", Decider(frozenset(), decide, lambda state, event: state | {event.row_id}), STORE
)
