"""What the rules are told about the world: who acts and by what right, the unit, the profile, the document rules in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.contracts.requests.parts import CatalogueVersion

TECHNICAL_DOCUMENTS = frozenset(
    {
        *("RESP_TECNICA", "UNIFILAR_BLOCOS", "MEMORIAL", "PROJETO_ELETRICO", "ENSAIO_INVERSOR"),
        *("RELATORIO_COMISSIONAMENTO", "UNIFILAR_AS_BUILT", "AJUSTES_PROTECAO"),
    }
)
"""The documents of the work of engineering: a profession that prepares only the commercial part neither brings nor opens them."""


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """A professional acts for the holder of a unit, under a grant that is live now."""

    grant_id: UUID
    version: int
    holder_id: UUID
    may_decide: bool
    ends_on: date


@dataclass(frozen=True, slots=True)
class AsHolder:
    """The holder acts; `proven` says whether the account is known to be theirs."""

    holder_id: UUID
    proven: bool


type Access = LiveGrant | AsHolder


@dataclass(frozen=True, slots=True)
class Profile:
    """A professional profile as professional announced it."""

    profile_id: UUID
    person_id: UUID
    profession: str
    may_file: bool
    ceiling_kva: Decimal | None
    valid_until: date
    approved: bool
    company_id: UUID | None = None

    def good_on(self, day: date) -> bool:
        """Whether it may be relied on that day."""
        return self.approved and day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, by what right (none: neither holder nor under a live grant), and with which profile.

    `proven`: the account is known to be the person's own, which opens also what was theirs at a unit that has another holder now.
    """

    person_id: UUID
    access: Access | None
    profile: Profile | None = None
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A consumer unit as access announced it."""

    unit_id: UUID
    number: str
    holder_id: UUID
    root_id: UUID | None
    group: str
    voltage_v: Decimal
    phases: int
    available_kw: Decimal
    contracted_kw: Decimal | None
    municipality: str
    connected_before_2022_01_07: bool
    existing_kw: Decimal = Decimal(0)
    existing_source: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One line of the catalogue of documents: when it is asked for, and why."""

    code: str
    label: str
    order: int
    article: str | None
    generated: bool
    micro: str
    mini: str
    when: Mapping[str, object] = field(default_factory=dict)
    most: int = 1


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The editions of the catalogues that a request is filed under."""

    documents: tuple[DocumentRule, ...]
    declarations: frozenset[str]
    versions: tuple[CatalogueVersion, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A verified document, as the door found it."""

    id: UUID
    code: str
    sha256: str
