"""The rules of a document: announced, verified or refused once, collected when nothing came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from shared.documents.events import (
    DocumentProduced,
    DocumentRefused,
    DocumentVerified,
    MediaType,
    OrphanCollected,
    Reason,
    UploadStarted,
)
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.refusal import NotFound, Refusal

type DocumentEvent = UploadStarted | DocumentVerified | DocumentRefused | OrphanCollected | DocumentProduced


class DocumentNotFound(NotFound):
    """No such document, or not yours."""

    sentence = "Documento não encontrado."


class DocumentAlreadyStarted(Refusal):
    """The id is taken by another document."""

    sentence = "Este documento já foi iniciado."


@dataclass(frozen=True, slots=True)
class Owner:
    """The stream a document belongs to, and whose personal data it holds."""

    stream: str
    person: UUID


@dataclass(frozen=True, slots=True)
class StartUpload:
    """Announce a file."""

    document_id: UUID
    owner: Owner
    code: str
    name: str
    size: int
    media_type: MediaType
    declared_sha256: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class VerifyDocument:
    """The file was looked at and is good."""

    sha256: str
    size: int
    pages: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class RefuseDocument:
    """The file was looked at and is not."""

    reason: Reason
    now: datetime


@dataclass(frozen=True, slots=True)
class CollectOrphan:
    """Nothing came."""

    now: datetime


@dataclass(frozen=True, slots=True)
class KeepProduced:
    """Keep a document that this service made."""

    document_id: UUID
    owner: Owner
    code: str
    name: str
    media_type: MediaType
    sha256: str
    size: int
    now: datetime


type DocumentCommand = StartUpload | VerifyDocument | RefuseDocument | CollectOrphan | KeepProduced


@dataclass(frozen=True, slots=True)
class Unknown:
    """Before it was announced."""


@dataclass(frozen=True, slots=True)
class UnderVerification:
    """Announced; the file is on its way or being looked at."""

    document_id: UUID
    owner: Owner
    size: int
    media_type: MediaType
    declared_sha256: str | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Clean:
    """Good, and kept under its digest."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not good; a new upload is a new document."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Collected:
    """Nothing came."""


type DocumentState = Unknown | UnderVerification | Clean | Refused | Collected


def decide(command: DocumentCommand, state: DocumentState) -> Sequence[DocumentEvent]:
    """What a command leads to."""
    match command, state:
        case StartUpload() as start, Unknown():
            return [
                UploadStarted(
                    document_id=start.document_id,
                    owner_stream=start.owner.stream,
                    owner_person=start.owner.person,
                    code=start.code,
                    name=start.name,
                    size=start.size,
                    media_type=start.media_type,
                    declared_sha256=start.declared_sha256,
                    started_at=start.now,
                )
            ]
        case KeepProduced() as keep, Unknown():
            return [
                DocumentProduced(
                    document_id=keep.document_id,
                    owner_stream=keep.owner.stream,
                    owner_person=keep.owner.person,
                    code=keep.code,
                    name=keep.name,
                    media_type=keep.media_type,
                    sha256=keep.sha256,
                    size=keep.size,
                    produced_at=keep.now,
                )
            ]
        case KeepProduced(sha256=sha256), Clean(sha256=kept) if sha256 == kept:
            return []
        case StartUpload() | KeepProduced(), _:
            raise DocumentAlreadyStarted
        case VerifyDocument() | RefuseDocument() | CollectOrphan(), Unknown():
            raise DocumentNotFound
        case VerifyDocument() as good, UnderVerification(document_id=document_id):
            return [DocumentVerified(document_id=document_id, sha256=good.sha256, size=good.size, pages=good.pages, verified_at=good.now)]
        case RefuseDocument() as bad, UnderVerification(document_id=document_id):
            return [DocumentRefused(document_id=document_id, reason=bad.reason, refused_at=bad.now)]
        case CollectOrphan() as collect, UnderVerification(document_id=document_id):
            return [OrphanCollected(document_id=document_id, collected_at=collect.now)]
        case _:
            return []


def evolve(state: DocumentState, event: DocumentEvent) -> DocumentState:  # noqa: ARG001 - each event says all of the new state
    """The state after an event."""
    match event:
        case UploadStarted():
            owner = Owner(event.owner_stream, event.owner_person)
            return UnderVerification(event.document_id, owner, event.size, event.media_type, event.declared_sha256, event.started_at)
        case DocumentVerified() | DocumentProduced():
            return Clean(event.sha256)
        case DocumentRefused():
            return Refused(event.reason)
        case OrphanCollected():
            return Collected()
        case _:
            assert_never(event)


DOCUMENT: Decider[DocumentCommand, DocumentState, DocumentEvent] = Decider(Unknown(), decide, evolve)
