"""What are professionals told by e-mail? Inline: the mail is written with the fact it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.professional.domain.profile.events import (
    ExpiryAnnounced,
    ProfileApproved,
    ProfileExpired,
    ProfileReinstated,
    ProfileRejected,
    ProfileSubmitted,
    ProfileSuspended,
)
from services.professional.views.requirements import PROFESSIONS, REASONS, SUSPENSION_REASONS, label_of
from shared.calendar import Calendar
from shared.contracts.backoffice.review import Reason
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.mail import Templates, write
from shared.postgres import Db

STANDS = "O perfil que já estava aprovado continua valendo."


@dataclass(frozen=True)
class Notices:
    """Writes mails into the outbox."""

    templates: Templates
    calendar: Calendar
    name: ClassVar[str] = "notices_1"
    not_compared: ClassVar[str] = "a mail is handed over once, in the words of its day"
    category: ClassVar[str] = "profile"
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {ProfileSubmitted, ProfileApproved, ProfileRejected, ProfileSuspended, ProfileReinstated, ExpiryAnnounced, ProfileExpired}
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """One mail per fact."""
        for record in events:
            person = UUID(record.stream[-36:])
            fact, values = await self._words(writes, record.event, self.calendar.today(record.recorded_at))
            write(writes, record, person, fact, {"person_id": str(person), **values}, self.templates)

    async def _words(self, writes: Writes, event: Event, today: date) -> tuple[str, Mapping[str, str]]:
        match event:
            case ProfileSubmitted(protocol=protocol, due_on=due):
                return "profile-submitted", {"protocol": protocol, "due_on": day(due)}
            case ProfileApproved(profession=profession, valid_until=until):
                called = await label_of(await writes.sent(), PROFESSIONS, profession, today)
                return "profile-approved", {"profession": called, "valid_until": day(until)}
            case ProfileRejected():
                return "profile-rejected", await self._rejected(await writes.sent(), event, today)
            case ProfileSuspended(reason=reason):
                return "profile-suspended", {"reason": await label_of(await writes.sent(), SUSPENSION_REASONS, reason.code, today)}
            case ProfileReinstated(valid_until=until):
                return "profile-reinstated", {"valid_until": day(until)}
            case ExpiryAnnounced(days=days, valid_until=until):
                return "profile-expiring", {"days": str(days), "valid_until": day(until)}
            case ProfileExpired():
                return "profile-expired", {}
            case _:
                raise TypeError(type(event).__name__)

    async def _rejected(self, db: Db, event: ProfileRejected, today: date) -> Mapping[str, str]:
        given = [*event.reasons, *(judged.reason for judged in event.documents if judged.reason is not None)]
        lines = dict.fromkeys([await self._line(db, reason, today) for reason in given])
        return {"reasons": "\n".join(lines) or "- Veja os detalhes no seu perfil.", "standing": STANDS if event.approval_stands else ""}

    async def _line(self, db: Db, reason: Reason, today: date) -> str:
        called = await label_of(db, REASONS, reason.code, today)
        return "- " + called + (f": {reason.text}" if reason.text else "") + (f" ({reason.article})" if reason.article else "")


def day(value: date | datetime) -> str:
    """A date as people write it here."""
    return value.strftime("%d/%m/%Y")
