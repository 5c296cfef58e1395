"""A copy of what a service holds of whoever asks: `GET /<service>/v1/my-data`, the same in every service."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.transaction import transact
from shared.http.cause import cause_of
from shared.http.principal import Principal, person
from shared.own_data import gather

if TYPE_CHECKING:
    from shared.service import Parts

_PIECE = 64 * 1024
_SCHEMA = {"schema": {"type": "string", "format": "binary"}}
_ZIP: dict[int | str, dict[str, Any]] = {200: {"description": "ZIP", "content": {"application/zip": _SCHEMA}}}


def own_data_router(service: str) -> APIRouter:
    """The route of one service."""
    router = APIRouter(prefix=f"/{service}/v1", tags=["my-data"])

    @router.get("/my-data", response_class=StreamingResponse, responses=_ZIP)
    async def my_data(request: Request, who: Annotated[Principal, Depends(person)]) -> StreamingResponse:
        """Baixar o que este serviço guarda sobre mim: um ZIP com JSON e documentos."""
        parts = cast("Parts", request.app.state.parts)
        correlation = cause_of(request, who).correlation
        look = Viewed(who.actor, "person", str(who.pid), "own-data", "portal", correlation)
        await transact(parts.platform.pool, lambda db: record_viewed(db, look))
        headers = {"Content-Disposition": f'attachment; filename="{service}.zip"', "Cache-Control": "no-store"}
        return StreamingResponse(_pieces(await gather(parts, service, who.pid)), media_type="application/zip", headers=headers)

    return router


def _pieces(archive: IO[bytes]) -> Iterator[bytes]:
    with archive:
        while piece := archive.read(_PIECE):
            yield piece
