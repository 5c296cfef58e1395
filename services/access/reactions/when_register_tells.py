"""When the utility's register tells of a unit, by topic or CSV, the unit follows it; the holder's document becomes a PersonId here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from services.access.domain.consumer_unit.commands import Characteristics, Holder, Place, TakeRegisterRecord
from services.access.domain.consumer_unit.decider import resolve
from services.access.domain.consumer_unit.events import ConsumerUnitEvent, Plant
from services.access.domain.consumer_unit.refusals import RegisterRecordInvalid, StaleCisRecord
from services.access.parts import Units
from services.access.views.consumer_units import find_units_by_number
from shared.clock import Clock
from shared.eventsourcing.bulk import Appending, append_many, load_many
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Malformed, Refusal
from shared.identifiers import UnitNumberInvalid, parse_document, parse_unit_number
from shared.ids import derived_id, new_id
from shared.people import PersonIds
from shared.postgres import Db

REQUIRED = frozenset(
    {
        "sequence",
        "at",
        "number",
        "holder_document",
        "group",
        "subgroup",
        "class",
        "voltage_v",
        "phases",
        "available_kw",
        "municipality_ibge",
        "status",
    }
)
_UNITS = UUID("6f1b7f5e-6a55-4a6b-9d0a-0a6f2a7c1f10")
_LENGTH = 15
_CUTOFF = date(2022, 1, 7)
"""Units connected by the day Law 14.300 was published keep the larger limits."""


class KeyDiffersFromNumber(Malformed):
    """The record's key names another unit than its value."""

    sentence = "A chave do registro não é o número da unidade."


