"""Staff who are answered a record of somebody are written down; those whose record it is, or who act for them, are not."""

from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.http.principal import Principal
from shared.postgres import Db

_ID = 36


async def looked(db: Db, who: Principal, stream: str, purpose: str, why: Cause) -> None:
    """Write down a look at a request or a commissioning, in the transaction that answers it."""
    if who.kind == "staff":
        await record_viewed(db, Viewed(who.actor, stream[: -_ID - 1], stream[-_ID:], purpose, "staff", why.correlation))
