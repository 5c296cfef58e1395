"""Whom a professional may act for: client and unit, picked once at the top of every screen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.access.api.answers import ClientAnswer
from services.access.api.showing import show_clients
from services.access.parts import AccessParts, parts
from services.access.views.grants import clients_of
from shared.http.openapi import refuses
from shared.http.pages import Asked, CursorUnreadable, Page, asked, make_cursor
from shared.http.principal import Principal, person

router = APIRouter(prefix="/v1/clients", tags=["clients"])


def _after(page: Asked) -> tuple[str, UUID] | None:
    if page.after is None:
        return None
    try:
        number, grant_id = page.after
        return number, UUID(grant_id)
    except ValueError as error:
        raise CursorUnreadable from error


@router.get("", responses=refuses(CursorUnreadable))
async def clients(
    who: Annotated[Principal, Depends(person)],
    of: Annotated[AccessParts, Depends(parts)],
    page: Annotated[Asked, Depends(asked)],
    q: Annotated[str, Query(max_length=15, pattern=r"^[0-9]*$")] = "",
) -> Page[ClientAnswer]:
    """Meus clientes: as unidades em nome das quais você pode agir; `q` é o começo de qualquer número da unidade."""
    async with of.platform.pool.acquire(timeout=5) as db:
        rows = await clients_of(db, who.pid, q, _after(page), page.limit + 1)
    shown = rows[: page.limit]
    more = make_cursor(shown[-1]["unit_number"], shown[-1]["grant_id"]) if len(rows) > page.limit else None
    return Page(items=await show_clients(of, shown, who), next_cursor=more)
