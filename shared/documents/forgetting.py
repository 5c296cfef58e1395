"""Forgetting files: what no duty keeps is deleted from the file store, by the streams that own it, after the keys are gone."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from shared.documents.storage import Storage
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.refusal import Unavailable
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 5.0


async def forget_stream(db: Db, keys: Keys, stream: str, before: datetime) -> None:
    """Destroy the keys of a stream and of its documents, and ask for its files to go; in the caller's transaction.

    The service has a table `forgotten_streams` and runs `Forgetting`.
    """
    owned = await db.fetch("select document_id from documents where owner_stream = $1 and started_at < $2", stream, before)
    for sealed in (stream, *(f"document-{row['document_id']}" for row in owned)):
        await keys.destroy(db, sealed, before=before)
    await db.execute("update documents set name = null where owner_stream = $1 and started_at < $2", stream, before)
    await ask_for_files(db, stream, before)


async def ask_for_files(db: Db, stream: str, before: datetime) -> None:
    """Ask for the files of a stream to go."""
    await db.execute("insert into forgotten_streams (stream, before) values ($1, $2) on conflict (stream) do nothing", stream, before)


@dataclass(frozen=True)
class Forgetting:
    """Deletes files under the streams that are to be forgotten, until none is left."""

    pool: Pool
    storage: Storage

    async def run(self) -> None:
        """Work for ever; what is away is waited for."""
        while True:
            try:
                done = await self.step()
            except (*LOST, Unavailable) as error:
                log.warning("forgetting_waits", error=type(error).__name__)
                done = False
            if not done:
                await asyncio.sleep(_IDLE_SECONDS)

    async def step(self) -> bool:
        """Forget one stream's files; repeated after a crash it finds nothing more to delete."""
        row = await self.pool.fetchrow("select stream, before from forgotten_streams order by before limit 1")
        if row is None:
            return False
        gone = 0
        async for stored in self.storage.under(f"{row['stream']}/"):
            if stored.modified_at < row["before"]:
                await self.storage.delete(stored.name)
                gone += 1
        await self.pool.execute("delete from forgotten_streams where stream = $1", row["stream"])
        log.info("files_forgotten", files=gone)
        return True
