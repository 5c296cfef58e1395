"""Which units are there, whose are they, and by which numbers are they known?"""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from services.access.domain.consumer_unit.events import (
    AddressGiven,
    ConsumerUnitChanged,
    ConsumerUnitClosed,
    ConsumerUnitRegistered,
    ConsumerUnitRenumbered,
    HolderChanged,
)
from services.access.domain.consumer_unit.refusals import UnitNumberReused
from services.access.domain.grant.commands import UnitNow
from shared.eventsourcing.event import Erased, Event, Recorded
from shared.postgres import Db


class ConsumerUnits:
    """An own view: one row per unit, one per number it has or had."""

    name: ClassVar[str] = "consumer_units_1"
    category: ClassVar[str] = "consumer-unit"
    tables: ClassVar[tuple[str, ...]] = ("consumer_units", "unit_numbers")
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {ConsumerUnitRegistered, HolderChanged, ConsumerUnitChanged, ConsumerUnitRenumbered, ConsumerUnitClosed, AddressGiven}
    )

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean; a number of another unit is refused (UnitNumberReused)."""
        for record in events:
            await _project(db, record.event, record.version)


async def _project(db: Db, event: Event, version: int) -> None:
    match event:
        case ConsumerUnitRegistered():
            await _register(db, event, version)
            await _number(db, event.unit_id, event.number, event.legacy_number)
        case HolderChanged():
            await _set(db, event.unit_id, version, holder_id=event.holder_id, holder_kind=event.holder_kind, root_id=event.root_id)
        case ConsumerUnitChanged():
            await _set(db, event.unit_id, version, **_characteristics(event))
        case ConsumerUnitRenumbered():
            await _set(db, event.unit_id, version, number=event.number, legacy_number=event.legacy_number)
            await _number(db, event.unit_id, event.number, event.legacy_number)
        case ConsumerUnitClosed():
            await _set(db, event.unit_id, version, state="closed")
        case AddressGiven():
            address = None if isinstance(event.address, Erased) else event.address
            coordinates = None if isinstance(event.coordinates, Erased) else event.coordinates
            await _set(db, event.unit_id, version, address=address, coordinates=coordinates)
        case _:
            return


def _characteristics(event: ConsumerUnitRegistered | ConsumerUnitChanged) -> dict[str, object]:
    return {
        "tariff_group": event.group,
        "subgroup": event.subgroup,
        "consumer_class": event.consumer_class,
        "voltage_v": event.voltage_v,
        "phases": event.phases,
        "available_kw": event.available_kw,
        "contracted_kw": event.contracted_kw,
        "municipality_ibge": event.municipality_ibge,
        "connected_before_2022_01_07": event.connected_before_2022_01_07,
        "plant_source": event.plant.source if event.plant else None,
        "plant_kw": event.plant.installed_kw if event.plant else None,
    }


async def _register(db: Db, event: ConsumerUnitRegistered, version: int) -> None:
    row: dict[str, object] = {
        "unit_id": event.unit_id,
        "number": event.number,
        "legacy_number": event.legacy_number,
        "holder_id": event.holder_id,
        "holder_kind": event.holder_kind,
        "root_id": event.root_id,
        **_characteristics(event),
        "origin_protocol": event.origin_protocol,
        "state": "active",
        "registered_at": event.registered_at,
        "version": version,
    }
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await db.execute(f"insert into consumer_units ({', '.join(row)}) values ({places})", *row.values())


async def _set(db: Db, unit_id: UUID, version: int, **values: object) -> None:
    changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 3))
    await db.execute(f"update consumer_units set version = $2, {changes} where unit_id = $1", unit_id, version, *values.values())


async def _number(db: Db, unit_id: UUID, *numbers: str | None) -> None:
    known = [number for number in numbers if number]
    await db.execute(
        "insert into unit_numbers (number, unit_id) select number, $1 from unnest($2::text[]) number on conflict (number) do nothing",
        unit_id,
        known,
    )
    if await db.fetchval("select exists (select 1 from unit_numbers where number = any($1::text[]) and unit_id <> $2)", known, unit_id):
        raise UnitNumberReused


async def find_units_by_number(db: Db, numbers: Sequence[str]) -> dict[str, UUID]:
    """Which units these numbers belong, or once belonged, to."""
    rows = await db.fetch("select number, unit_id from unit_numbers where number = any($1::text[])", list(numbers))
    return {row["number"]: row["unit_id"] for row in rows}


async def find_unit_now(db: Db, unit_id: UUID | None) -> UnitNow | None:
    """A unit as it stands, kept from changing until the deciding transaction ends."""
    row = await db.fetchrow("select unit_id, holder_id, state from consumer_units where unit_id = $1 for share", unit_id)
    return None if row is None else UnitNow(row["unit_id"], row["holder_id"], active=row["state"] == "active")


_SHOWN = (
    "select u.*, (select coalesce(array_agg(n.number order by n.number), '{}') from unit_numbers n"
    " where n.unit_id = u.unit_id and n.number <> u.number) as other_numbers from consumer_units u"
)


async def units_of_holder(db: Db, holder_id: UUID, after: str, limit: int) -> Sequence[asyncpg.Record]:
    """The units of a holder, by number."""
    return await db.fetch(f"{_SHOWN} where u.holder_id = $1 and u.number > $2 order by u.number limit $3", holder_id, after, limit)


async def find_unit(db: Db, unit_id: UUID) -> asyncpg.Record | None:
    """One unit, as it is shown."""
    return await db.fetchrow(f"{_SHOWN} where u.unit_id = $1", unit_id)
