"""Which units are there, whose, with how much power? A foreign view of access."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.facts import Unit
from shared.contracts.access.consumer_unit import (
    ConsumerUnitChanged,
    ConsumerUnitClosed,
    ConsumerUnitRegistered,
    ConsumerUnitRenumbered,
    HolderChanged,
)
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

READS = (ConsumerUnitRegistered, ConsumerUnitChanged, ConsumerUnitClosed, ConsumerUnitRenumbered, HolderChanged)


class UnitsView:
    """Keeps the tables `units` and `unit_numbers`."""

    name: ClassVar[str] = "units_1"
    tables: ClassVar[tuple[str, ...]] = ("units", "unit_numbers")
    on: ClassVar[frozenset[type[Event]]] = frozenset(READS)

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order."""
        for record in records:
            self._one(writes, record)

    def _one(self, writes: Writes, record: Recorded[Any]) -> None:
        fact, version = record.event, record.version
        match fact:
            case ConsumerUnitRegistered():
                self._register(writes, fact, version)
                _number(writes, fact.unit_id, fact.number, fact.legacy_number)
            case ConsumerUnitChanged():
                writes.add(
                    "update units set tariff_group = $2, voltage_v = $3, phases = $4, available_kw = $5, contracted_kw = $6,"
                    " municipality = $7, connected_before_2022_01_07 = $8, existing_kw = $9, existing_source = $10, version = $11"
                    " where unit_id = $1",
                    fact.unit_id,
                    *_technical(fact),
                    version,
                )
            case HolderChanged():
                writes.add(
                    "update units set holder_id = $2, root_id = $3, version = $4 where unit_id = $1",
                    fact.unit_id,
                    fact.holder_id,
                    fact.root_id,
                    version,
                )
            case ConsumerUnitRenumbered():
                writes.add(
                    "update units set number = $2, legacy_number = $3, version = $4 where unit_id = $1",
                    fact.unit_id,
                    fact.number,
                    fact.legacy_number,
                    version,
                )
                _number(writes, fact.unit_id, fact.number, fact.legacy_number)
            case ConsumerUnitClosed():
                writes.add("update units set active = false, version = $2 where unit_id = $1", fact.unit_id, version)

    def _register(self, writes: Writes, fact: ConsumerUnitRegistered, version: int) -> None:
        writes.add(
            "insert into units (unit_id, number, legacy_number, holder_id, root_id, active, version, tariff_group, voltage_v, phases,"
            " available_kw, contracted_kw, municipality, connected_before_2022_01_07, existing_kw, existing_source)"
            " values ($1, $2, $3, $4, $5, true, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            fact.unit_id,
            fact.number,
            fact.legacy_number,
            fact.holder_id,
            fact.root_id,
            version,
            *_technical(fact),
        )


def _technical(fact: ConsumerUnitRegistered | ConsumerUnitChanged) -> tuple[object, ...]:
    plant = fact.plant
    return (
        fact.group,
        fact.voltage_v,
        fact.phases,
        fact.available_kw,
        fact.contracted_kw,
        fact.municipality_ibge,
        fact.connected_before_2022_01_07,
        plant.installed_kw if plant else Decimal(0),
        plant.source if plant else None,
    )


def _number(writes: Writes, unit_id: UUID, *numbers: str | None) -> None:
    for number in numbers:
        if number is not None:
            writes.add("insert into unit_numbers (number, unit_id) values ($1, $2) on conflict (number) do nothing", number, unit_id)


UNIT = (
    'unit_id, number, holder_id, root_id, tariff_group as "group", voltage_v, phases, available_kw, contracted_kw, municipality,'
    " connected_before_2022_01_07, existing_kw, existing_source, active"
)
"""The columns of a unit, in the order of Unit."""


async def find_unit(db: Db, unit_id: UUID) -> Unit | None:
    """One unit, locked for the deciding transaction."""
    row = await db.fetchrow(f"select {UNIT} from units where unit_id = $1 for share", unit_id)
    return Unit(*row) if row else None


async def find_unit_by_number(db: Db, number: str) -> Unit | None:
    """The unit that answers to a number, old ones included."""
    row = await db.fetchrow(
        f"select {UNIT} from units where unit_id = (select unit_id from unit_numbers where number = $1) for share", number
    )
    return Unit(*row) if row else None
