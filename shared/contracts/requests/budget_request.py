"""What is published about a request for a connection budget (REN ANEEL 1.000/2021, arts. 63-85)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.contracts.backoffice.review import BudgetTerms
from shared.contracts.requests.parts import CatalogueVersion, DueDate, FiledDocument, NonConformity, Part, Power, StaffText
from shared.eventsourcing.event import Event


class Options(Part):
    """What the customer chose in the form (arts. 68, 77, 137)."""

    inspection: Literal["on-request", "as-soon-as-possible"]
    contracts_with_budget: bool
    market: Literal["acr", "acl"] = "acr"
    channel: Literal["e-mail", "portal"] = "e-mail"
    white_tariff: bool = False
    mode: Literal["standard", "fast-track", "grid-zero"] = "standard"


class BudgetRequested(Event):
    """A connection budget was requested; opens triage. Carries what the decision needs and nothing personal."""

    request_id: UUID
    protocol: str
    submission: int
    filed_at: datetime
    unit_id: UUID
    unit_number: str
    holder_id: UUID
    filed_by: UUID
    responsible_id: UUID
    company_id: UUID | None
    grant_id: UUID | None
    grant_version: int | None
    may_decide: bool
    motive: str
    purpose: str
    source: str
    porte: Literal["micro", "mini"]
    installed_kw: Decimal
    power: Power
    voltage_v: Decimal
    group: str | None = None
    municipality: str
    options: Options
    rules_version: tuple[CatalogueVersion, ...]
    documents: tuple[FiledDocument, ...]
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]
    previous_request: UUID | None = None


class BudgetAccepted(Event):
    """The documents conform (art. 71, I); opens the analysis."""

    request_id: UUID
    protocol: str
    submission: int
    filed_at: datetime
    accepted_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class BudgetDismissed(Event):
    """Dismissed once, with every non-conformity, its article and the channels to complain (arts. 10, 71, 416)."""

    request_id: UUID
    protocol: str
    submission: int
    non_conformities: tuple[NonConformity, ...]
    dismissed_at: datetime
    parties: tuple[UUID, ...]


class BudgetIssued(Event):
    """The budget (art. 69): its terms, and how long it is valid once received."""

    request_id: UUID
    protocol: str
    submission: int
    issued_at: datetime
    terms: BudgetTerms
    sha256: str
    parties: tuple[UUID, ...]


class BudgetApproved(Event):
    """Approved by whom may decide, or by silence where all of art. 83 holds."""

    request_id: UUID
    protocol: str
    manner: Literal["express", "tacit"]
    approved_by: UUID | None
    approved_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class BudgetDeclined(Event):
    """The holder does not want this budget."""

    request_id: UUID
    protocol: str
    declined_by: UUID
    declined_at: datetime
    reason: str
    parties: tuple[UUID, ...]


class BudgetExpired(Event):
    """Over by time (art. 83, §7)."""

    request_id: UUID
    protocol: str
    reason: Literal["not-approved-in-time", "contracts-not-returned", "inspection-not-requested"]
    expired_at: datetime
    parties: tuple[UUID, ...]


class ContractsDelivered(Event):
    """Contracts and payment document are with the customer (art. 84)."""

    request_id: UUID
    protocol: str
    documents: tuple[FiledDocument, ...]
    delivered_by: UUID
    delivered_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class ContractsReturned(Event):
    """The signed contracts are back (art. 85)."""

    request_id: UUID
    protocol: str
    documents: tuple[FiledDocument, ...]
    returned_by: UUID
    returned_at: datetime
    parties: tuple[UUID, ...]


class WorksConcluded(Event):
    """The works that the connection needed are done (art. 88)."""

    request_id: UUID
    protocol: str
    concluded_on: date
    recorded_by: UUID
    recorded_at: datetime
    parties: tuple[UUID, ...]


class BudgetEnteredIntoForce(Event):
    """Approved, contracts back, paid and built: the generation may be commissioned."""

    request_id: UUID
    protocol: str
    unit_id: UUID
    in_force_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class BudgetWithdrawn(Event):
    """Given up by whom may."""

    request_id: UUID
    protocol: str
    by: UUID
    reason: str
    withdrawn_at: datetime
    parties: tuple[UUID, ...]


class BudgetCancelled(Event):
    """Cancelled by a supervisor, with the reason and its article."""

    request_id: UUID
    protocol: str
    reason: str
    note: StaffText | None
    cancelled_by: UUID
    cancelled_at: datetime
    parties: tuple[UUID, ...]


class ClockSuspended(Event):
    """The budget's clock stands still, announced first and only for a reason of art. 64, §2."""

    request_id: UUID
    protocol: str
    clock: Literal["budget"]
    reason: Literal["outra-distribuidora", "ons", "autoridade"]
    article: str
    suspended_by: UUID
    suspended_at: datetime
    parties: tuple[UUID, ...]


class ClockResumed(Event):
    """The clock goes on; when it is due now."""

    request_id: UUID
    protocol: str
    clock: Literal["budget"]
    resumed_by: UUID
    resumed_at: datetime
    due: tuple[DueDate, ...]
    parties: tuple[UUID, ...]


class FilingContested(Event):
    """The account that filed, or for which it was filed, was in a stranger's hands: the filing stays, a supervisor looks."""

    request_id: UUID
    protocol: str
    person_id: UUID
    acted_since: datetime
    filed_at: datetime
    contested_at: datetime
    parties: tuple[UUID, ...]


class FiledAfterAccessEnded(Event):
    """The grant that a filing relied on had ended before: the filing stays, a supervisor looks."""

    request_id: UUID
    protocol: str
    grant_id: UUID
    access_ended_at: datetime
    filed_at: datetime
    parties: tuple[UUID, ...]
