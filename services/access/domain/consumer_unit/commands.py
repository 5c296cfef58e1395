"""What may be asked of a consumer unit: all of it by the utility's register."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.access.domain.consumer_unit.events import HolderKind, Plant


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose unit it is; `root_id` is shared by the branches of a company."""

    id: UUID
    kind: HolderKind
    root_id: UUID | None


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What the unit is like, electrically and in the register."""

    group: str
    subgroup: str
    consumer_class: str
    voltage_v: Decimal
    phases: int
    available_kw: Decimal
    contracted_kw: Decimal | None
    municipality_ibge: str
    connected_before_2022_01_07: bool
    plant: Plant | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is."""

    address: str | None
    coordinates: str | None


@dataclass(frozen=True, slots=True)
class RegisterConsumerUnit:
    """The register has a unit."""

    unit_id: UUID
    number: str
    legacy_number: str | None
    holder: Holder
    characteristics: Characteristics
    place: Place
    origin_protocol: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangeHolder:
    """The register names another holder."""

    holder: Holder
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangeCharacteristics:
    """The register describes the unit, and where it is."""

    characteristics: Characteristics
    place: Place
    now: datetime


@dataclass(frozen=True, slots=True)
class RenumberConsumerUnit:
    """The register has the unit under another number."""

    number: str
    legacy_number: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class CloseConsumerUnit:
    """The register has the unit as closed."""

    now: datetime


@dataclass(frozen=True, slots=True)
class TakeRegisterRecord:
    """One record of the register: all it says at once. `last_sequence` is that of the last record taken for this number."""

    unit_id: UUID
    sequence: int
    last_sequence: int | None
    number: str
    legacy_number: str | None
    replaces: str | None
    holder: Holder
    characteristics: Characteristics
    place: Place
    closed: bool
    origin_protocol: str | None
    now: datetime


type ConsumerUnitCommand = (
    TakeRegisterRecord | RegisterConsumerUnit | ChangeHolder | ChangeCharacteristics | RenumberConsumerUnit | CloseConsumerUnit
)
