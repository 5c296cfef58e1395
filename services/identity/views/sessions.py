"""Who is logged in where? One row per session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.identity.domain.session.events import LoggedIn, SecondFactorGiven, SessionEnded
from services.identity.views.accounts import plain
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that lives."""

    session_id: UUID
    subject_id: UUID
    person_id: UUID
    kind: str
    amr: Sequence[str]
    browser_id: UUID
    browser: str | None
    shared_device: bool
    started_at: datetime
    authenticated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class UsableSession:
    """A live session whose refresh token is still good, and for how long."""

    session: OpenSession
    last_used_at: datetime
    idle_until: datetime
    expires_at: datetime


_COLUMNS = "session_id, subject_id, person_id, kind, amr, browser_id, browser, shared_device, started_at, authenticated_at, version"


class Sessions:
    """The inline view over `session` streams."""

    name: ClassVar[str] = "sessions_1"
    category: ClassVar[str] = "session"
    tables: ClassVar[tuple[str, ...]] = ("sessions",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({LoggedIn, SecondFactorGiven, SessionEnded})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            match record.event:
                case LoggedIn() as event:
                    _begin(writes, event)
                case SecondFactorGiven() as event:
                    writes.add(
                        "update sessions set authenticated_at = $2, version = $3 where session_id = $1",
                        UUID(record.stream[-36:]),
                        event.given_at,
                        record.version,
                    )
                case SessionEnded() as event:
                    writes.add(
                        "update sessions set ended_at = $2, because = $3, version = $4 where session_id = $1",
                        event.session_id,
                        event.at,
                        event.because,
                        record.version,
                    )


def _begin(writes: Writes, event: LoggedIn) -> None:
    writes.add(
        "insert into sessions (session_id, subject_id, person_id, kind, amr, browser_id, browser, shared_device, started_at,"
        " authenticated_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1)",
        event.session_id,
        event.subject_id,
        event.person_id,
        event.kind,
        list(event.amr),
        event.browser_id,
        plain(event.browser),
        event.shared_device,
        event.logged_in_at,
    )


async def find_live(db: Db, session_id: UUID) -> OpenSession | None:
    """A session that has not ended."""
    row = await db.fetchrow(f"select {_COLUMNS} from sessions where session_id = $1 and ended_at is null", session_id)
    return OpenSession(*row) if row else None


async def hold_live(db: Db, session_id: UUID) -> bool:
    """Whether a session lives; nobody ends it until the transaction ends."""
    return bool(await db.fetchval("select true from sessions where session_id = $1 and ended_at is null for share", session_id))


async def why_ended(db: Db, session_id: UUID) -> str | None:
    """Why a session ended; None while it lives, or never was."""
    because: str | None = await db.fetchval("select because from sessions where session_id = $1", session_id)
    return because


async def all_live_of(db: Db, subject_id: UUID) -> Sequence[UUID]:
    """Every live session of a user or staff member, however many."""
    rows = await db.fetch("select session_id from sessions where subject_id = $1 and ended_at is null order by session_id", subject_id)
    return [row["session_id"] for row in rows]


async def usable_of(db: Db, subject_id: UUID, now: datetime) -> Sequence[UsableSession]:
    """The live sessions that can still be gone on with, newest first."""
    columns = ", ".join(f"s.{column.strip()}" for column in _COLUMNS.split(","))
    rows = await db.fetch(
        f"select {columns}, t.rotated_at, t.idle_until, t.expires_at from sessions s join refresh_tokens t using (session_id)"
        " where s.subject_id = $1 and s.ended_at is null and t.idle_until > $2 and t.expires_at > $2 order by s.started_at desc limit 200",
        subject_id,
        now,
    )
    return [UsableSession(OpenSession(*row[:-3]), *row[-3:]) for row in rows]


async def staff_sessions_of(db: Db, person_id: UUID) -> Sequence[UUID]:
    """The sessions in which a person worked here as staff."""
    rows = await db.fetch("select session_id from sessions where person_id = $1 and kind = 'staff'", person_id)
    return [row["session_id"] for row in rows]


async def forget_browsers(db: Db, subject_id: UUID) -> None:
    """What somebody's browsers called themselves; the events tell it no more either, once their keys are destroyed."""
    await db.execute("update sessions set browser = null where subject_id = $1", subject_id)
