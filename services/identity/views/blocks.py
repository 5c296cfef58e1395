"""What is blocked, until when? One row per block."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.identity.domain.block.events import LoginBlocked, LoginUnblocked, RecoveryBlocked, RecoveryUnblocked
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class Blocks:
    """The inline view over `block` streams."""

    name: ClassVar[str] = "blocks_1"
    category: ClassVar[str] = "block"
    tables: ClassVar[tuple[str, ...]] = ("blocks",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({LoginBlocked, LoginUnblocked, RecoveryBlocked, RecoveryUnblocked})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            match record.event:
                case LoginBlocked() | RecoveryBlocked() as event:
                    writes.add(
                        "insert into blocks (block_id, user_id, person_id, what, until) values ($1, $2, $3, $4, $5)",
                        event.block_id,
                        event.user_id,
                        event.person_id,
                        "login" if isinstance(event, LoginBlocked) else "recovery",
                        event.until,
                    )
                case LoginUnblocked() | RecoveryUnblocked() as event:
                    writes.add("update blocks set lifted_at = $2 where block_id = $1", event.block_id, event.unblocked_at)


async def holding(db: Db, person_id: UUID, now: datetime) -> Sequence[tuple[UUID, str, datetime]]:
    """The blocks of a person that hold now: id, what, until."""
    rows = await db.fetch(
        "select block_id, what, until from blocks where person_id = $1 and until > $2 and lifted_at is null order by until", person_id, now
    )
    return [(row["block_id"], row["what"], row["until"]) for row in rows]
