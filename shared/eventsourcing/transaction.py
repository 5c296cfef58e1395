"""The one way to write: begin, work, commit, with conflicts retried here and nowhere else."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import asyncpg

from shared.eventsourcing import hint
from shared.eventsourcing.limit import counted
from shared.eventsourcing.store import VersionConflict
from shared.postgres import Block, Db, Pool
from shared.tracing import span

_ATTEMPTS = 5
_CONFLICTS = (VersionConflict, asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


async def transact[T](pool: Pool, work: Callable[[Db], Awaitable[T]], *, retry: bool = True) -> T:
    """Run `work` in one read committed transaction and answer what it answers.

    A conflict with another writer is retried up to 5 times with jitter, the whole of `work` anew, so that everything it
    read is read again. `retry=False` is for edits with `If-Match`: the person must look again. Raises VersionConflict,
    and TooManyAppends past 100 appends.
    """
    return await transact_in_block(pool, lambda block: work(block.db), retry=retry)


async def transact_in_block[T](pool: Pool, work: Callable[[Block], Awaitable[T]], *, first: str = "", retry: bool = True) -> T:
    """As `transact`, for work that has a statement sent along with BEGIN, or tells its block what goes along with COMMIT."""
    attempt = 1
    while True:
        try:
            with span("transaction", attempt=attempt):
                async with pool.acquire(timeout=5) as db, Block(db, first) as block:
                    with counted():
                        answer = await work(block)
            hint.give()
            return answer
        except _CONFLICTS:
            if not retry or attempt >= _ATTEMPTS:
                raise
            await asyncio.sleep(random.uniform(0.002, 0.02) * attempt)  # noqa: S311 - jitter, not a secret
            attempt += 1
