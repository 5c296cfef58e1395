"""What happens to the draft of a request: private, one event per step of the guide, with complete facts."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.contracts.requests.budget_request import Options
from shared.contracts.requests.parts import Part
from shared.eventsourcing.event import Event, Personal


class Module(Part):
    """One model of photovoltaic module."""

    power_w: Decimal
    quantity: int
    area_m2: Decimal
    maker: str
    model: str

    @property
    def kwp(self) -> Decimal:
        """The peak power of the row, not rounded."""
        return self.power_w * self.quantity / 1000


class Inverter(Part):
    """One model of inverter."""

    power_kw: Decimal
    quantity: int
    maker: str
    model: str
    voltage_min_v: Decimal
    voltage_max_v: Decimal
    current_a: Decimal
    power_factor: Decimal
    efficiency_percent: Decimal
    thd_percent: Decimal

    @property
    def kw(self) -> Decimal:
        """The nominal power of the row."""
        return self.power_kw * self.quantity


class Beneficiary(Part):
    """A unit that takes part in the surplus: by a percentage, or by its place in an order."""

    unit_id: UUID
    unit_number: str
    holder_id: UUID
    root_id: UUID | None = None
    percentage: Decimal | None = None
    order: int | None = None
    remainder: bool = False


class DraftStarted(Event):
    """Somebody began a request for a unit."""

    request_id: UUID
    unit_id: UUID
    unit_number: str
    holder_id: UUID
    started_by: UUID
    grant_id: UUID | None
    previous_request: UUID | None
    started_at: datetime


class MotiveChosen(Event):
    """Why a budget is wanted; with the available power wanted, where it changes."""

    request_id: UUID
    motive: str
    wanted_kw: Decimal | None
    wanted_phases: int | None
    chosen_by: UUID
    chosen_at: datetime


class PurposeChosen(Event):
    """How the energy will be compensated, from which source."""

    request_id: UUID
    purpose: str
    sharing: str | None
    source: str
    chosen_by: UUID
    chosen_at: datetime


class ModuleAdded(Event):
    """A row of modules."""

    request_id: UUID
    row_id: UUID
    module: Module


class ModuleChanged(Event):
    """A row of modules, as it is now."""

    request_id: UUID
    row_id: UUID
    module: Module


class ModuleRemoved(Event):
    """A row of modules less."""

    request_id: UUID
    row_id: UUID


class InverterAdded(Event):
    """A row of inverters."""

    request_id: UUID
    row_id: UUID
    inverter: Inverter


class InverterChanged(Event):
    """A row of inverters, as it is now."""

    request_id: UUID
    row_id: UUID
    inverter: Inverter


class InverterRemoved(Event):
    """A row of inverters less."""

    request_id: UUID
    row_id: UUID


class SiteAndLoadGiven(Event):
    """Where the plant will stand and what it shares the connection with."""

    request_id: UUID
    address: Personal[str]
    coordinates: Personal[str | None]
    load_kw: Decimal
    breaker_a: int
    service_line: Literal["aerial", "underground"]
    protected_area: bool
    condominium: bool
    rural: bool
    given_at: datetime


class BeneficiariesListed(Event):
    """Which units take part in the surplus (art. 655-H)."""

    request_id: UUID
    rule: Literal["percentage", "order"]
    beneficiaries: tuple[Beneficiary, ...]
    listed_at: datetime


class OptionsChosen(Event):
    """What the customer chose in the form."""

    request_id: UUID
    options: Options
    chosen_at: datetime


class DeclarationsAccepted(Event):
    """The declarations of the form, by code and edition."""

    request_id: UUID
    codes: tuple[str, ...]
    version: int
    accepted_by: UUID
    accepted_at: datetime


class FastTrackTermAccepted(Event):
    """The term of art. 73-A, III was read and accepted."""

    request_id: UUID
    accepted_by: UUID
    accepted_at: datetime


class DocumentAttached(Event):
    """A verified document took its place in the checklist."""

    request_id: UUID
    document_id: UUID
    code: str
    sha256: str
    attached_by: UUID
    attached_at: datetime


class DocumentRemoved(Event):
    """A document less."""

    request_id: UUID
    document_id: UUID


class TechnicalResponsibleNamed(Event):
    """Who will answer technically."""

    request_id: UUID
    responsible_id: UUID
    named_by: UUID
    named_at: datetime


class ResponsibilityConfirmed(Event):
    """The named professional accepts."""

    request_id: UUID
    responsible_id: UUID
    confirmed_at: datetime


class ContractorNamed(Event):
    """Who does the work: the responsible alone, or a company."""

    request_id: UUID
    kind: Literal["autonomous", "company"]
    company_id: UUID | None
    company_name: Personal[str | None]
    named_at: datetime


class DraftDiscarded(Event):
    """The draft is no longer wanted."""

    request_id: UUID
    discarded_by: UUID
    discarded_at: datetime
