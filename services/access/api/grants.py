"""Grants as both sides see them, what happened to each, and how either side ends one."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.access.api.answers import GrantAnswer, GrantState, TimelineAnswer
from services.access.api.deeds import OnGrant, SessionUnknown, seen_grant
from services.access.api.showing import show_grants
from services.access.api.timeline import moment_of
from services.access.domain.grant import commands as c
from services.access.domain.grant import refusals as r
from services.access.parts import AccessParts, parts
from services.access.views.grants import grants_of
from services.access.views.proven_holders import is_proven
from shared.http.etag import etag
from shared.http.openapi import refuses
from shared.http.pages import Asked, CursorUnreadable, Page, asked, make_cursor, moment_and_id, page, version
from shared.http.principal import Principal, person

router = APIRouter(prefix="/v1/grants", tags=["grants"])
one = APIRouter(prefix="/{grant_id}")
_REFUSED = refuses(r.UnknownGrant, r.NotTheHolder, r.NotTheInvited, r.HolderNotProven, r.AccessNotLive, SessionUnknown)


@router.get("", responses=refuses(CursorUnreadable))
async def listed(
    who: Annotated[Principal, Depends(person)],
    of: Annotated[AccessParts, Depends(parts)],
    asked_page: Annotated[Asked, Depends(asked)],
    side: Literal["holder", "professional"] | None = None,
    state: GrantState | None = None,
) -> Page[GrantAnswer]:
    """Ver quem tem, teve, ofereceu ou pediu acesso, dos dois lados."""
    async with of.platform.pool.acquire(timeout=5) as db:
        proven = await is_proven(db, who.pid)
        rows = await grants_of(db, who.pid, side, state, asked_page.key(moment_and_id), asked_page.limit + 1, proven=proven)
    shown = rows[: asked_page.limit]
    more = make_cursor(shown[-1]["opened_at"].isoformat(), shown[-1]["grant_id"]) if len(rows) > asked_page.limit else None
    return Page(items=await show_grants(of, shown, who, proven=proven), next_cursor=more)


@router.get("/{grant_id}", responses=refuses(r.UnknownGrant, r.HolderNotProven))
async def show(
    grant_id: UUID,
    who: Annotated[Principal, Depends(person)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> GrantAnswer:
    """Ver um acesso."""
    async with of.platform.pool.acquire(timeout=5) as db:
        row, proven = await seen_grant(db, grant_id, who)
    response.headers["ETag"] = etag(row["version"])
    return (await show_grants(of, [row], who, proven=proven))[0]


@router.get("/{grant_id}/timeline", responses=refuses(r.UnknownGrant, r.HolderNotProven, CursorUnreadable))
async def timeline(
    grant_id: UUID,
    who: Annotated[Principal, Depends(person)],
    of: Annotated[AccessParts, Depends(parts)],
    asked_page: Annotated[Asked, Depends(asked)],
) -> TimelineAnswer:
    """Ver o que aconteceu com um acesso, do começo em diante."""
    after = asked_page.key(version) or 0
    async with of.platform.pool.acquire(timeout=5) as db:
        await seen_grant(db, grant_id, who)
        recorded = await of.store.load(db, of.grants.stream(grant_id))
    told = [(record.version, moment) for record in recorded if record.version > after and (moment := moment_of(record)) is not None]
    shown = page(told, asked_page.limit, lambda one: one[1], lambda one: (one[0],))
    return TimelineAnswer(items=shown.items, next_cursor=shown.next_cursor, server_time=of.platform.clock())


@one.post("/revocation", responses=_REFUSED)
async def revoke(grant: OnGrant) -> GrantAnswer:
    """Encerrar o acesso, como titular."""
    return await grant.do(lambda known: c.RevokeAccess(known.who, known.proven, known.present))


@one.post("/renunciation", responses=_REFUSED)
async def renounce(grant: OnGrant) -> GrantAnswer:
    """Renunciar ao acesso, como profissional."""
    return await grant.do(lambda known: c.RenounceAccess(known.who, known.present))


@one.post("/reinstatement", responses=refuses(r.UnknownGrant, r.NotTheHolder, r.HolderNotProven, r.NotSuspended, SessionUnknown))
async def reinstate(grant: OnGrant) -> GrantAnswer:
    """Manter um acesso que ficou suspenso na entrega da conta."""
    return await grant.do(lambda known: c.ReinstateAccess(known.who, known.proven, known.present))


router.include_router(one)
