"""The routes of catalogues: which edition is in force on a day, with everything its entries carry."""

from datetime import date, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response

from shared import catalogue
from shared.catalogue import CatalogueUnknown
from shared.http.body import Answer
from shared.http.etag import etag
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone
from shared.service import Parts


class EntryAnswer(Answer):
    """One option; `properties` holds what its catalogue needs besides."""

    code: str
    label: str
    order: int
    article: str | None
    enabled: bool
    properties: dict[str, Any]


class EditionAnswer(Answer):
    """One edition of a catalogue."""

    code: str
    version: int
    since: date
    entries: list[EntryAnswer]
    server_time: datetime


async def _parts(request: Request) -> Parts:
    return cast("Parts", request.app.state.parts)


def catalogues_router(prefix: str = "/v1/catalogues") -> APIRouter:
    """`GET <prefix>/{code}?on=` for the catalogues this service owns; they hold nothing personal, so anyone may read them."""
    router = APIRouter(prefix=prefix, tags=["catalogues"])

    @router.get("/{code}", responses=refuses(CatalogueUnknown))
    async def show(
        code: str,
        response: Response,
        who: Annotated[Principal | None, Depends(anyone)],  # noqa: ARG001 - the marker
        parts: Annotated[Parts, Depends(_parts)],
        on: Annotated[date | None, Query()] = None,
    ) -> EditionAnswer:
        """Consultar um catálogo na edição em vigor no dia."""
        platform = parts.platform
        now = platform.clock()
        async with platform.pool.acquire(timeout=5) as db:
            edition = await catalogue.entries(db, code, on or platform.calendar.today(now))
        response.headers["ETag"] = etag(edition.version)
        response.headers["Cache-Control"] = "public, max-age=60"
        entries = [
            EntryAnswer(
                code=entry.code,
                label=entry.label,
                order=entry.order,
                article=entry.article,
                enabled=entry.enabled,
                properties=dict(entry.model_extra or {}),
            )
            for entry in edition.entries
        ]
        return EditionAnswer(code=code, version=edition.version, since=edition.since, entries=entries, server_time=now)

    return router
