"""How people are called, asked by other services only to show it; who asked, and why, is written down."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from services.identity.parts import IdentityParts, parts
from services.identity.views.names import names_of
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause_of
from shared.http.principal import Principal, service_call
from shared.postgres import Db

router = APIRouter(prefix="/v1/people", tags=["people"])


class NamesBody(Body):
    """Whose names, and why."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    purpose: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,60}$")]


class NamesAnswer(Answer):
    """The name of each person; a dash where there is none."""

    names: dict[UUID, str]


@router.post("/names")
async def names(
    body: NamesBody,
    request: Request,
    who: Annotated[Principal, Depends(service_call)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> NamesAnswer:
    """Nomes de pessoas, para mostrar."""
    correlation = cause_of(request, who).correlation

    async def work(db: Db) -> NamesAnswer:
        actor = who.on_behalf_of or who.actor
        for person in dict.fromkeys(body.ids):
            await record_viewed(db, Viewed(actor, "name", str(person), body.purpose, "service", correlation))
        return NamesAnswer(names=dict(await names_of(db, body.ids)))

    return await transact(parts.platform.pool, work)
