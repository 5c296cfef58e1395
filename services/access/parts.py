"""What access is made of, as its routes, reactions and timers reach it."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import Request

from services.access.domain.consumer_unit.commands import ConsumerUnitCommand
from services.access.domain.consumer_unit.decider import ConsumerUnit
from services.access.domain.consumer_unit.events import ConsumerUnitEvent
from services.access.domain.grant.commands import GrantCommand
from services.access.domain.grant.events import GrantEvent
from services.access.domain.grant.present import Present, Terms
from services.access.domain.grant.states import Grant
from shared.eventsourcing.handler import Handler
from shared.service import Parts

type Units = Handler[ConsumerUnitCommand, ConsumerUnit, ConsumerUnitEvent]
type Grants = Handler[GrantCommand, Grant, GrantEvent]


@dataclass(frozen=True, kw_only=True)
class AccessParts(Parts):
    """The parts of every service, and the handlers of units and grants."""

    units: Units
    grants: Grants
    terms: Terms

    def present(self, now: datetime | None = None) -> Present:
        """Now, under the configured terms."""
        return Present(now or self.platform.clock(), self.platform.calendar, self.terms)


async def parts(request: Request) -> AccessParts:
    """The parts of the running application."""
    return cast("AccessParts", request.app.state.parts)
