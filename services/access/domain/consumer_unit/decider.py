"""How a consumer unit decides about what the register says, and remembers it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.access.domain.consumer_unit.commands import (
    ChangeCharacteristics,
    ChangeHolder,
    Characteristics,
    CloseConsumerUnit,
    ConsumerUnitCommand,
    Holder,
    Place,
    RegisterConsumerUnit,
    RenumberConsumerUnit,
    TakeRegisterRecord,
)
from services.access.domain.consumer_unit.events import (
    AddressGiven,
    ConsumerUnitChanged,
    ConsumerUnitClosed,
    ConsumerUnitEvent,
    ConsumerUnitRegistered,
    ConsumerUnitRenumbered,
    HolderChanged,
)
from services.access.domain.consumer_unit.refusals import StaleCisRecord, UnitIsClosed, UnitNumberReused, UnknownUnit
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Erased

_NOWHERE = Place(None, None)


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The register has not told of it."""


@dataclass(frozen=True, slots=True)
class Active:
    """Supplied, and somebody's."""

    unit_id: UUID
    number: str
    legacy_number: str | None
    former_numbers: frozenset[str]
    holder: Holder
    characteristics: Characteristics
    place: Place


@dataclass(frozen=True, slots=True)
class Closed:
    """No longer supplied."""

    last: Active


type ConsumerUnit = Unregistered | Active | Closed


def resolve(by_number: UUID | None, by_replaced: UUID | None, fresh: UUID) -> UUID:
    """Which unit a record is about: the one with its number, else the one whose number it replaces, else a new one."""
    if by_number is not None and by_replaced is not None and by_number != by_replaced:
        raise UnitNumberReused
    return by_number or by_replaced or fresh


