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
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class ConsumerUnits:
    """An own view: one row per unit, one per number it has or had."""

    name: ClassVar[str] = "consumer_units_1"
    category: ClassVar[str] = "consumer-unit"
    tables: ClassVar[tuple[str, ...]] = ("consumer_units", "unit_numbers")
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {ConsumerUnitRegistered, HolderChanged, ConsumerUnitChanged, ConsumerUnitRenumbered, ConsumerUnitClosed, AddressGiven}
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean; a number of another unit is refused (UnitNumberReused)."""
        registered = [record for record in events if isinstance(record.event, ConsumerUnitRegistered)]
        if registered:
            _register(writes, registered)
        numbers = [(record.event.unit_id, number) for record in events for number in _numbers(record.event)]
        if numbers:
            await _number(writes, numbers)
        addresses = [record for record in events if isinstance(record.event, AddressGiven)]
        if addresses:
            _address(writes, addresses)
        for record in events:
            _project(writes, record.event, record.version)


def _project(writes: Writes, event: Event, version: int) -> None:
    match event:
        case HolderChanged():
            _set(writes, event.unit_id, version, holder_id=event.holder_id, holder_kind=event.holder_kind, root_id=event.root_id)
        case ConsumerUnitChanged():
            _set(writes, event.unit_id, version, **_characteristics(event))
        case ConsumerUnitRenumbered():
            _set(writes, event.unit_id, version, number=event.number, legacy_number=event.legacy_number)
        case ConsumerUnitClosed():
            _set(writes, event.unit_id, version, state="closed")
        case _:
            return


def _numbers(event: Event) -> list[str]:
    """The numbers that a unit answers to from this event on."""
    if isinstance(event, ConsumerUnitRegistered | ConsumerUnitRenumbered):
        return [number for number in (event.number, event.legacy_number) if number]
    return []


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


def _row(event: ConsumerUnitRegistered, version: int) -> dict[str, object]:
    return {
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


def _register(writes: Writes, records: Sequence[Recorded[Any]]) -> None:
    rows = [_row(record.event, record.version) for record in records]
    places = ", ".join(f"${n}" for n in range(1, len(rows[0]) + 1))
    writes.add_each(f"insert into consumer_units ({', '.join(rows[0])}) values ({places})", [tuple(row.values()) for row in rows])


def _address(writes: Writes, records: Sequence[Recorded[Any]]) -> None:
    writes.add_each(
        "update consumer_units set version = greatest(version, $2), address = $3, coordinates = $4 where unit_id = $1",
        [(r.event.unit_id, r.version, _plain(r.event.address), _plain(r.event.coordinates)) for r in records],
    )


def _plain(value: str | Erased | None) -> str | None:
    return None if isinstance(value, Erased) else value


def _set(writes: Writes, unit_id: UUID, version: int, **values: object) -> None:
    changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 3))
    writes.add(
        f"update consumer_units set version = greatest(version, $2), {changes} where unit_id = $1", unit_id, version, *values.values()
    )


async def _number(writes: Writes, pairs: Sequence[tuple[UUID, str]]) -> None:
    units, numbers = [unit for unit, _ in pairs], [number for _, number in pairs]
    writes.add(
        "insert into unit_numbers (number, unit_id) select distinct number, unit_id from unnest($1::text[], $2::uuid[]) n(number, unit_id)"
        " order by number on conflict (number) do nothing",
        numbers,
        units,
    )
    taken = await (await writes.sent()).fetchval(
        "select exists (select 1 from unnest($1::text[], $2::uuid[]) n(number, unit_id) join unit_numbers u on u.number = n.number"
        " where u.unit_id <> n.unit_id)",
        numbers,
        units,
    )
    if taken:
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


async def streams_held(db: Db, holder_id: UUID) -> Sequence[str]:
    """The histories of the units that are a person's today."""
    rows = await db.fetch("select unit_id from consumer_units where holder_id = $1 order by unit_id", holder_id)
    return [f"consumer-unit-{row['unit_id']}" for row in rows]


async def find_unit(db: Db, unit_id: UUID) -> asyncpg.Record | None:
    """One unit, as it is shown."""
    return await db.fetchrow(f"{_SHOWN} where u.unit_id = $1", unit_id)
