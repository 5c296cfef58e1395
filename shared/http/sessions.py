"""Ended sessions: a token lives five minutes, its session may end sooner; every service remembers for ten."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.identity.session import SessionEnded
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Pool


class EndedSessions:
    """Which sessions have ended? A foreign view; on in every service."""

    name: ClassVar[str] = "ended_sessions_1"
    not_compared: ClassVar[str] = "rows go after ten minutes, when no token can name their session any more"
    on: ClassVar[frozenset[type[Event]]] = frozenset({SessionEnded})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Remember each."""
        writes.add_each(
            "insert into ended_sessions (session_id, person_id, at) values ($1, $2, $3) on conflict (session_id) do nothing",
            [(record.event.session_id, record.event.person_id, record.event.at) for record in events],
        )


async def has_ended(pool: Pool, session: UUID) -> bool:
    """Whether this session is known to have ended."""
    return bool(await pool.fetchval("select exists (select 1 from ended_sessions where session_id = $1)", session))


async def forget_ended(pool: Pool) -> None:
    """Drop what no living token can refer to any more."""
    await pool.execute("delete from ended_sessions where at < now() - interval '10 minutes'")
