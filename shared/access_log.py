"""Who looked at what, why: one row per look at somebody's record or document, kept apart from the events."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.ids import new_id
from shared.postgres import Db

type Channel = Literal["portal", "store", "phone", "staff", "service"]


@dataclass(frozen=True, slots=True)
class Viewed:
    """A look: `what` was looked at (`document`, `profile`), which one, and to what purpose."""

    actor: str
    what: str
    object: str
    purpose: str
    channel: Channel
    correlation: UUID | None = None


async def record_viewed(db: Db, viewed: Viewed) -> UUID:
    """Write the look down, in the transaction that answers it; it travels on the topic `<service>.access-log`."""
    look = new_id()
    await db.execute(
        "insert into access_log (id, actor, what, object, purpose, channel, correlation) values ($1, $2, $3, $4, $5, $6, $7)",
        look,
        viewed.actor,
        viewed.what,
        viewed.object,
        viewed.purpose,
        viewed.channel,
        viewed.correlation,
    )
    return look
