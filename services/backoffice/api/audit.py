"""The audit, for the auditor: who did or saw what about a protocol, a person or a document; and the chain to be verified."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from services.backoffice.parts import BackofficeParts, parts
from services.backoffice.views.audit_log import AuditRow, exported, find, head_of
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.pages import Asked, CursorUnreadable, asked, make_cursor
from shared.http.principal import Principal, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/audit", tags=["audit"])

auditors = staff("auditor")


def _storable(at: datetime) -> datetime:
    """The same instant, unless it falls off the calendar in UTC, where the database counts."""
    try:
        at.astimezone(UTC)
    except (OverflowError, ValueError) as overflow:
        raise PydanticCustomError("datetime_parsing", "off the calendar") from overflow
    return at


Moment = Annotated[datetime, AfterValidator(_storable)]


class AuditRowAnswer(Answer):
    """A row of the audit, with the hash before it and its own."""

    n: int
    at: datetime
    topic: str
    event_id: UUID
    type: str
    stream: str
    actor: str
    channel: str
    previous: str
    hash: str


class AuditAnswer(Answer):
    """A page of the audit, and where the chain stands."""

    items: list[AuditRowAnswer]
    next_cursor: str | None
    head_n: int
    head_hash: str
    server_time: datetime


@router.get("")
async def search_audit(
    page: Annotated[Asked, Depends(asked)],
    who: Annotated[Principal, Depends(auditors)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    protocol: Annotated[str | None, Query(pattern=r"^[0-9]{14}$")] = None,
    person: UUID | None = None,
    document: UUID | None = None,
    stream: Annotated[str | None, Query(max_length=140)] = None,
    actor: Annotated[str | None, Query(max_length=140)] = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> AuditAnswer:
    """Quem fez ou viu o quê: por protocolo, pessoa, documento, registro ou autor. A consulta também fica registrada."""
    about = protocol or next((str(value) for value in (person, document) if value), None)

    async def work(db: Db) -> tuple[list[AuditRow], tuple[int, bytes]]:
        rows = await find(db, about=about, stream=stream, actor=actor, since=since, until=until, after=_after(page), limit=page.limit)
        n, digest, _ = await head_of(db)
        await record_viewed(db, Viewed(who.actor, "audit", about or stream or actor or "all", "audit", "staff", because.correlation))
        return list(rows), (n, digest)

    rows, (n, digest) = await transact(made_of.platform.pool, work)
    shown = rows[: page.limit]
    return AuditAnswer(
        items=[AuditRowAnswer.model_validate(row.exported()) for row in shown],
        next_cursor=make_cursor(shown[-1].n) if len(rows) > page.limit else None,
        head_n=n,
        head_hash=digest.hex(),
        server_time=made_of.platform.clock(),
    )


@router.get("/export", response_class=StreamingResponse)
async def export_audit(
    who: Annotated[Principal, Depends(auditors)],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
    after: Annotated[int, Query(ge=0)] = 0,
) -> StreamingResponse:
    """A cadeia inteira, uma linha JSON por registro, para `verify-audit`, que só precisa deste arquivo."""
    pool = made_of.platform.pool

    async def work(db: Db) -> int:
        await record_viewed(db, Viewed(who.actor, "audit", "export", "audit", "staff", because.correlation))
        return (await head_of(db))[0]

    top = await transact(pool, work)

    async def lines() -> AsyncIterator[str]:
        async for row in exported(pool, after, top):
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"

    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


def _after(page: Asked) -> int:
    if page.after is None:
        return 0
    try:
        return int(page.after[0])
    except (ValueError, IndexError) as error:
        raise CursorUnreadable from error
