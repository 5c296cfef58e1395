"""Forgetting what a person brought and no duty keeps: the keys first, the files after them."""

from datetime import datetime
from uuid import UUID

from shared.documents.forgetting import ask_for_files
from shared.eventsourcing.keys import Keys
from shared.postgres import Db


async def forget(db: Db, keys: Keys, person: UUID, stream: str, before: datetime) -> None:
    """Destroy the keys of all that this person has here, and ask for the files to go; in the caller's transaction."""
    for sealed in await keys.streams_of(db, person, before=before):
        await keys.destroy(db, sealed, before=before)
    await db.execute("update documents set name = null where owner_person = $1 and started_at < $2", person, before)
    await ask_for_files(db, stream, before)
