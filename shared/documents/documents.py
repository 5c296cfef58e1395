"""The documents of one service: announce, verify, keep; what its routes, reactions and worker call."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.clock import Clock
from shared.documents.decider import (
    CollectOrphan,
    DocumentCommand,
    DocumentEvent,
    DocumentState,
    KeepProduced,
    Owner,
    RefuseDocument,
    StartUpload,
    VerifyDocument,
)
from shared.documents.events import MediaType
from shared.documents.storage import UPLOAD_LIVES, Storage, StorageAway
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler, Outcome
from shared.postgres import Db, Pool

DOOR = "incoming/"
"""Where uploads land: the prefix of objects that nobody has looked at."""

type DocumentHandler = Handler[DocumentCommand, DocumentState, DocumentEvent]


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Bytes that are in the bucket, ready to be kept as a document."""

    sha256: str
    size: int
    media_type: MediaType


@dataclass(frozen=True, slots=True)
class Address:
    """Where a browser puts the bytes, until when."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Documents:
    """Documents of one service. `service` names it in the causes of what the worker does."""

    pool: Pool
    storage: Storage
    handler: DocumentHandler
    clock: Clock
    service: str
    max_bytes: int = 20 * 1024 * 1024

    async def start(self, db: Db, command: StartUpload, cause: Cause) -> Outcome[DocumentState]:
        """Announce an upload."""
        return await self.handler(db, command.document_id, command, cause, person=command.owner.person)

    def address(self, document_id: UUID) -> Address:
        """A fresh address for the bytes of an announced document."""
        return Address(self.storage.upload_url(incoming(document_id)), self.clock() + UPLOAD_LIVES)

    async def may_be_there(self, document_id: UUID) -> bool:
        """Whether the bytes of an announced document have come; while the store is away that is not known, and is left to the worker."""
        try:
            return await self.storage.find(incoming(document_id)) is not None
        except StorageAway:
            return True

    async def arrived(self, db: Db, document_id: UUID) -> None:
        """Ask the worker to look at the file."""
        await db.execute(
            "insert into arrivals (document_id) values ($1) on conflict (document_id) do update set next_try_at = now(), tries = 0",
            document_id,
        )

    async def verified(self, db: Db, document_id: UUID, command: VerifyDocument | RefuseDocument | CollectOrphan) -> None:
        """Record what the worker found."""
        await self.handler(db, document_id, command, Cause(f"service:{self.service}", correlation=document_id))
        await db.execute("delete from arrivals where document_id = $1", document_id)

    async def store_bytes(self, owner_stream: str, content: bytes, media_type: MediaType) -> StoredBytes:
        """Put bytes that this service made into the bucket, before the transaction that keeps them."""
        sha256 = hashlib.sha256(content).hexdigest()
        await self.storage.put(kept(owner_stream, sha256), content, media_type)
        return StoredBytes(sha256, len(content), media_type)

    async def keep(
        self,
        db: Db,
        document_id: UUID,
        owner: Owner,
        code: str,
        name: str,
        stored: StoredBytes,
        cause: Cause,
        *,
        reaction: str | None = None,
    ) -> Outcome[DocumentState]:
        """Keep stored bytes as a document, in the caller's transaction; a repeated call is already so."""
        command = KeepProduced(document_id, owner, code, name, stored.media_type, stored.sha256, stored.size, self.clock())
        return await self.handler(db, document_id, command, cause, person=owner.person, reaction=reaction)

    async def read(self, owner_stream: str, sha256: str) -> bytes | None:
        """The bytes of a kept document."""
        return await self.storage.get(kept(owner_stream, sha256))

    def download_url(self, owner_stream: str, sha256: str, name: str, media_type: str) -> str:
        """A short-lived address to download a kept document; the caller logs who asked."""
        return self.storage.download_url(kept(owner_stream, sha256), name, media_type)


def incoming(document_id: UUID) -> str:
    """Where an upload lands, before anybody has looked at it."""
    return f"{DOOR}{document_id}"


def kept(owner_stream: str, sha256: str) -> str:
    """Where good bytes stay: under the stream that owns them, so that erasure is by prefix."""
    return f"{owner_stream}/{sha256}"
