"""A later last day: one side proposes, the other accepts or declines; the present one stands meanwhile."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Response

from services.access.api.answers import GrantAnswer
from services.access.api.deeds import SessionUnknown, do
from services.access.domain.grant import commands as c
from services.access.domain.grant import refusals as r
from services.access.parts import AccessParts, parts
from shared.eventsourcing.event import Cause
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.postgres import Db

router = APIRouter(prefix="/v1/grants", tags=["grants"])
_REFUSED = refuses(r.UnknownGrant, r.HolderNotProven, r.AccessNotLive, r.NothingProposed, SessionUnknown)


class ProposeExtensionBody(Body):
    """The new last day."""

    ends_on: date


@router.post(
    "/{grant_id}/extension",
    responses=refuses(
        r.UnknownGrant, r.HolderNotProven, r.AccessNotLive, r.EndNotInTheFuture, r.EndTooFar, r.AnotherExtensionOpen, SessionUnknown
    ),
)
async def propose(
    grant_id: UUID,
    body: ProposeExtensionBody,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    expected: Annotated[int | None, Depends(if_match)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> GrantAnswer:
    """Propor uma prorrogação."""

    async def command(db: Db, row: asyncpg.Record, proven: bool) -> c.GrantCommand:  # noqa: ARG001, FBT001 - the shape of a command
        return c.ProposeExtension(who.pid, body.ends_on, proven, of.present())

    return await do(of, grant_id, who, why, command, response, expected)


@router.post("/{grant_id}/extension/acceptance", responses=_REFUSED)
async def accept(
    grant_id: UUID,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    expected: Annotated[int | None, Depends(if_match)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> GrantAnswer:
    """Aceitar a prorrogação proposta."""

    async def command(db: Db, row: asyncpg.Record, proven: bool) -> c.GrantCommand:  # noqa: ARG001, FBT001 - the shape of a command
        return c.AcceptExtension(who.pid, proven, of.present())

    return await do(of, grant_id, who, why, command, response, expected)


@router.post("/{grant_id}/extension/refusal", responses=_REFUSED)
async def decline(
    grant_id: UUID,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    expected: Annotated[int | None, Depends(if_match)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> GrantAnswer:
    """Recusar, ou desistir, da prorrogação proposta."""

    async def command(db: Db, row: asyncpg.Record, proven: bool) -> c.GrantCommand:  # noqa: ARG001, FBT001 - the shape of a command
        return c.DeclineExtension(who.pid, proven, of.present())

    return await do(of, grant_id, who, why, command, response, expected)