def decide(command: ConsumerUnitCommand, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """What a command leads to."""
    match command:
        case TakeRegisterRecord():
            return take_record(command, state)
        case RegisterConsumerUnit():
            return register(command, state)
        case ChangeHolder():
            return change_holder(command, state)
        case ChangeCharacteristics():
            return change_characteristics(command, state)
        case RenumberConsumerUnit():
            return renumber(command, state)
        case CloseConsumerUnit():
            return close(command, state)
        case _:
            assert_never(command)


def take_record(command: TakeRegisterRecord, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """Everything that one record says, deed by deed; the same record again says nothing, an older one is refused."""
    if command.last_sequence is not None and command.sequence <= command.last_sequence:
        if command.sequence == command.last_sequence:
            return []
        raise StaleCisRecord
    events: list[ConsumerUnitEvent] = []
    for deed in _deeds(command, state):
        decided = decide(deed, state)
        events.extend(decided)
        for event in decided:
            state = evolve(state, event)
    return events


def _deeds(record: TakeRegisterRecord, state: ConsumerUnit) -> Sequence[ConsumerUnitCommand]:
    closing = [CloseConsumerUnit(record.now)] if record.closed else []
    match state:
        case Unregistered():
            return [
                RegisterConsumerUnit(
                    record.unit_id,
                    record.replaces or record.number,
                    record.legacy_number,
                    record.holder,
                    record.characteristics,
                    record.place,
                    record.origin_protocol,
                    record.now,
                ),
                RenumberConsumerUnit(record.number, record.legacy_number, record.now),
                *closing,
            ]
        case Closed():
            return closing or [ChangeHolder(record.holder, record.now)]
        case Active():
            return [
                RenumberConsumerUnit(record.number, record.legacy_number, record.now),
                ChangeHolder(record.holder, record.now),
                ChangeCharacteristics(record.characteristics, record.place, record.now),
                *closing,
            ]
        case _:
            assert_never(state)


def active(state: ConsumerUnit) -> Active:
    """The unit, when it is supplied; raises UnknownUnit, UnitIsClosed."""
    match state:
        case Unregistered():
            raise UnknownUnit
        case Closed():
            raise UnitIsClosed
        case Active():
            return state
        case _:
            assert_never(state)


def register(command: RegisterConsumerUnit, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """A unit begins."""
    if not isinstance(state, Unregistered):
        return []
    facts = command.characteristics
    registered = ConsumerUnitRegistered(
        unit_id=command.unit_id,
        number=command.number,
        legacy_number=command.legacy_number,
        holder_id=command.holder.id,
        holder_kind=command.holder.kind,
        root_id=command.holder.root_id,
        group=facts.group,
        subgroup=facts.subgroup,
        consumer_class=facts.consumer_class,
        voltage_v=facts.voltage_v,
        phases=facts.phases,
        available_kw=facts.available_kw,
        contracted_kw=facts.contracted_kw,
        municipality_ibge=facts.municipality_ibge,
        connected_before_2022_01_07=facts.connected_before_2022_01_07,
        plant=facts.plant,
        origin_protocol=command.origin_protocol,
        registered_at=command.now,
    )
    if command.place == _NOWHERE:
        return [registered]
    return [registered, _address(command.unit_id, command.place, command)]


def change_holder(command: ChangeHolder, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """Another holder, from now on."""
    unit = active(state)
    if unit.holder.id == command.holder.id:
        return []
    return [
        HolderChanged(
            unit_id=unit.unit_id,
            previous_holder_id=unit.holder.id,
            holder_id=command.holder.id,
            holder_kind=command.holder.kind,
            root_id=command.holder.root_id,
            changed_at=command.now,
        )
    ]


def change_characteristics(command: ChangeCharacteristics, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """Other characteristics, another address, or both."""
    unit = active(state)
    events: list[ConsumerUnitEvent] = []
    facts = command.characteristics
    if facts != unit.characteristics:
        events.append(
            ConsumerUnitChanged(
                unit_id=unit.unit_id,
                group=facts.group,
                subgroup=facts.subgroup,
                consumer_class=facts.consumer_class,
                voltage_v=facts.voltage_v,
                phases=facts.phases,
                available_kw=facts.available_kw,
                contracted_kw=facts.contracted_kw,
                municipality_ibge=facts.municipality_ibge,
                connected_before_2022_01_07=facts.connected_before_2022_01_07,
                plant=facts.plant,
                changed_at=command.now,
            )
        )
    if command.place not in (unit.place, _NOWHERE):
        events.append(_address(unit.unit_id, command.place, command))
    return events


def renumber(command: RenumberConsumerUnit, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """A new number; a number it once had is a record that comes too late."""
    unit = active(state)
    if command.number in unit.former_numbers:
        raise StaleCisRecord
    legacy = command.legacy_number or unit.legacy_number
    if command.number == unit.number and legacy == unit.legacy_number:
        return []
    return [
        ConsumerUnitRenumbered(
            unit_id=unit.unit_id,
            previous_number=unit.number,
            number=command.number,
            legacy_number=legacy,
            renumbered_at=command.now,
        )
    ]


def close(command: CloseConsumerUnit, state: ConsumerUnit) -> Sequence[ConsumerUnitEvent]:
    """Supply ends."""
    if isinstance(state, Closed):
        return []
    return [ConsumerUnitClosed(unit_id=active(state).unit_id, closed_at=command.now)]


def _address(unit_id: UUID, place: Place, command: RegisterConsumerUnit | ChangeCharacteristics) -> AddressGiven:
    return AddressGiven(unit_id=unit_id, address=place.address, coordinates=place.coordinates, given_at=command.now)


def _characteristics(event: ConsumerUnitRegistered | ConsumerUnitChanged) -> Characteristics:
    return Characteristics(
        event.group,
        event.subgroup,
        event.consumer_class,
        event.voltage_v,
        event.phases,
        event.available_kw,
        event.contracted_kw,
        event.municipality_ibge,
        event.connected_before_2022_01_07,
        event.plant,
    )


def _place(event: AddressGiven) -> Place:
    address = None if isinstance(event.address, Erased) else event.address
    return Place(address, None if isinstance(event.coordinates, Erased) else event.coordinates)


def evolve(state: ConsumerUnit, event: ConsumerUnitEvent) -> ConsumerUnit:
    """What the unit remembers."""
    match event:
        case ConsumerUnitRegistered():
            holder = Holder(event.holder_id, event.holder_kind, event.root_id)
            return Active(event.unit_id, event.number, event.legacy_number, frozenset(), holder, _characteristics(event), _NOWHERE)
        case HolderChanged():
            return replace(active(state), holder=Holder(event.holder_id, event.holder_kind, event.root_id))
        case ConsumerUnitChanged():
            return replace(active(state), characteristics=_characteristics(event))
        case AddressGiven():
            return replace(active(state), place=_place(event))
        case ConsumerUnitRenumbered():
            former = active(state).former_numbers | ({event.previous_number} - {event.number})
            return replace(active(state), number=event.number, legacy_number=event.legacy_number, former_numbers=former)
        case ConsumerUnitClosed():
            return Closed(active(state))
        case _:
            assert_never(event)


CONSUMER_UNIT: Decider[ConsumerUnitCommand, ConsumerUnit, ConsumerUnitEvent] = Decider(Unregistered(), decide, evolve)
