"""The routes of a service's documents: announce, complete, ask, look; the same in every service that has them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from shared.access_log import Viewed, record_viewed
from shared.documents.decider import DocumentNotFound, Owner, StartUpload
from shared.documents.documents import Documents
from shared.documents.events import MediaType
from shared.documents.storage import DOWNLOAD_LIVES
from shared.documents.view import DocumentNotVerifiedYet, DocumentRow, DocumentWasRefused, find_document, find_documents
from shared.documents.words import RefusalAnswer, refusal_of
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Malformed, NotFound, Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer, PlainLine
from shared.http.cause import cause
from shared.http.etag import etag
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, signed_in
from shared.ids import new_id
from shared.postgres import Db

type MayAttach = Callable[[Db, Principal, UUID, str], Awaitable[Owner]]
type DepsOf = Callable[[Request], DocumentsDeps | Awaitable[DocumentsDeps]]
type SeenBy = Callable[[Db, Principal, Sequence[DocumentRow]], Awaitable[list[DocumentRow]]]


class FileTooBig(Malformed):
    """Announced as larger than is taken."""

    sentence = "O arquivo é maior do que o permitido."


class FileEmpty(Malformed):
    """Announced as having no bytes."""

    sentence = "O arquivo está vazio. Escolha outro arquivo."


class FileNotReceived(Refusal):
    """Said to be sent, and not there."""

    sentence = "O arquivo ainda não chegou. Envie-o de novo e conclua o envio."


async def owner_or_staff(db: Db, principal: Principal, rows: Sequence[DocumentRow]) -> list[DocumentRow]:  # noqa: ARG001 - others look further
    """Who may see documents where the service says nothing else: their owner, and staff."""
    return [row for row in rows if principal.kind == "staff" or principal.pid == row.owner_person]


@dataclass(frozen=True)
class DocumentsDeps:
    """What the routes need of a service: its documents, who may attach to what, which of some documents somebody may see."""

    documents: Documents
    may_attach: MayAttach
    seen_by: SeenBy = owner_or_staff


class StartDocumentBody(Body):
    """A file to come."""

    owner_id: UUID
    code: str = Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_-]+$")
    name: Annotated[PlainLine, Field(min_length=1, max_length=120)]
    size: int = Field(ge=0)
    media_type: MediaType
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class ViewDocumentBody(Body):
    """Why somebody looks."""

    purpose: str = Field(min_length=3, max_length=60, pattern=r"^[a-z][a-z0-9-]*$")


class PartAnswer(Answer):
    """One request that brings bytes."""

    n: int
    method: Literal["PUT"]
    url: str
    headers: dict[str, str]


class UploadAnswer(Answer):
    """How to bring the bytes, and until when."""

    kind: Literal["single"]
    parts: list[PartAnswer]
    expires_at: datetime


class StartedAnswer(CreatedAnswer):
    """An announced document and where its bytes go."""

    upload: UploadAnswer


class DocumentAnswer(Answer):
    """A document as it stands."""

    id: UUID
    code: str
    name: str | None
    state: Literal["verifying", "ready", "refused", "gone"]
    refusal: RefusalAnswer | None
    size: int
    media_type: str
    sha256: str | None
    pages: int | None
    started_at: datetime
    version: int
    server_time: datetime


class LookAnswer(Answer):
    """A short-lived address to look at the file."""

    url: str
    expires_at: datetime


_STATES: dict[str, Literal["verifying", "ready", "refused", "gone"]] = {
    "under-verification": "verifying",
    "clean": "ready",
    "refused": "refused",
    "collected": "gone",
}


def _answer(row: DocumentRow, now: datetime) -> DocumentAnswer:
    return DocumentAnswer(
        id=row.document_id,
        code=row.code,
        name=row.name,
        state=_STATES[row.state],
        refusal=refusal_of(row.reason),
        size=row.size,
        media_type=row.media_type,
        sha256=row.sha256,
        pages=row.pages,
        started_at=row.started_at,
        version=row.version,
        server_time=now,
    )


def _upload(deps: DocumentsDeps, document_id: UUID, media_type: str) -> UploadAnswer:
    address = deps.documents.address(document_id)
    part = PartAnswer(n=1, method="PUT", url=address.url, headers={"Content-Type": media_type})
    return UploadAnswer(kind="single", parts=[part], expires_at=address.expires_at)


async def _seen(db: Db, deps: DocumentsDeps, who: Principal, document_id: UUID) -> DocumentRow:
    row = await find_document(db, document_id)
    if row is None or not await deps.seen_by(db, who, [row]):
        raise DocumentNotFound
    return row


async def _brought(db: Db, deps: DocumentsDeps, who: Principal, document_id: UUID) -> DocumentRow:
    """A document whose bytes this caller may bring: one they see, of a record to which they may attach."""
    row = await _seen(db, deps, who, document_id)
    try:
        await deps.may_attach(db, who, UUID(row.owner_stream[-36:]), row.code)
    except NotFound as error:
        raise DocumentNotFound from error
    return row


def documents_router(plural: str, deps_of: DepsOf, *refusals: type[Refusal]) -> APIRouter:
    """The routes under `/v1/<plural>`; `refusals` are those of `may_attach`."""
    router = APIRouter(prefix=f"/v1/{plural}", tags=[plural])
    _add_writing(router, plural, deps_of, refusals)
    _add_looking(router, deps_of)
    _add_reading(router, deps_of)
    return router


def _add_writing(router: APIRouter, plural: str, deps_of: DepsOf, refusals: Sequence[type[Refusal]]) -> None:
    @router.post("", status_code=201, responses=refuses(FileTooBig, FileEmpty, *refusals))
    async def start(
        body: StartDocumentBody,
        response: Response,
        who: Annotated[Principal, Depends(signed_in)],
        why: Annotated[Cause, Depends(cause)],
        key: Annotated[Once, Depends(once)],
        deps: Annotated[DocumentsDeps, Depends(deps_of)],
    ) -> StartedAnswer:
        """Anunciar um arquivo e receber o endereço para enviá-lo."""
        if body.size > deps.documents.max_bytes:
            raise FileTooBig(extra={"pointer": "/size", "max": deps.documents.max_bytes})
        if body.size == 0:
            raise FileEmpty(extra={"pointer": "/size"})

        async def work(db: Db) -> Reply:
            owner = await deps.may_attach(db, who, body.owner_id, body.code)
            command = StartUpload(new_id(), owner, body.code, body.name, body.size, body.media_type, body.sha256, deps.documents.clock())
            outcome = await deps.documents.start(db, command, why)
            return Reply(201, f"/v1/{plural}/{outcome.id}", {"id": str(outcome.id)}, outcome.version)

        reply = await key.transact(deps.documents.pool, work)
        answer = created(reply, response)
        return StartedAnswer(**answer.model_dump(), upload=_upload(deps, answer.id, body.media_type))

    @router.post("/{document_id}/completion", status_code=202, responses=refuses(DocumentNotFound, FileNotReceived))
    async def complete(
        document_id: UUID,
        response: Response,
        who: Annotated[Principal, Depends(signed_in)],
        deps: Annotated[DocumentsDeps, Depends(deps_of)],
    ) -> DocumentAnswer:
        """Dizer que o arquivo foi enviado; a verificação começa."""
        async with deps.documents.pool.acquire(timeout=5) as db:
            known = await _brought(db, deps, who, document_id)
        if known.state == "under-verification" and not await deps.documents.may_be_there(document_id):
            raise FileNotReceived

        async def work(db: Db) -> DocumentRow:
            row = await _brought(db, deps, who, document_id)
            if row.state == "under-verification":
                await deps.documents.arrived(db, document_id)
            return row

        row = await transact(deps.documents.pool, work)
        response.headers["ETag"] = etag(row.version)
        return _answer(row, deps.documents.clock())


def _add_looking(router: APIRouter, deps_of: DepsOf) -> None:
    @router.post("/{document_id}/views", responses=refuses(DocumentNotFound, DocumentNotVerifiedYet, DocumentWasRefused))
    async def look(
        document_id: UUID,
        body: ViewDocumentBody,
        who: Annotated[Principal, Depends(signed_in)],
        why: Annotated[Cause, Depends(cause)],
        deps: Annotated[DocumentsDeps, Depends(deps_of)],
    ) -> LookAnswer:
        """Ver o arquivo: um endereço de curta duração, com registro de quem viu e por quê."""

        async def work(db: Db) -> DocumentRow:
            row = await _seen(db, deps, who, document_id)
            if row.state == "refused":
                raise DocumentWasRefused
            if row.state != "clean":
                raise DocumentNotVerifiedYet
            channel: Literal["staff", "portal"] = "staff" if who.kind == "staff" else "portal"
            await record_viewed(db, Viewed(who.actor, "document", str(document_id), body.purpose, channel, why.correlation))
            return row

        row = await transact(deps.documents.pool, work)
        url = deps.documents.download_url(row.owner_stream, row.sha256 or "", row.name or row.code, row.media_type)
        return LookAnswer(url=url, expires_at=deps.documents.clock() + DOWNLOAD_LIVES)


def _add_reading(router: APIRouter, deps_of: DepsOf) -> None:
    @router.get("")
    async def several(
        ids: Annotated[list[UUID], Query(max_length=100)],
        who: Annotated[Principal, Depends(signed_in)],
        deps: Annotated[DocumentsDeps, Depends(deps_of)],
    ) -> list[DocumentAnswer]:
        """Consultar vários documentos."""
        async with deps.documents.pool.acquire(timeout=5) as db:
            rows = await deps.seen_by(db, who, await find_documents(db, ids))
        return [_answer(row, deps.documents.clock()) for row in rows]

    @router.get("/{document_id}", responses=refuses(DocumentNotFound))
    async def show(
        document_id: UUID,
        response: Response,
        who: Annotated[Principal, Depends(signed_in)],
        deps: Annotated[DocumentsDeps, Depends(deps_of)],
    ) -> DocumentAnswer:
        """Consultar um documento."""
        async with deps.documents.pool.acquire(timeout=5) as db:
            row = await _seen(db, deps, who, document_id)
        response.headers["ETag"] = etag(row.version)
        if row.state == "under-verification":
            response.headers["Retry-After"] = "1"
        return _answer(row, deps.documents.clock())

    @router.get("/{document_id}/upload", responses=refuses(DocumentNotFound))
    async def upload(
        document_id: UUID, who: Annotated[Principal, Depends(signed_in)], deps: Annotated[DocumentsDeps, Depends(deps_of)]
    ) -> UploadAnswer:
        """Receber um novo endereço de envio."""
        async with deps.documents.pool.acquire(timeout=5) as db:
            row = await _brought(db, deps, who, document_id)
        if row.state != "under-verification":
            raise DocumentNotFound
        return _upload(deps, document_id, row.media_type)
