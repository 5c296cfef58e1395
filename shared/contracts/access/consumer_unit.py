"""What access publishes about consumer units, as the utility's register tells it; nothing personal: `holder_id` is a PersonId."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.eventsourcing.event import Event

type HolderKind = Literal["cpf", "cnpj"]


class Plant(BaseModel):
    """Generation that is already connected at the unit."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    source: str
    installed_kw: Decimal


class ConsumerUnitRegistered(Event):
    """A consumer unit exists. `root_id` is shared by all branches of a company (CNPJ only)."""

    unit_id: UUID
    number: str
    legacy_number: str | None = None
    holder_id: UUID
    holder_kind: HolderKind
    root_id: UUID | None = None
    group: str
    subgroup: str
    consumer_class: str
    voltage_v: Decimal
    phases: int
    available_kw: Decimal
    contracted_kw: Decimal | None = None
    municipality_ibge: str
    connected_before_2022_01_07: bool
    plant: Plant | None = None
    origin_protocol: str | None = None
    registered_at: datetime


class HolderChanged(Event):
    """The unit has another holder since `changed_at`; grants of the previous one end."""

    unit_id: UUID
    previous_holder_id: UUID
    holder_id: UUID
    holder_kind: HolderKind
    root_id: UUID | None = None
    changed_at: datetime


class ConsumerUnitChanged(Event):
    """Other characteristics of the same unit; all of them, as they now are."""

    unit_id: UUID
    group: str
    subgroup: str
    consumer_class: str
    voltage_v: Decimal
    phases: int
    available_kw: Decimal
    contracted_kw: Decimal | None = None
    municipality_ibge: str
    connected_before_2022_01_07: bool
    plant: Plant | None = None
    changed_at: datetime


class ConsumerUnitRenumbered(Event):
    """The unit answers to a new number, and to every old one for ever."""

    unit_id: UUID
    previous_number: str
    number: str
    legacy_number: str | None = None
    renumbered_at: datetime


class ConsumerUnitClosed(Event):
    """The unit is no longer supplied."""

    unit_id: UUID
    closed_at: datetime
