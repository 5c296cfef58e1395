"""What one event asks of many streams, done in parts: some per transaction, the rest in the next, and each once."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from shared.eventsourcing.handler import Outcome
from shared.eventsourcing.store import AlreadyRecorded
from shared.postgres import Db, savepoint

AT_ONCE = 50
"""How many streams a part appends to: half of what a transaction may, since a command may lead to a second append."""


async def in_parts(db: Db, ids: Iterable[UUID], act: Callable[[UUID], Awaitable[Outcome[Any]]]) -> bool:
    """Act on each until 50 have been appended to; whether some are left for another transaction.

    Coming again is harmless: what is already so appends nothing, and what was recorded by a part before stays as it became.
    """
    done = 0
    for id in ids:  # noqa: A001 - the word of the field
        if done == AT_ONCE:
            return True
        try:
            async with savepoint(db):
                outcome = await act(id)
        except AlreadyRecorded:
            continue
        done += bool(outcome.events)
    return False
