"""What are people told about their account? Writes letters to the post office in the transaction of the fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from services.identity.domain.attendance.events import DeedDone
from services.identity.domain.block.events import LoginBlocked, RecoveryBlocked
from services.identity.domain.session.events import LoggedIn, RefreshTokenReused
from services.identity.domain.user.events import PasswordChanged, UserContactChanged, UserVerified
from services.identity.letters import send
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.ids import derived_id
from shared.mail.templates import Templates
from shared.postgres import Db

DEEDS_TOLD = {
    "holder-proven": "a sua conta foi comprovada como a do titular",
    "block-lifted": "os bloqueios de acesso e de recuperação da sua conta foram levantados",
    "sessions-ended": "todas as sessões da sua conta foram encerradas",
}
"""What was done at the service desk, in words; changes of contact and hand-overs have letters of their own."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what; `address` only where it is not the one on file."""

    person: UUID
    fact: str
    values: Mapping[str, str]
    address: str | None = None


@dataclass(frozen=True)
class OwnNotices:
    """The inline view that writes identity's own letters."""

    templates: Templates
    zone: ZoneInfo
    name: ClassVar[str] = "own_notices_1"
    not_compared: ClassVar[str] = "a mail is handed over once, in the words of its day"
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {UserVerified, PasswordChanged, UserContactChanged, LoginBlocked, RecoveryBlocked, LoggedIn, RefreshTokenReused, DeedDone}
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write one letter per fact that somebody is told."""
        for record in events:
            db = await writes.sent()
            if (told := await self._told(db, record)) is not None:
                mail_id = derived_id(record.id, f"mail/{told.person}")
                await send(db, self.templates, mail_id, told.fact, told.person, told.values, record.cause, address=told.address)

    async def _told(self, db: Db, record: Recorded[Any]) -> Told | None:
        match record.event:
            case UserVerified(person_id=person):
                return Told(person, "user-verified", {})
            case UserContactChanged(person_id=person):
                return Told(person, "contact-changed", {"at": self._local(record.recorded_at)})
            case LoginBlocked() | RecoveryBlocked() as event:
                fact = "login-blocked" if isinstance(event, LoginBlocked) else "recovery-blocked"
                return Told(event.person_id, fact, {"until": self._local(event.until)})
            case DeedDone(person_id=person, deed=deed, protocol=protocol, done_at=at) if deed in DEEDS_TOLD:
                return Told(person, "attendance-deed", {"at": self._local(at), "deed": DEEDS_TOLD[deed], "protocol": protocol})
            case LoggedIn(known_browser=False, logged_in_at=at):
                return await _of_session(db, record, "new-browser", self._local(at))
            case RefreshTokenReused(noticed_at=at):
                return await _of_session(db, record, "session-copied", self._local(at))
            case PasswordChanged(changed_at=at):
                person = await db.fetchval("select person_id from accounts where user_id = $1", UUID(record.stream[-36:]))
                return Told(person, "password-changed", {"at": self._local(at)}) if person else None
            case _:
                return None

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d/%m/%Y %H:%M}"


async def _of_session(db: Db, record: Recorded[Any], fact: str, at: str) -> Told | None:
    """Whose session it is; staff are told where they were invited, whatever address they have as a customer."""
    row = await db.fetchrow(
        "select s.person_id, m.email from sessions s left join staff m on m.staff_id = s.subject_id where s.session_id = $1",
        UUID(record.stream[-36:]),
    )
    return Told(row["person_id"], fact, {"at": at}, row["email"]) if row else None
