"""What happens to a document: private events of the service that owns it, in the stream `document-<uuid>`."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event, Personal

type Reason = Literal["too-big", "empty", "wrong-type", "encrypted", "unreadable", "too-many-pixels", "infected", "checksum-differs"]
type MediaType = Literal["application/pdf", "image/jpeg", "image/png"]


class UploadStarted(Event):
    """Somebody was given an address to put a file at."""

    document_id: UUID
    owner_stream: str
    owner_person: UUID
    code: str
    name: Personal[str]
    size: int
    media_type: MediaType
    declared_sha256: str | None
    started_at: datetime


class DocumentVerified(Event):
    """The file is what it says it is, opens, and is free of known malware; its bytes are kept under their digest."""

    document_id: UUID
    sha256: str
    size: int
    pages: int | None
    verified_at: datetime


class DocumentRefused(Event):
    """The file cannot be taken."""

    document_id: UUID
    reason: Reason
    refused_at: datetime


class OrphanCollected(Event):
    """No file came within a day."""

    document_id: UUID
    collected_at: datetime


class DocumentProduced(Event):
    """The service made a document itself: a form, a receipt, a report."""

    document_id: UUID
    owner_stream: str
    owner_person: UUID
    code: str
    name: Personal[str]
    media_type: MediaType
    sha256: str
    size: int
    produced_at: datetime


DOCUMENT_EVENTS: tuple[type[Event], ...] = (UploadStarted, DocumentVerified, DocumentRefused, OrphanCollected, DocumentProduced)
