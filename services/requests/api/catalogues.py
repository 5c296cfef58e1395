"""The catalogues of requests, as they are in force on a day: public, cacheable by version."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.requests.parts import RequestsParts, parts
from shared.catalogue import CatalogueUnknown, entries
from shared.http.body import Answer
from shared.http.etag import etag
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone

router = APIRouter(prefix="/v1/catalogues", tags=["catalogues"])


class CatalogueAnswer(Answer):
    """One edition."""

    code: str
    version: int
    since: date
    entries: list[dict[str, Any]]


@router.get("/{code}", responses=refuses(CatalogueUnknown))
async def show(
    code: Annotated[str, Path(max_length=60, pattern=r"^[a-z][a-z-]*$")],
    response: Response,
    who: Annotated[Principal | None, Depends(anyone)],
    own: Annotated[RequestsParts, Depends(parts)],
    on: Annotated[date | None, Query()] = None,
) -> CatalogueAnswer:
    """Um catálogo, na edição em vigor no dia."""
    del who
    async with own.platform.pool.acquire(timeout=5) as db:
        edition = await entries(db, code, on or own.today())
    response.headers["ETag"] = etag(edition.version)
    return CatalogueAnswer(
        code=edition.code,
        version=edition.version,
        since=edition.since,
        entries=[entry.model_dump(mode="json") for entry in edition.entries if entry.enabled],
    )
