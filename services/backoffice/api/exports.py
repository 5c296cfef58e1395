"""Exports: files made of what the back office knows; who made each, its rows and its digest are kept."""

import csv
import hashlib
import io
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.backoffice.auditing import audit_id
from services.backoffice.domain.audit.commands import RecordExport
from services.backoffice.parts import BackofficeParts, parts
from services.backoffice.views.connected_plants import connected_between
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import NotFound
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.pages import Asked, Page, asked, moment_and_id, page
from shared.http.principal import Principal, staff
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/exports", tags=["exports"])

makers = staff("supervisor", "auditor")
_DECEMBER = 12
_AT_ONCE = 500


class ExportUnknown(NotFound):
    """No such export."""

    sentence = "Este arquivo não existe."


class MakeExportBody(Body):
    """Which file, of which month."""

    kind: Literal["connected-plants", "reviews"]
    month: Annotated[str, Field(pattern=r"^20[0-9][0-9]-(0[1-9]|1[0-2])$")]


class ExportAnswer(Answer):
    """A file that was made."""

    id: UUID
    kind: str
    made_by: UUID
    made_at: datetime
    rows: int
    sha256: str


@router.post("", status_code=201)
async def make_export(
    body: MakeExportBody,
    response: Response,
    who: Annotated[Principal, Depends(makers)],
    because: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> CreatedAnswer:
    """Gerar um arquivo CSV do mês: usinas conectadas ou análises por situação e prazo."""
    now, calendar = made_of.platform.clock(), made_of.platform.calendar
    first = date.fromisoformat(f"{body.month}-01")
    following = date(first.year + first.month // _DECEMBER, first.month % _DECEMBER + 1, 1)

    async def work(db: Db) -> Reply:
        rows = (
            connected_between(db, first, following)
            if body.kind == "connected-plants"
            else _reviews(db, calendar.start_of_day(first), calendar.start_of_day(following))
        )
        content, count = await to_csv(rows)
        digest = hashlib.sha256(content).hexdigest()
        export_id = new_id()
        await db.execute(
            "insert into exports (id, kind, made_by, made_at, rows, sha256, content) values ($1, $2, $3, $4, $5, $6, $7)",
            export_id,
            f"{body.kind} {body.month}",
            who.pid,
            now,
            count,
            digest,
            content,
        )
        await made_of.audit(db, audit_id(now.year), RecordExport(f"{body.kind} {body.month}", count, digest, now), because)
        return Reply(201, f"/v1/exports/{export_id}", {"id": str(export_id), "sha256": digest})

    reply = await key.transact(made_of.platform.pool, work)
    return created(reply, response)


@router.get("")
async def list_exports(
    who: Annotated[Principal, Depends(makers)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    asked_page: Annotated[Asked, Depends(asked)],
) -> Page[ExportAnswer]:
    """Os arquivos gerados, do mais novo ao mais antigo: por quem, quando, quantas linhas e o resumo SHA-256."""
    del who
    since = asked_page.key(moment_and_id)
    rows = await made_of.platform.pool.fetch(
        "select id, kind, made_by, made_at, rows, sha256 from exports where $1::timestamptz is null or (made_at, id) < ($1, $2::uuid)"
        " order by made_at desc, id desc limit $3",
        *(since or (None, None)),
        asked_page.limit + 1,
    )
    return page(rows, asked_page.limit, lambda row: ExportAnswer.model_validate(dict(row)), lambda row: (row["made_at"], row["id"]))


@router.get("/{export_id}", response_class=Response, responses=refuses(ExportUnknown))
async def download_export(
    export_id: UUID,
    who: Annotated[Principal, Depends(makers)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> Response:
    """Baixar um arquivo; a consulta fica registrada."""

    async def work(db: Db) -> tuple[bytes, str]:
        row = await db.fetchrow("select content, sha256 from exports where id = $1", export_id)
        if row is None:
            raise ExportUnknown
        await record_viewed(db, Viewed(who.actor, "export", str(export_id), "export", "staff", because.correlation))
        return row["content"], row["sha256"]

    content, digest = await transact(made_of.platform.pool, work)
    headers = {"Content-Disposition": f'attachment; filename="{export_id}.csv"', "X-Content-SHA256": digest}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _reviews(db: Db, since: datetime, until: datetime) -> AsyncIterator[Mapping[str, Any]]:
    rows = db.cursor(
        "select protocol, kind, submission, filed_at, due_on, state, outcome, concluded_at from reviews"
        " where filed_at >= $1 and filed_at < $2 order by filed_at, review_id",
        since,
        until,
        prefetch=_AT_ONCE,
    )
    async for row in rows:
        yield dict(row)


async def to_csv(rows: AsyncIterator[Mapping[str, Any]]) -> tuple[bytes, int]:
    """Rows, taken as they come, as UTF-8 CSV with `;`, decimal points and ISO dates, and how many; a cell never begins a formula."""
    text, count = io.StringIO(), 0
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    async for row in rows:
        if not count:
            writer.writerow(row)
        writer.writerow(map(_cell, row.values()))
        count += 1
    return text.getvalue().encode(), count


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.isoformat()
        case _:
            written = str(value)
            return f"'{written}" if written[:1] in {"=", "+", "@", "\t"} else written
