"""Parts that the published events of requests share: dates that explain themselves, documents, and what fits both aggregates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.eventsourcing.event import Event

type Clock = Literal[
    "triage",
    "budget",
    "approval",
    "contracts-out",
    "contracts-back",
    "works",
    "inspection",
    "failure-report",
    "inspection-request",
    "new-inspection",
]
type Porte = Literal["micro", "mini"]
type StaffText = Annotated[str, Field(max_length=1000)]


class Part(BaseModel):
    """A part of a published event; frozen and strict, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class DueDate(Part):
    """A deadline as it was promised: which clock, by which article, from when, until when, and whom it binds (art. 656)."""

    clock: Clock
    article: str
    starts_on: date
    due_on: date
    other_reading: date | None = None
    length: int
    unit: Literal["days", "business-days"]
    bound: Literal["distributor", "customer"]
    annex_iv_type: int | None = None


class FiledDocument(Part):
    """A document as it was filed; its content is known by its digest."""

    id: UUID
    code: str
    sha256: str


class NonConformity(Part):
    """One thing that does not conform: a code of the closed list, its article, and the document it is about, if any."""

    code: str
    article: str | None = None
    text: StaffText | None = None
    document_id: UUID | None = None
    document_code: str | None = None


class CatalogueVersion(Part):
    """Which edition of a catalogue a request was filed under."""

    code: str
    version: int


class Power(Part):
    """Installed power and how it was computed: never rounded, by a named and versioned rule (art. 657)."""

    installed_kw: Decimal
    modules_kwp: Decimal
    inverters_kw: Decimal
    existing_kw: Decimal
    rule: str
    porte: Porte


class DeadlineMissed(Event):
    """A deadline passed without the deed: what billing needs for the compensation of Annex IV."""

    stream: str
    protocol: str
    clock: Clock
    article: str
    annex_iv_type: int | None
    due_on: date
    days_late: int
    unit_id: UUID
    holder_id: UUID
    exclusion: str | None = None
    missed_at: datetime