class _PlantRecord(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    source: str = Field(min_length=1, max_length=40)
    installed_kw: Decimal = Field(gt=0, le=Decimal(1_000_000))


class RegisterRecord(BaseModel):
    """One record; numbers may come as text, what we do not know is ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True)

    sequence: int = Field(ge=0, lt=2**63)
    at: AwareDatetime
    number: str = Field(max_length=20)
    legacy_number: str | None = Field(default=None, pattern=r"^[0-9]{1,14}$")
    replaces: str | None = Field(default=None, max_length=20)
    holder_document: str = Field(max_length=20)
    group: str = Field(pattern=r"^[AB]$")
    subgroup: str = Field(min_length=1, max_length=10)
    consumer_class: str = Field(alias="class", min_length=1, max_length=60)
    voltage_v: Decimal = Field(gt=0, le=Decimal(1_000_000))
    phases: int = Field(ge=1, le=3)
    available_kw: Decimal = Field(ge=0, le=Decimal(1_000_000))
    contracted_kw: Decimal | None = Field(default=None, ge=0, le=Decimal(1_000_000))
    municipality_ibge: str = Field(pattern=r"^[0-9]{7}$")
    address: str | None = Field(default=None, max_length=300)
    coordinates: str | None = Field(default=None, max_length=60)
    status: Literal["active", "closed"]
    connected_since: date | None = None
    plant: _PlantRecord | None = None
    origin_protocol: str | None = Field(default=None, pattern=r"^[0-9]{14}$")

    @field_validator("plant", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("coordinates", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return json.dumps(value) if isinstance(value, list | dict) else value

    @field_validator("legacy_number", "replaces", "address", "contracted_kw", "connected_since", "origin_protocol", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return None if value == "" else value


def read_record(value: Mapping[str, Any], distributor_code: str) -> RegisterRecord:
    """A record with canonical numbers; raises RegisterRecordInvalid (naming fields, never values) and UnitNumberInvalid."""
    try:
        record = RegisterRecord.model_validate(value)
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)})
        raise RegisterRecordInvalid(f"Campos inválidos: {', '.join(fields)}.", extra={"fields": fields}) from None
    replaces = parse_unit_number(record.replaces, distributor_code) if record.replaces else None
    return record.model_copy(update={"number": _full(record.number, distributor_code), "replaces": replaces})


def _full(number: str, distributor_code: str) -> str:
    full = parse_unit_number(number, distributor_code)
    if len(full) != _LENGTH:
        raise UnitNumberInvalid
    return full


def first_id(record: RegisterRecord) -> UUID:
    """The id of a unit that was not heard of: it follows from the first number it is known by."""
    return derived_id(_UNITS, record.replaces or record.number)


def command_of(record: RegisterRecord, unit_id: UUID, last_sequence: int | None, people: PersonIds, now: datetime) -> TakeRegisterRecord:
    """The command; the holder's document becomes a PersonId here and goes no further."""
    document = parse_document(record.holder_document)
    plant = Plant(source=record.plant.source, installed_kw=record.plant.installed_kw) if record.plant else None
    return TakeRegisterRecord(
        unit_id=unit_id,
        sequence=record.sequence,
        last_sequence=last_sequence,
        number=record.number,
        legacy_number=record.legacy_number,
        replaces=record.replaces,
        holder=Holder(people.of(document), document.kind, people.root(document)),
        characteristics=Characteristics(
            record.group,
            record.subgroup,
            record.consumer_class,
            record.voltage_v,
            record.phases,
            record.available_kw,
            record.contracted_kw,
            record.municipality_ibge,
            connected_before_2022_01_07=record.connected_since is not None and record.connected_since <= _CUTOFF,
            plant=plant,
        ),
        place=Place(record.address, record.coordinates),
        closed=record.status == "closed",
        origin_protocol=record.origin_protocol,
        now=now,
    )


@dataclass(frozen=True)
class WhenRegisterTells:
    """Takes records one by one; the newer sequence of a number wins, an equal one is already so."""

    units: Units
    people: PersonIds
    clock: Clock
    distributor_code: str

    async def from_topic(self, db: Db, key: bytes, value: Mapping[str, Any]) -> None:
        """Take a record of `utility.consumer-units`; a late one is nothing to park."""
        record = read_record(value, self.distributor_code)
        if key.decode("utf-8", "replace").strip() != record.number:
            raise KeyDiffersFromNumber
        try:
            await self.take(db, record, Cause("service:utility", correlation=new_id()))
        except StaleCisRecord:
            return

    async def from_row(self, db: Db, row: Mapping[str, str], cause: Cause) -> bool:
        """Take a line of a CSV; whether anything changed."""
        return await self.take(db, read_record(row, self.distributor_code), cause)

    async def from_rows(self, db: Db, rows: Sequence[Mapping[str, str]], cause: Cause) -> Sequence[bool | Refusal] | None:
        """Take many lines at once; None where two of them are about the same unit."""
        outcomes: list[bool | Refusal] = [False] * len(rows)
        records: dict[int, RegisterRecord] = {}
        for line, row in enumerate(rows):
            try:
                records[line] = read_record(row, self.distributor_code)
            except Refusal as refusal:
                outcomes[line] = refusal
        numbers = [number for record in records.values() for number in (record.number, record.replaces) if number]
        if len(set(numbers)) < len(numbers):
            return None
        known = await find_units_by_number(db, numbers)
        sequences = await _last_sequences(db, [record.number for record in records.values()])
        commands: dict[int, TakeRegisterRecord] = {}
        for line, record in records.items():
            try:
                unit_id = resolve(known.get(record.number), known.get(record.replaces or ""), first_id(record))
                commands[line] = command_of(record, unit_id, sequences[record.number], self.people, self.clock())
            except Refusal as refusal:
                outcomes[line] = refusal
        if len({command.unit_id for command in commands.values()}) < len(commands):
            return None
        await self._decide_many(db, commands, outcomes, cause)
        return outcomes

    async def _decide_many(self, db: Db, commands: Mapping[int, TakeRegisterRecord], outcomes: list[bool | Refusal], cause: Cause) -> None:
        """Load, fold and decide all of them, append in one statement, and remember what was taken."""
        store, decider = self.units.store, self.units.decider
        loaded = await load_many(db, store, [self.units.stream(command.unit_id) for command in commands.values()])
        batch: list[Appending] = []
        taken: list[TakeRegisterRecord] = []
        for line, command in commands.items():
            stream = self.units.stream(command.unit_id)
            history = loaded.get(stream, [])
            state = decider.fold(cast("list[ConsumerUnitEvent]", [record.event for record in history]))
            try:
                events = decider.decide(command, state)
            except Refusal as refusal:
                outcomes[line] = refusal
                continue
            outcomes[line] = bool(events)
            taken.append(command)
            batch.append(Appending(stream, history[-1].version if history else 0, events, command.holder.id))
        await append_many(db, store, batch, cause)
        await db.execute(
            "update register_sequences s set sequence = t.sequence, taken_at = now()"
            " from unnest($1::text[], $2::bigint[]) t(number, sequence) where s.number = t.number",
            [command.number for command in taken],
            [command.sequence for command in taken],
        )

    async def take(self, db: Db, record: RegisterRecord, cause: Cause) -> bool:
        """Take a record in the caller's transaction; raises StaleCisRecord, UnitNumberReused, UnitIsClosed."""
        last = await _last_sequence(db, record.number)
        known = await find_units_by_number(db, [number for number in (record.number, record.replaces) if number])
        unit_id = resolve(known.get(record.number), known.get(record.replaces or ""), first_id(record))
        command = command_of(record, unit_id, last, self.people, self.clock())
        outcome = await self.units(db, unit_id, command, cause, person=command.holder.id)
        await db.execute(
            "update register_sequences set sequence = $2, taken_at = $3 where number = $1", record.number, record.sequence, command.now
        )
        return bool(outcome.events)


async def _last_sequence(db: Db, number: str) -> int | None:
    """The sequence of the last record taken of a number; whoever asks next waits for this transaction."""
    last = await db.fetchval(
        "insert into register_sequences as s (number, sequence, taken_at) values ($1, -1, now())"
        " on conflict (number) do update set sequence = s.sequence returning sequence",
        number,
    )
    return None if last < 0 else int(last)


async def _last_sequences(db: Db, numbers: Sequence[str]) -> dict[str, int | None]:
    """The same for many numbers, locked in one order."""
    rows = await db.fetch(
        "insert into register_sequences as s (number, sequence, taken_at)"
        " select number, -1, now() from unnest($1::text[]) number order by number"
        " on conflict (number) do update set sequence = s.sequence returning number, sequence",
        list(numbers),
    )
    return {row["number"]: None if row["sequence"] < 0 else row["sequence"] for row in rows}
