"""Which access each route has: exactly one marker, or the service does not start."""

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.http.principal import Access, Anyone, markers_of


class RouteWithoutAccess(Exception):
    """A route with no access marker, or with more than one."""


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """One line of the access matrix."""

    method: str
    path: str
    access: Access | Anyone

    @property
    def label(self) -> str:
        """`anyone`, `person`, `signed-in`, `staff:reviewer`, `step-up:admin`, `service`."""
        return self.access.label


def routes_with_access(app: FastAPI) -> list[RouteAccess]:
    """Every route of an application with its marker; raises RouteWithoutAccess."""
    found: list[RouteAccess] = []
    for route in api_routes(app):
        methods = sorted((route.methods or set()) - {"HEAD"})
        markers = set(markers_of(route.dependant))
        if len(markers) != 1:
            labels = sorted(marker.label for marker in markers)
            message = f"{methods} {route.path} has {labels or 'no access marker'}"
            raise RouteWithoutAccess(message)
        found += [RouteAccess(method, str(route.path), *markers) for method in methods]
    return sorted(found, key=lambda line: (line.path, line.method))


def api_routes(app: FastAPI) -> list[RouteContext]:
    """The routes that people and programs call, wherever they were included."""
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
