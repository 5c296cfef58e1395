"""Who is told what by mail? Whoever holds a review is told when there is nothing left to judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from services.backoffice.domain.review.events import ReviewClosed
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.mail.outbox import write
from shared.mail.templates import Templates

CLOSED = "review-closed"


@dataclass(frozen=True)
class NoticesByMail:
    """Writes the mail in the transaction of the fact it tells."""

    templates: Templates
    name: ClassVar[str] = "notices_by_mail_1"
    not_compared: ClassVar[str] = "a mail is handed over once, in the words of its day"
    category: ClassVar[str] = "review"
    on: ClassVar[frozenset[type[Event]]] = frozenset({ReviewClosed})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One mail to the holder of each review that closed."""
        for event in events:
            fact: ReviewClosed = event.event
            if fact.claimed_by is not None:
                values = {"officer_id": str(fact.claimed_by), "protocol": fact.protocol or "—"}
                write(writes, event, fact.claimed_by, CLOSED, values, self.templates)
