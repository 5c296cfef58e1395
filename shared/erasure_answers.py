"""What a service answers when a person asked to be forgotten, on a stream of that request alone."""

from uuid import UUID

from shared.contracts.erasure import ErasureApplied
from shared.eventsourcing.event import Cause
from shared.eventsourcing.store import Store
from shared.postgres import Db


async def answer_once(db: Db, store: Store, stream: str, answer: ErasureApplied, cause: Cause, event_id: UUID) -> None:
    """Answer as the first event of the stream, unless it is answered already; in the caller's transaction.

    After a restore the service's topics have given its answer back, while its database holds again what was forgotten: what is
    destroyed in this transaction must not be undone because of the answer.
    """
    if not await db.fetchval("select exists (select from events where stream = $1)", stream):
        await store.append(db, stream, [answer], expected=0, cause=cause, ids=[event_id])
