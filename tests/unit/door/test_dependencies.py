"""What routes depend on runs in the event loop: the framework sends a plain function through a thread, for each request."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

import services


def _through_threads(dependant: Dependant) -> Iterator[str]:
    for one in dependant.dependencies:
        call = one.call
        plain = inspect.isfunction(call) and not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
        if call is not None and (plain or inspect.isclass(call)):
            yield f"{call.__module__}.{call.__qualname__}"
        yield from _through_threads(one)


def test_no_route_waits_for_a_thread() -> None:
    found = set()
    routes = 0
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if ".api." not in module.name:
            continue
        for value in vars(importlib.import_module(module.name)).values():
            for route in value.routes if isinstance(value, APIRouter) else []:
                if isinstance(route, APIRoute):
                    routes += 1
                    found |= set(_through_threads(route.dependant))
                    if not inspect.iscoroutinefunction(route.endpoint):
                        found.add(route.endpoint.__qualname__)
    assert routes > 100
    assert found == set()


def test_a_plain_function_is_found() -> None:
    def plain() -> None:
        """What a newcomer writes."""

    async def asynchronous() -> None:
        """What it should be."""

    class Plain:
        """What it is made of matters as little."""

    dependant = Dependant(dependencies=[Dependant(call=plain), Dependant(call=asynchronous), Dependant(call=Plain)])
    assert len(list(_through_threads(dependant))) == 2
