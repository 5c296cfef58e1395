"""The states of a review: what waits, who holds it, who has to confirm, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.backoffice.domain.review.events import ConclusionProposed, ReviewOpened
from shared.contracts.backoffice.review import Judged, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict as it stands."""

    verdict: Verdict
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged, and the verdicts so far."""

    opened: ReviewOpened
    verdicts: Mapping[UUID, Judgement] = field(default_factory=dict)
    escalated: bool = False

    def judged(self) -> tuple[Judged, ...]:
        """The verdicts in the order of the documents."""
        return tuple(
            Judged(id=document.id, verdict=judgement.verdict, reason=judgement.reason)
            for document in self.opened.documents
            if (judgement := self.verdicts.get(document.id))
        )


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nothing yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """In its queue, held by nobody."""

    case: Case


@dataclass(frozen=True, slots=True)
class Claimed:
    """Held by one person until it expires."""

    case: Case
    claimed_by: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AwaitingSecondPerson:
    """Concluded by one person, to be confirmed by another."""

    case: Case
    proposal: ConclusionProposed


@dataclass(frozen=True, slots=True)
class Concluded:
    """Concluded; `subject_over` when the subject ended afterwards, so that nothing can reopen it."""

    case: Case
    subject_over: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """Ended without a conclusion."""

    case: Case


type Review = Unopened | Waiting | Claimed | AwaitingSecondPerson | Concluded | Closed
type Open = Waiting | Claimed | AwaitingSecondPerson
