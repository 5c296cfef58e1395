"""What are people told about their account? Writes letters to the post office in the transaction of the fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from services.identity.domain.block.events import LoginBlocked, RecoveryBlocked
from services.identity.domain.session.events import LoggedIn, RefreshTokenReused
from services.identity.domain.user.events import PasswordChanged, UserContactChanged, UserVerified
from services.identity.letters import send
from shared.eventsourcing.event import Event, Recorded
from shared.ids import derived_id
from shared.mail.templates import Templates
from shared.postgres import Db


@dataclass(frozen=True)
class OwnNotices:
    """The inline view that writes identity's own letters."""

    templates: Templates
    zone: ZoneInfo
    name: ClassVar[str] = "own_notices_1"
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {UserVerified, PasswordChanged, UserContactChanged, LoginBlocked, RecoveryBlocked, LoggedIn, RefreshTokenReused}
    )

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Write one letter per fact that somebody is told."""
        for record in events:
            told = await self._told(db, record)
            if told is not None:
                person, fact, values = told
                await send(db, self.templates, derived_id(record.id, f"mail/{person}"), fact, person, values, record.cause)

    async def _told(self, db: Db, record: Recorded[Any]) -> tuple[UUID, str, dict[str, str]] | None:
        match record.event:
            case UserVerified(person_id=person):
                return person, "user-verified", {}
            case UserContactChanged(person_id=person):
                return person, "contact-changed", {"at": self._local(record.recorded_at)}
            case LoginBlocked(person_id=person, until=until):
                return person, "login-blocked", {"until": self._local(until)}
            case RecoveryBlocked(person_id=person, until=until):
                return person, "recovery-blocked", {"until": self._local(until)}
            case LoggedIn(known_browser=False, kind="customer", person_id=person, logged_in_at=at):
                return person, "new-browser", {"at": self._local(at)}
            case PasswordChanged(changed_at=at):
                person = await db.fetchval("select person_id from accounts where user_id = $1", UUID(record.stream[-36:]))
                return (person, "password-changed", {"at": self._local(at)}) if person else None
            case RefreshTokenReused(noticed_at=at):
                person = await db.fetchval("select person_id from sessions where session_id = $1", UUID(record.stream[-36:]))
                return (person, "session-copied", {"at": self._local(at)}) if person else None
            case _:
                return None

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d/%m/%Y %H:%M}"
