"""Which documents are there, whose, and are they good? Inline, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from shared.documents.decider import DocumentNotFound
from shared.documents.events import (
    DOCUMENT_EVENTS,
    DocumentProduced,
    DocumentRefused,
    DocumentVerified,
    OrphanCollected,
    UploadStarted,
)
from shared.eventsourcing.event import Erased, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

type State = Literal["under-verification", "clean", "refused", "collected"]


class DocumentNotVerifiedYet(Refusal):
    """Still being looked at."""

    sentence = "O documento ainda está sendo verificado. Aguarde alguns segundos e tente de novo."


class DocumentWasRefused(Refusal):
    """Looked at and refused."""

    code = "document-refused"
    sentence = "O documento foi recusado na verificação. Envie outro arquivo."


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """A document a command may rest on."""

    id: UUID
    code: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What is kept of a document."""

    document_id: UUID
    owner_stream: str
    owner_person: UUID
    code: str
    name: str | None
    state: State
    reason: str | None
    sha256: str | None
    size: int
    media_type: str
    pages: int | None
    started_at: datetime
    settled_at: datetime | None
    version: int


_COLUMNS = (
    "document_id, owner_stream, owner_person, code, name, state, reason, sha256, size, media_type, pages, started_at, settled_at, version"
)


class DocumentsView:
    """Keeps the table `documents`."""

    name: ClassVar[str] = "documents_1"
    category: ClassVar[str] = "document"
    tables: ClassVar[tuple[str, ...]] = ("documents",)
    on: ClassVar[frozenset[type[Event]]] = frozenset(DOCUMENT_EVENTS)

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order."""
        for record in events:
            self._one(writes, record.event, record.version)

    def _one(self, writes: Writes, fact: object, version: int) -> None:
        match fact:
            case UploadStarted():
                self._open(writes, fact, "under-verification", version)
                sql = "update documents set declared_sha256 = $2, started_at = $3 where document_id = $1"
                writes.add(sql, fact.document_id, fact.declared_sha256, fact.started_at)
            case DocumentProduced():
                self._open(writes, fact, "clean", version)
                sql = "update documents set sha256 = $2, started_at = $3, settled_at = $3 where document_id = $1"
                writes.add(sql, fact.document_id, fact.sha256, fact.produced_at)
            case DocumentVerified():
                self._settle(writes, fact.document_id, "clean", None, fact.verified_at, version)
                sql = "update documents set sha256 = $2, size = $3, pages = $4 where document_id = $1"
                writes.add(sql, fact.document_id, fact.sha256, fact.size, fact.pages)
            case DocumentRefused():
                self._settle(writes, fact.document_id, "refused", fact.reason, fact.refused_at, version)
            case OrphanCollected():
                self._settle(writes, fact.document_id, "collected", None, fact.collected_at, version)

    def _open(self, writes: Writes, fact: UploadStarted | DocumentProduced, state: State, version: int) -> None:
        writes.add(
            "insert into documents (document_id, owner_stream, owner_person, code, name, state, size, media_type, started_at, version)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9)",
            fact.document_id,
            fact.owner_stream,
            fact.owner_person,
            fact.code,
            _clear(fact.name),
            state,
            fact.size,
            fact.media_type,
            version,
        )

    def _settle(self, writes: Writes, document: UUID, state: State, reason: str | None, at: datetime, version: int) -> None:
        writes.add(
            "update documents set state = $2, reason = $3, settled_at = $4, version = $5 where document_id = $1",
            document,
            state,
            reason,
            at,
            version,
        )


def _clear(name: str | Erased) -> str | None:
    return None if isinstance(name, Erased) else name


async def find_document(db: Db, document_id: UUID) -> DocumentRow | None:
    """One document."""
    row = await db.fetchrow(f"select {_COLUMNS} from documents where document_id = $1", document_id)
    return DocumentRow(**dict(row)) if row else None


async def find_documents(db: Db, ids: Sequence[UUID]) -> list[DocumentRow]:
    """Those of these documents that exist."""
    rows = await db.fetch(f"select {_COLUMNS} from documents where document_id = any($1)", list(ids))
    return [DocumentRow(**dict(row)) for row in rows]


async def documents_of(db: Db, owner_stream: str) -> list[DocumentRow]:
    """The documents of a stream, oldest first; those never uploaded are left out."""
    rows = await db.fetch(
        f"select {_COLUMNS} from documents where owner_stream = $1 and state <> 'collected' order by started_at, document_id",
        owner_stream,
    )
    return [DocumentRow(**dict(row)) for row in rows]


async def get_clean_document(
    db: Db, document_id: UUID, owner_person: UUID | None = None, *, owner_stream: str | None = None
) -> CleanDocument:
    """A good document of this person (or of this stream), locked for the deciding transaction.

    Raises DocumentNotFound, DocumentNotVerifiedYet, DocumentWasRefused.
    """
    found = await db.fetchrow(f"select {_COLUMNS} from documents where document_id = $1 for share", document_id)
    row = DocumentRow(**dict(found)) if found else None
    if row is None or owner_person not in {None, row.owner_person} or owner_stream not in {None, row.owner_stream}:
        raise DocumentNotFound
    if row.state == "clean" and row.sha256 is not None:
        return CleanDocument(row.document_id, row.code, row.sha256, row.size, row.media_type)
    if row.state == "under-verification":
        raise DocumentNotVerifiedYet(extra={"document_id": document_id})
    if row.state == "refused":
        raise DocumentWasRefused(extra={"document_id": document_id, "reason": row.reason})
    raise DocumentNotFound
