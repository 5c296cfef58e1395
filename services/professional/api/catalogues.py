"""The catalogues of profiles: professions, documents, reasons; by the edition in force."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response

from services.professional.parts import ProfessionalParts, parts
from shared.catalogue import CatalogueUnknown, entries
from shared.http.body import Answer
from shared.http.etag import etag
from shared.http.openapi import refuses
from shared.http.principal import anyone

router = APIRouter(prefix="/v1/profiles/catalogues", tags=["profiles"])


class EntryAnswer(Answer):
    """One line of a catalogue, with what else it carries."""

    code: str
    label: str
    article: str | None
    more: dict[str, Any]


class EditionAnswer(Answer):
    """A catalogue in force."""

    catalogue: str
    version: int
    since: date
    entries: list[EntryAnswer]


@router.get("/{code}", dependencies=[Depends(anyone)], responses=refuses(CatalogueUnknown))
async def edition(
    code: Literal["professions", "profile-documents", "profile-reasons", "profile-suspension-reasons"],
    response: Response,
    its: Annotated[ProfessionalParts, Depends(parts)],
    on: date | None = None,
) -> EditionAnswer:
    """Ver um catálogo de perfis na edição em vigor."""
    async with its.platform.pool.acquire(timeout=5) as db:
        found = await entries(db, code, on or its.today())
    response.headers["ETag"] = etag(found.version)
    return EditionAnswer(
        catalogue=code,
        version=found.version,
        since=found.since,
        entries=[
            EntryAnswer(code=entry.code, label=entry.label, article=entry.article, more=dict(entry.model_extra or {}))
            for entry in found.entries
            if entry.enabled
        ],
    )
