"""The routes of imports: an address for the file, a request to take it, and how far it is."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from shared.documents.storage import UPLOAD_LIVES
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Malformed, NotFound
from shared.http.body import Answer, Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.ids import new_id
from shared.imports import open_report
from shared.postgres import Db

if TYPE_CHECKING:
    from shared.service import Parts

_operator = staff("operator")


class ImportUnknown(NotFound):
    """No such import."""

    sentence = "Importação não encontrada."


class KindUnknown(Malformed):
    """No such file is taken here."""

    sentence = "Este serviço não importa este tipo de arquivo."


class AddressAnswer(Answer):
    """Where to put the file, and the name to give when asking for it to be taken."""

    object: str
    url: str
    method: Literal["PUT"]
    expires_at: datetime


class ImportBody(Body):
    """Take a file that was put in the bucket; `dry_run` says what would happen."""

    kind: str = Field(max_length=40)
    object: str = Field(pattern=r"^imports/[0-9a-f-]{36}$")
    dry_run: bool = False


class FaultAnswer(Answer):
    """A line that was not taken."""

    line: int
    code: str
    sentence: str


class ReportAnswer(Answer):
    """How it went."""

    total: int
    changed: int
    already: int
    refused: int
    faults: list[FaultAnswer]


class ImportAnswer(Answer):
    """How far an import is."""

    id: UUID
    kind: str
    dry_run: bool
    state: Literal["waiting", "running", "done", "refused"]
    done: int
    total: int | None
    requested_at: datetime
    finished_at: datetime | None
    report: ReportAnswer | None


async def _parts(request: Request) -> "Parts":
    return cast("Parts", request.app.state.parts)


def imports_router(service: str) -> APIRouter:
    """The routes under `/<service>/v1/imports`."""
    router = APIRouter(prefix=f"/{service}/v1/imports", tags=["operations"])

    @router.post("/uploads", status_code=201)
    async def address(
        who: Annotated[Principal, Depends(_operator)],  # noqa: ARG001 - the marker
        parts: Annotated["Parts", Depends(_parts)],
    ) -> AddressAnswer:
        """Receber o endereço para enviar o arquivo."""
        name = f"imports/{new_id()}"
        platform = parts.platform
        return AddressAnswer(object=name, url=platform.storage.upload_url(name), method="PUT", expires_at=platform.clock() + UPLOAD_LIVES)

    @router.post("", status_code=202, responses=refuses(KindUnknown))
    async def ask(
        body: ImportBody,
        response: Response,
        who: Annotated[Principal, Depends(_operator)],
        why: Annotated[Cause, Depends(cause)],
        key: Annotated[Once, Depends(once)],
        parts: Annotated["Parts", Depends(_parts)],
    ) -> CreatedAnswer:
        """Pedir a importação do arquivo enviado."""
        if body.kind not in parts.imports:
            raise KindUnknown(extra={"pointer": "/kind", "kinds": sorted(parts.imports)})

        async def work(db: Db) -> Reply:
            asked = new_id()
            await db.execute(
                "insert into imports (id, kind, object, dry_run, state, requested_by, requested_at, correlation)"
                " values ($1, $2, $3, $4, 'waiting', $5, $6, $7)",
                asked,
                body.kind,
                body.object,
                body.dry_run,
                who.actor,
                parts.platform.clock(),
                why.correlation,
            )
            return Reply(202, f"/{service}/v1/imports/{asked}", {"id": str(asked)})

        return created(await key.transact(parts.platform.pool, work), response)

    @router.get("/{import_id}", responses=refuses(ImportUnknown))
    async def show(
        import_id: UUID,
        who: Annotated[Principal, Depends(_operator)],  # noqa: ARG001 - the marker
        parts: Annotated["Parts", Depends(_parts)],
    ) -> ImportAnswer:
        """Consultar o andamento e o relatório de uma importação."""
        row = await parts.platform.pool.fetchrow(
            "select id, kind, dry_run, state, done, total, requested_at, finished_at, report from imports where id = $1", import_id
        )
        if row is None:
            raise ImportUnknown
        fields = dict(row)
        report = open_report(parts.platform.keys, import_id, fields.pop("report"))
        return ImportAnswer(**fields, report=ReportAnswer.model_validate(report) if report else None)

    return router
