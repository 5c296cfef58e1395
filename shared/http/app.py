"""The door of a service, assembled: its routers, what every service has, and one answer for every failure."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.http import problem
from shared.http.matrix import routes_with_access
from shared.http.middleware import Threshold
from shared.http.openapi import describe
from shared.http.principal import anyone
from shared.http.sessions import has_ended
from shared.http.tokens import FetchedKeys, FixedKeys, TokenReader
from shared.postgres import LOST

if TYPE_CHECKING:
    from shared.service import Parts, Service

type Ready = Callable[[], Awaitable[Mapping[str, str]]]
"""What is not ready, by name, with why; empty when all is."""


def create_app(service: "Service", parts: "Parts", *, ready: Ready | None = None, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The application of a service; raises RouteWithoutAccess when a route has no access marker, or two."""
    platform = parts.platform
    app = FastAPI(
        title=f"{platform.settings.brand_name}: {service.name}",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.state.service_name = service.name
    app.state.ready = ready or partial(_database_ready, parts)
    app.state.door = TokenReader(
        service.name,
        FetchedKeys(platform.http, platform.settings.identity_jwks_url),
        FixedKeys(platform.settings.service_jwks),
        partial(has_ended, platform.pool),
        platform.clock,
    )
    for router in (*parts.routers, *routers, *_common(service, parts), _health()):
        # Into the one list that a request is held against: an included router holds it against its own routes, twice and slowly.
        app.router.routes.extend(router.routes)
    problem.install(app)
    routes_with_access(app)
    app.add_middleware(Threshold, service=service.name)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # the framework's documented way
    return app


def _common(service: "Service", parts: "Parts") -> list[APIRouter]:
    from shared.http.imports import imports_router  # noqa: PLC0415 - they need the app's own modules
    from shared.http.own_data import own_data_router  # noqa: PLC0415
    from shared.http.parked import parked_router  # noqa: PLC0415

    routers = [parked_router(service), own_data_router(service.name)]
    if parts.imports:
        routers.append(imports_router(service.name))
    return routers


def _health() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live", dependencies=[Depends(anyone)])
    async def live() -> PlainTextResponse:
        return PlainTextResponse("live")

    @router.get("/health/ready")
    async def is_ready(request: Request, _: Annotated[object, Depends(anyone)]) -> JSONResponse:
        missing = await request.app.state.ready()
        content = {"ready": not missing, "missing": dict(missing)}
        return JSONResponse(content, 503 if missing else 200, {"Retry-After": "2"} if missing else None)

    @router.get("/metrics", dependencies=[Depends(anyone)])
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _database_ready(parts: "Parts") -> Mapping[str, str]:
    try:
        await parts.platform.pool.fetchval("select 1", timeout=2)
    except LOST as error:
        return {"database": type(error).__name__}
    return {}
