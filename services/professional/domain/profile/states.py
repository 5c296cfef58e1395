"""The states of a profile; what is built, what is before a reviewer, and what stands are kept apart."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.professional.domain.profile.checklist import Profession
from services.professional.domain.profile.events import (
    Council,
    ProfileApproved,
    ProfileRejected,
    ProfileSubmitted,
    ProfileSuspended,
)
from shared.eventsourcing.event import Erased

OWN: Literal["own"] = "own"
type Workplace = Literal["own"] | UUID


@dataclass(frozen=True, slots=True)
class Registration:
    """Where and under which number the person is registered."""

    council: Council
    number: str | Erased
    uf: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A document in its place."""

    document_id: UUID
    code: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the person says and shows."""

    profession: Profession | None = None
    registration: Registration | None = None
    workplace: Workplace | None = None
    documents: tuple[Attached, ...] = ()

    def with_profession(self, profession: Profession) -> "Form":
        """Another profession; a registration in a council that does not register it falls."""
        fits = self.registration is not None and self.registration.council in profession.councils
        return replace(self, profession=profession, registration=self.registration if fits else None)

    def without(self, document_id: UUID) -> "Form":
        """The form without a document."""
        return replace(self, documents=tuple(document for document in self.documents if document.document_id != document_id))

    @property
    def company_id(self) -> UUID | None:
        """The company, if the person works for one."""
        return self.workplace if isinstance(self.workplace, UUID) else None


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was rejected, and why."""

    form: Form
    verdict: ProfileRejected


@dataclass(frozen=True, slots=True)
class Drafting:
    """Being built; `refused` when the last submission was rejected."""

    form: Form
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Before a reviewer."""

    form: Form
    filed: ProfileSubmitted
    refused: Refused | None = None


type Work = Drafting | Reviewing


@dataclass(frozen=True, slots=True)
class Standing:
    """What was approved, upon which form, and which warnings of its end went out."""

    terms: ProfileApproved
    form: Form
    announced: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing yet."""


@dataclass(frozen=True, slots=True)
class InProgress:
    """Not approved so far: a draft, under review, or rejected and being corrected."""

    profile_id: UUID
    submissions: int
    work: Work


@dataclass(frozen=True, slots=True)
class Approved:
    """Approved; `renewal` is what is to follow it."""

    profile_id: UUID
    submissions: int
    standing: Standing
    renewal: Work | None = None


@dataclass(frozen=True, slots=True)
class Suspended:
    """Approved, and stopped by a supervisor; `renewal` rests."""

    profile_id: UUID
    submissions: int
    standing: Standing
    renewal: Drafting | None
    suspension: ProfileSuspended
    answer: str | Erased | None = None
    """What the professional said about it, last."""

    @property
    def answered(self) -> bool:
        """Whether the professional has said something."""
        return self.answer is not None


@dataclass(frozen=True, slots=True)
class Expired:
    """Was approved; the last day is over."""

    profile_id: UUID
    submissions: int
    standing: Standing
    renewal: Work | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """Ended; may be started anew."""

    profile_id: UUID
    submissions: int


type Profile = Blank | InProgress | Approved | Suspended | Expired | Closed
