"""How a request is told: what it is, what may be done with it, what is next."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.requests.domain.budget_request.events import Inverter, Module, Options
from shared.contracts.backoffice.review import BudgetTerms
from shared.contracts.requests.parts import NonConformity
from shared.http.body import Answer, Deed


class ModuleRow(Answer):
    """A row of modules."""

    row_id: UUID
    module: Module
    kwp: Decimal


class InverterRow(Answer):
    """A row of inverters."""

    row_id: UUID
    inverter: Inverter
    kw: Decimal


class TotalsAnswer(Answer):
    """What the rows add up to, and by which rule."""

    modules_kwp: Decimal
    inverters_kw: Decimal
    existing_kw: Decimal
    installed_kw: Decimal
    porte: str
    available_kw: Decimal
    limit_kw: Decimal
    dc_ac: Decimal | None
    rule_version: str


class NoticeAnswer(Answer):
    """Something worth a second look; it stops nothing."""

    code: str
    sentence: str


class SiteAnswer(Answer):
    """Where the plant will stand."""

    address: str | None
    coordinates: str | None
    load_kw: Decimal
    breaker_a: int
    service_line: str
    protected_area: bool
    condominium: bool
    rural: bool


class BeneficiaryAnswer(Answer):
    """A unit that takes part. Never whose it is: any number may be typed, and beside a CPF typed elsewhere it would say who holds it."""

    unit_id: UUID
    unit_number: str
    percentage: Decimal | None
    order: int | None
    remainder: bool


class ContractorAnswer(Answer):
    """Who does the work; the company as it was called, for its id is that of a CNPJ that anybody may type."""

    kind: str
    company_name: str | None


class ResponsibleAnswer(Answer):
    """Who answers technically; until they accept, `person_id` is told to nobody else, for it is that of a CPF that anybody may type."""

    person_id: UUID | None
    confirmed: bool


class DocumentAnswer(Answer):
    """A document in its place."""

    document_id: UUID
    code: str
    sha256: str


class DraftAnswer(Answer):
    """What was given in the steps of the guide."""

    motive: str | None
    wanted_kw: Decimal | None
    wanted_phases: int | None
    purpose: str | None
    sharing: str | None
    source: str | None
    modules: list[ModuleRow]
    inverters: list[InverterRow]
    totals: TotalsAnswer
    notices: list[NoticeAnswer]
    site: SiteAnswer | None
    beneficiaries: list[BeneficiaryAnswer]
    options: Options | None
    declarations: list[str]
    fast_track_term: bool
    documents: list[DocumentAnswer]
    contractor: ContractorAnswer | None
    responsible: ResponsibleAnswer | None


class ClockAnswer(Answer):
    """A clock as it stands; the ruler draws it and computes nothing."""

    clock: str
    article: str
    starts_on: date
    due_on: date
    other_reading: date | None
    length: int
    unit: str
    bound: str
    annex_iv_type: int | None
    state: str
    ended_at: datetime | None


class NextAnswer(Answer):
    """What is needed next, from whom, by when."""

    who: str
    what: str
    until: date | None


class PaperAnswer(Answer):
    """A paper of this service; without id it is being prepared."""

    code: str
    document_id: UUID | None


class PersonAnswer(Answer):
    """Somebody, by id; the name only where the caller may see it."""

    person_id: UUID
    display_name: str | None


class RequestAnswer(Answer):
    """A request as it stands. `state`, `draft`, `budget` and `next` are for those who may see them."""

    id: UUID
    version: int
    state: str | None
    protocol: str | None
    filed_at: datetime | None
    unit_id: UUID
    unit_number: str
    holder: PersonAnswer
    started_by: PersonAnswer
    previous_request: UUID | None
    draft: DraftAnswer | None
    budget: BudgetTerms | None
    non_conformities: list[NonConformity]
    papers: list[PaperAnswer]
    contracts: list[DocumentAnswer]
    clocks: list[ClockAnswer]
    next: NextAnswer | None
    actions: dict[str, Deed]
    server_time: datetime


class RequestItem(Answer):
    """A request in a list; whoever filed it and lost access is told the protocol and the dates, and not how it fares."""

    id: UUID
    state: str | None
    protocol: str | None
    unit_id: UUID
    unit_number: str
    motive: str | None
    purpose: str | None
    porte: str | None
    installed_kw: Decimal | None
    filed_at: datetime | None
    started_at: datetime
    moved_at: datetime | None
    version: int


class ProblemAnswer(Answer):
    """One thing that stands in the way."""

    code: str
    step: str
    sentence: str
    article: str | None
    way_out: str | None


class TaskAnswer(Answer):
    """One step, and how far it is."""

    step: str
    status: str
    missing: list[str]


class ReadinessAnswer(Answer):
    """Whether it may be filed, and everything that stands in the way."""

    ready: bool
    tasks: list[TaskAnswer]
    problems: list[ProblemAnswer]
    version: int
    server_time: datetime


class SlotAnswer(Answer):
    """A place in the checklist, and what is in it."""

    code: str
    label: str
    article: str | None
    generated: bool
    required: bool
    max: int
    documents: list[DocumentAnswer]
