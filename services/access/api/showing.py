"""Rows of the views as answers, with the names that the caller may see."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.access.api.abilities import actions_of, dormant
from services.access.api.answers import (
    ClientAnswer,
    ExtensionAnswer,
    GrantAnswer,
    GrantUnitAnswer,
    PersonAnswer,
    PlantAnswer,
    SideName,
    UnitAnswer,
)
from services.access.domain.grant.present import Present
from services.access.parts import AccessParts
from shared.http.body import Deed
from shared.http.principal import Principal


def only_typed(row: asyncpg.Record, by: UUID) -> bool:
    """Whether the caller asked and was not allowed: they see what they typed, be it right or wrong."""
    return row["asked_of_id"] is not None and row["granted_at"] is None and by == row["professional_id"]


async def show_grants(parts: AccessParts, rows: Sequence[asyncpg.Record], who: Principal, *, proven: bool) -> list[GrantAnswer]:
    """Grants as one side sees them."""
    people = {row["professional_id"] for row in rows} | {row["holder_id"] for row in rows if not only_typed(row, who.pid)}
    names = await parts.platform.names.of(sorted(people - {None}), "grants", who.actor)
    present = parts.present()
    return [_grant(row, who, names, present, proven=proven) for row in rows]


def _grant(row: asyncpg.Record, who: Principal, names: Mapping[UUID, str], present: Present, *, proven: bool) -> GrantAnswer:
    hidden = only_typed(row, who.pid)
    holder = row["asked_of_id"] if hidden else row["holder_id"]
    side: SideName = "professional" if who.pid == row["professional_id"] else "holder"
    over = row["state"] == "live" and present.ended(row["ends_on"])
    extension = ExtensionAnswer(proposed_by=row["extension_by"], ends_on=row["extension_ends_on"]) if row["extension_by"] else None
    return GrantAnswer(
        id=row["grant_id"],
        state="expired" if over else row["state"],
        side=side,
        asked_by="professional" if row["asked_of_id"] else "holder",
        unit=_typed(row) if hidden else _unit(row),
        holder=PersonAnswer(person_id=holder, display_name=None if hidden else names.get(holder)),
        professional=PersonAnswer(person_id=row["professional_id"], display_name=names.get(row["professional_id"])),
        may_decide=row["may_decide"],
        ends_on=row["ends_on"],
        protocol=row["protocol"],
        opened_at=row["opened_at"],
        lapses_at=row["lapses_at"],
        granted_at=row["granted_at"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        extension=extension,
        suspended=row["suspended"],
        dormant=dormant(row, present),
        actions=actions_of(row, who.pid, present, proven=proven),
        version=row["version"],
        server_time=present.now,
    )


def _typed(row: asyncpg.Record) -> GrantUnitAnswer:
    return GrantUnitAnswer(unit_id=None, number=row["number"], legacy_number=None)


def _unit(row: asyncpg.Record) -> GrantUnitAnswer:
    return GrantUnitAnswer(unit_id=row["unit_id"], number=row["unit_number"], legacy_number=row["legacy_number"])


async def show_clients(parts: AccessParts, rows: Sequence[asyncpg.Record], who: Principal) -> list[ClientAnswer]:
    """The units a professional may act for."""
    names = await parts.platform.names.of(sorted({row["holder_id"] for row in rows}), "clients", who.actor)
    present = parts.present()
    return [
        ClientAnswer(
            grant_id=row["grant_id"],
            client=PersonAnswer(person_id=row["holder_id"], display_name=names.get(row["holder_id"])),
            unit_id=row["unit_id"],
            number=row["unit_number"],
            legacy_number=row["legacy_number"],
            municipality_ibge=row["municipality_ibge"],
            ends_on=row["ends_on"],
            may_decide=row["may_decide"],
            suspended=row["suspended"],
            dormant=dormant(row, present),
        )
        for row in rows
        if not present.ended(row["ends_on"])
    ]


async def show_units(
    parts: AccessParts,
    rows: Sequence[asyncpg.Record],
    who: Principal,
    acting_as: SideName,
    actions: Callable[[asyncpg.Record], dict[str, Deed]],
) -> list[UnitAnswer]:
    """Units, with their address: for their holder, and who may act for them."""
    names = await parts.platform.names.of(sorted({row["holder_id"] for row in rows}), "consumer-units", who.actor)
    now = parts.platform.clock()
    return [_shown_unit(row, names, acting_as, actions(row), now) for row in rows]


def _shown_unit(row: asyncpg.Record, names: Mapping[UUID, str], acting_as: SideName, actions: dict[str, Deed], now: datetime) -> UnitAnswer:
    plant = PlantAnswer(source=row["plant_source"], installed_kw=row["plant_kw"]) if row["plant_source"] else None
    return UnitAnswer(
        id=row["unit_id"],
        number=row["number"],
        legacy_number=row["legacy_number"],
        other_numbers=list(row["other_numbers"]),
        holder=PersonAnswer(person_id=row["holder_id"], display_name=names.get(row["holder_id"])),
        group=row["tariff_group"],
        subgroup=row["subgroup"],
        consumer_class=row["consumer_class"],
        voltage_v=row["voltage_v"],
        phases=row["phases"],
        available_kw=row["available_kw"],
        contracted_kw=row["contracted_kw"],
        municipality_ibge=row["municipality_ibge"],
        address=row["address"],
        plant=plant,
        state=row["state"],
        acting_as=acting_as,
        actions=actions,
        version=row["version"],
        server_time=now,
    )
