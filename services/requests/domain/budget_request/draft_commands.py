"""What may be asked of a draft: one command per step of the guide."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.requests.domain.budget_request.events import Beneficiary, Inverter, Module, Options
from services.requests.domain.budget_request.states import Draft
from services.requests.domain.facts import Attachment, Doer, RulesInForce, Unit


@dataclass(frozen=True, slots=True)
class StartDraft:
    """Begin a request for a unit."""

    request_id: UUID
    doer: Doer
    unit: Unit
    previous_request: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class StartCorrection:
    """Begin again from a dismissed request: prefilled, and without the documents that were faulted."""

    request_id: UUID
    doer: Doer
    unit: Unit
    dismissed: Draft
    faulted: frozenset[UUID]
    now: datetime


@dataclass(frozen=True, slots=True)
class ChooseMotive:
    """Say why; `wanted_kw` where the available power changes."""

    doer: Doer
    motive: str
    wanted_kw: Decimal | None
    wanted_phases: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ChoosePurpose:
    """Say how the energy will be compensated."""

    doer: Doer
    purpose: str
    sharing: str | None
    source: str
    now: datetime


@dataclass(frozen=True, slots=True)
class AddModule:
    """One more row of modules."""

    doer: Doer
    row_id: UUID
    module: Module


@dataclass(frozen=True, slots=True)
class ChangeModule:
    """Correct a row of modules."""

    doer: Doer
    row_id: UUID
    module: Module


@dataclass(frozen=True, slots=True)
class RemoveModule:
    """Take a row of modules away."""

    doer: Doer
    row_id: UUID


@dataclass(frozen=True, slots=True)
class AddInverter:
    """One more row of inverters."""

    doer: Doer
    row_id: UUID
    inverter: Inverter


@dataclass(frozen=True, slots=True)
class ChangeInverter:
    """Correct a row of inverters."""

    doer: Doer
    row_id: UUID
    inverter: Inverter


@dataclass(frozen=True, slots=True)
class RemoveInverter:
    """Take a row of inverters away."""

    doer: Doer
    row_id: UUID


@dataclass(frozen=True, slots=True)
class GiveSiteAndLoad:
    """Say where the plant will stand and what load is there."""

    doer: Doer
    address: str
    coordinates: str | None
    load_kw: Decimal
    breaker_a: int
    service_line: Literal["aerial", "underground"]
    protected_area: bool
    condominium: bool
    rural: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class ListBeneficiaries:
    """Say who takes part in the surplus."""

    doer: Doer
    rule: Literal["percentage", "order"]
    beneficiaries: tuple[Beneficiary, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class ChooseOptions:
    """Choose what the form lets one choose."""

    doer: Doer
    options: Options
    now: datetime


@dataclass(frozen=True, slots=True)
class AcceptDeclarations:
    """Accept the declarations of the form; the fast track's term apart."""

    doer: Doer
    codes: tuple[str, ...]
    version: int
    fast_track_term: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class AttachDocument:
    """Put a verified document in its place of the checklist."""

    doer: Doer
    attachment: Attachment
    unit: Unit
    rules: RulesInForce
    now: datetime


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """Take a document away."""

    doer: Doer
    document_id: UUID


@dataclass(frozen=True, slots=True)
class NameTechnicalResponsible:
    """Name who answers technically; naming oneself confirms at once."""

    doer: Doer
    responsible_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class ConfirmResponsibility:
    """Accept to answer technically."""

    person_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class NameContractor:
    """Say whether the responsible works alone or for a company."""

    doer: Doer
    kind: Literal["autonomous", "company"]
    company_id: UUID | None
    company_name: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Throw the draft away."""

    doer: Doer
    now: datetime
