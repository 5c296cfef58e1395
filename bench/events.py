"""The aggregate that is measured: small, with one view, like most of ours."""

import json
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
from shared.eventsourcing.writes import Write, Writes


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


_ADD = "insert into bench_rows as r (stream, modules)"
_UPSERT = (
    "insert into foreign_rows as r (stream, modules) select s, sum(m) from unnest($1::text[], $2::bigint[]) e(s, m) group by s"
    " on conflict (stream) do update set modules = r.modules + excluded.modules"
)
_TO = "on conflict (stream) do update set modules = r.modules + excluded.modules"


class RowsView:
    """How many modules each draft has."""

    name = "bench_rows_1"
    category = "draft"
    tables = ("bench_rows",)
    many_streams = True
    on = frozenset[type[Event]]({ModuleAdded})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One upsert: of one row after an append, of many in a rebuild."""
        rows: dict[str, int] = {}
        for event in events:
            rows[event.stream] = rows.get(event.stream, 0) + event.event.quantity
        if len(rows) == 1:
            writes.add(f"{_ADD} values ($1, $2) {_TO}", *rows.popitem())
        else:
            writes.add(f"{_ADD} select * from unnest($1::text[], $2::bigint[]) {_TO}", list(rows), list(rows.values()))


class ForeignRowsView:
    """The same, as a reader of the topic keeps it: a batch of any streams in one statement."""

    category = None
    tables = ("foreign_rows",)
    on = frozenset[type[Event]]({ModuleAdded})

    def __init__(self, name: str) -> None:
        self.name = name

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One upsert a batch."""
        writes.add(*self.upsert([(event.stream, event.event.quantity) for event in events]))

    def upsert(self, rows: Sequence[tuple[str, int]]) -> Write:
        """What adds to the rows of these streams."""
        return _UPSERT, [stream for stream, _ in rows], [modules for _, modules in rows]

    @staticmethod
    def bare(value: bytes) -> int:
        """What a loop without a codec takes from a record."""
        quantity: int = json.loads(value)["quantity"]
        return quantity


CODEC = Codec([ModuleAdded])
BARE_STORE = Store(CODEC)
STORE = Store(CODEC, [RowsView()])
DRAFTS: Handler[AddModule, frozenset[UUID], ModuleAdded] = Handler(
    "draft", Decider(frozenset(), decide, lambda state, event: state | {event.row_id}), STORE
)
