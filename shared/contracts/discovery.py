"""Finds every published event by looking through this package: what is not here is never published."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

import shared.contracts
from shared.eventsourcing.event import Event

COMMON = "common"


@dataclass(frozen=True, slots=True)
class Contract:
    """One published event: the service and aggregate whose topic carries it. `common` ones are on several topics."""

    service: str
    aggregate: str
    event: type[Event]

    @property
    def name(self) -> str:
        """Its type, as in `ce_type`."""
        return self.event.__name__

    @property
    def version(self) -> int:
        """Its schema version."""
        return self.event.schema_version

    @property
    def path(self) -> str:
        """`identity/UserVerified/1`, as in `ce_dataschema`."""
        return f"{self.service}/{self.name}/{self.version}"


def contracts() -> list[Contract]:
    """Every published event, ordered by service, aggregate and name."""
    found = {contract.path: contract for contract in _found()}
    return sorted(found.values(), key=lambda contract: (contract.service, contract.aggregate, contract.name))


def _found() -> Iterator[Contract]:
    for module in pkgutil.walk_packages(shared.contracts.__path__, "shared.contracts."):
        if module.ispkg:
            continue
        loaded = importlib.import_module(module.name)
        parts = module.name.removeprefix("shared.contracts.").split(".")
        service, aggregate = (parts[0], parts[1].replace("_", "-")) if len(parts) == 2 else (COMMON, parts[0].replace("_", "-"))  # noqa: PLR2004 - service and aggregate
        for _, kind in inspect.getmembers(loaded, inspect.isclass):
            if issubclass(kind, Event) and kind is not Event and kind.__module__ == module.name:
                yield Contract(service, aggregate, kind)
