"""Consumer units: a holder's own, and one that somebody may act for."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Response

from services.access.api.answers import SideName, UnitAnswer, UnitsAnswer
from services.access.api.showing import show_units
from services.access.domain.consumer_unit.refusals import UnitIsClosed, UnknownUnit
from services.access.domain.grant.refusals import HolderNotProven
from services.access.parts import AccessParts, parts
from services.access.views.consumer_units import find_unit, units_of_holder
from services.access.views.grants import has_access
from services.access.views.proven_holders import is_proven
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Deed, allowed, not_allowed
from shared.http.cause import cause
from shared.http.etag import etag
from shared.http.openapi import refuses
from shared.http.pages import Asked, CursorUnreadable, asked, make_cursor
from shared.http.principal import Principal, person
from shared.postgres import Db

router = APIRouter(prefix="/v1/consumer-units", tags=["consumer-units"])


def _refused(refusal: type[Refusal]) -> Deed:
    return not_allowed(refusal.code, refusal.sentence)


@router.get("", responses=refuses(CursorUnreadable))
async def listed(
    who: Annotated[Principal, Depends(person)],
    of: Annotated[AccessParts, Depends(parts)],
    page: Annotated[Asked, Depends(asked)],
) -> UnitsAnswer:
    """Ver as próprias unidades consumidoras."""
    async with of.platform.pool.acquire(timeout=5) as db:
        if not await is_proven(db, who.pid):
            return UnitsAnswer(items=[], next_cursor=None, listing=_refused(HolderNotProven))
        rows = await units_of_holder(db, who.pid, page.after[0] if page.after else "", page.limit + 1)
    shown = rows[: page.limit]
    items = await show_units(of, shown, who, "holder", _of_holder)
    more = make_cursor(shown[-1]["number"]) if len(rows) > page.limit else None
    return UnitsAnswer(items=items, next_cursor=more, listing=allowed())


@router.get("/{unit_id}", responses=refuses(UnknownUnit))
async def show(
    unit_id: UUID,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> UnitAnswer:
    """Ver uma unidade consumidora, com o endereço; a consulta de quem não é o titular fica registrada."""

    async def work(db: Db) -> tuple[asyncpg.Record, SideName]:
        row = await find_unit(db, unit_id)
        if row is None:
            raise UnknownUnit
        if row["holder_id"] == who.pid and await is_proven(db, who.pid):
            return row, "holder"
        if not await has_access(db, who.pid, unit_id, of.present().today):
            raise UnknownUnit
        await record_viewed(db, Viewed(who.actor, "consumer-unit", str(unit_id), "access", "portal", why.correlation))
        return row, "professional"

    row, side = await transact(of.platform.pool, work)
    response.headers["ETag"] = etag(row["version"])
    return (await show_units(of, [row], who, side, _of_holder if side == "holder" else _none))[0]


def _of_holder(row: asyncpg.Record) -> dict[str, Deed]:
    return {"offer-access": allowed() if row["state"] == "active" else _refused(UnitIsClosed)}


def _none(_row: asyncpg.Record) -> dict[str, Deed]:
    return {}
