"""A service small enough to look through: notes that one person writes and changes, with documents and a catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from shared.catalogue import CATALOGUE, CataloguesView, PublishCatalogue, Published
from shared.clock import utc_now
from shared.contracts.catalogue import CataloguePublished
from shared.documents.decider import DOCUMENT, DocumentNotFound, Owner
from shared.documents.documents import Documents
from shared.documents.events import DOCUMENT_EVENTS
from shared.documents.router import DocumentsDeps, documents_router
from shared.documents.view import DocumentsView
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Cause, Event
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.refusal import Malformed, NotFound, Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer
from shared.http.catalogues import catalogues_router
from shared.http.cause import cause
from shared.http.etag import etag, if_match, required_if_match
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone, person, service_call, signed_in, staff, step_up
from shared.ids import new_id
from shared.imports import ImportKind, Row
from shared.postgres import Db
from shared.service import Parts, Platform, Service
from shared.settings import ServiceSettings


class NoteWritten(Event):
    """Somebody wrote a note."""

    text: str
    by: UUID
    at: datetime


class NoteIsFull(Refusal):
    """Long enough."""

    sentence = "A nota está cheia."
    article = "art. 1º"


@dataclass(frozen=True)
class WriteNote:
    """Write a text."""

    text: str
    by: UUID


@dataclass(frozen=True)
class Note:
    """The last text."""

    text: str = ""
    by: UUID | None = None


def decide(command: WriteNote, state: Note) -> Sequence[NoteWritten]:
    """A full note takes nothing more."""
    if state.text == "full":
        raise NoteIsFull
    return [] if state.text == command.text else [NoteWritten(text=command.text, by=command.by, at=utc_now())]


def evolve(state: Note, event: NoteWritten) -> Note:
    """The last text."""
    del state
    return Note(event.text, event.by)


NOTE: Decider[WriteNote, Note, NoteWritten] = Decider(Note(), decide, evolve)


class SampleSettings(ServiceSettings):
    """As any service."""

    service: ClassVar[str] = "sample"


@dataclass(frozen=True, kw_only=True)
class SampleParts(Parts):
    """Notes and documents."""

    notes: Handler[WriteNote, Note, NoteWritten]
    documents: Documents
    catalogues: Handler[PublishCatalogue, Published, CataloguePublished]


def parts_of(request: Request) -> SampleParts:
    """The parts behind a route."""
    return cast("SampleParts", request.app.state.parts)


class NoteBody(Body):
    """A text."""

    text: str = Field(min_length=1, max_length=40)
    count: int = 0


class NoteAnswer(Answer):
    """A text."""

    text: str


router = APIRouter(prefix="/v1/notes", tags=["notes"])


@router.post("", status_code=201, responses=refuses(NoteIsFull))
async def write(
    body: NoteBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    parts: Annotated[SampleParts, Depends(parts_of)],
) -> CreatedAnswer:
    """Escrever uma nota."""

    async def work(db: Db) -> Reply:
        outcome = await parts.notes(db, new_id(), WriteNote(body.text, who.pid), why)
        return Reply(201, f"/v1/notes/{outcome.id}", {"id": str(outcome.id)}, outcome.version)

    return created(await key.transact(parts.platform.pool, work), response)


@router.put("/{note}")
async def change(
    note: UUID,
    body: NoteBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    expected: Annotated[int, Depends(required_if_match)],
    parts: Annotated[SampleParts, Depends(parts_of)],
) -> NoteAnswer:
    """Mudar uma nota."""
    outcome = await transact(
        parts.platform.pool, lambda db: parts.notes(db, note, WriteNote(body.text, who.pid), why, expected=expected), retry=False
    )
    response.headers["ETag"] = etag(outcome.version)
    return NoteAnswer(text=outcome.state.text)


@router.get("/{note}")
async def show(
    note: UUID, response: Response, who: Annotated[Principal, Depends(signed_in)], parts: Annotated[SampleParts, Depends(parts_of)]
) -> NoteAnswer:
    """Ler uma nota."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        state, version = await parts.notes.load(db, note)
    if state.by != who.pid:
        raise NotFound
    response.headers["ETag"] = etag(version)
    return NoteAnswer(text=state.text)


@router.post("/{note}/reviews")
async def review(
    note: UUID, who: Annotated[Principal, Depends(staff("reviewer"))], seen: Annotated[int | None, Depends(if_match)]
) -> NoteAnswer:
    """Rever."""
    del note, seen
    return NoteAnswer(text=who.actor)


@router.post("/{note}/removals")
async def remove(note: UUID, who: Annotated[Principal, Depends(step_up("admin"))]) -> NoteAnswer:
    """Remover."""
    del note
    return NoteAnswer(text=who.actor)


@router.get("/internal/names")
async def names(who: Annotated[Principal, Depends(service_call)]) -> NoteAnswer:
    """De serviço a serviço."""
    return NoteAnswer(text=f"{who.actor} {who.purpose}")


@router.get("/public/hello")
async def hello(who: Annotated[Principal | None, Depends(anyone)]) -> NoteAnswer:
    """Para qualquer um."""
    return NoteAnswer(text=who.actor if who else "anyone")


@router.get("/public/broken")
async def broken(_: Annotated[object, Depends(anyone)]) -> NoteAnswer:
    """Um erro nosso."""
    message = "123.456.789-09"
    raise RuntimeError(message)


async def take(db: Db, row: Row, why: Cause) -> bool:
    """Take a row of a file into the idempotency table, which any service has."""
    if row["number"] == "bad":
        raise Malformed
    done = await db.execute(
        "insert into arrivals (document_id) values ($1) on conflict do nothing",
        UUID(int=int(row["number"]) + why.correlation.int % 1000 * 0),
    )
    return done.endswith("1")


def build(platform: Platform) -> SampleParts:
    """Compose."""
    store = platform.store([DocumentsView(), CataloguesView()])
    documents = Documents(platform.pool, platform.storage, Handler("document", DOCUMENT, store), platform.clock, "sample", 1024 * 1024)

    async def may_attach(db: Db, who: Principal, owner: UUID, _code: str) -> Owner:
        del db
        if owner != who.pid:
            raise DocumentNotFound
        return Owner(f"note-{owner}", who.pid)

    def deps(request: Request) -> DocumentsDeps:
        return DocumentsDeps(parts_of(request).documents, may_attach)

    return SampleParts(
        platform=platform,
        store=store,
        routers=[router, documents_router("note-documents", deps), catalogues_router("/v1/note-catalogues")],
        imports={"numbers": ImportKind(frozenset({"number"}), take)},
        notes=Handler("note", NOTE, store),
        documents=documents,
        catalogues=Handler("catalogue", CATALOGUE, store),
    )


def sample() -> Service:
    """The service."""
    return Service(
        name="sample",
        digit=9,
        root=Path(__file__).parent,
        settings=SampleSettings,
        events=[NoteWritten, CataloguePublished, *DOCUMENT_EVENTS],
        published={},
        build=build,
    )
