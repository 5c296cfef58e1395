"""When a unit has another holder, or is closed, what its holder granted, offered or was asked for ends."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from services.access.domain.consumer_unit.events import ConsumerUnitClosed, HolderChanged
from services.access.domain.grant.commands import EndForRegister
from services.access.domain.grant.present import Present, Terms
from services.access.parts import Grants
from services.access.views.consumer_units import find_unit_now
from services.access.views.grants import standing
from shared.calendar import Calendar
from shared.clock import Clock
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.parts import in_parts
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


@dataclass(frozen=True)
class WhenHolderChanged:
    """Ends grants by the register's word."""

    grants: Grants
    clock: Clock
    calendar: Calendar
    terms: Terms
    name: ClassVar[str] = "when_holder_changed"
    on: ClassVar[frozenset[type[Event]]] = frozenset({HolderChanged, ConsumerUnitClosed})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> bool:
        """End what stands between the former holder and anybody, for this unit; whether more is left."""
        match event.event:
            case HolderChanged() as changed:
                holder: UUID | None = changed.previous_holder_id
                command = EndForRegister("holder-changed", Present(self.clock(), self.calendar, self.terms))
            case _:
                unit = await find_unit_now(db, event.event.unit_id)
                holder = unit.holder_id if unit else None
                command = EndForRegister("unit-closed", Present(self.clock(), self.calendar, self.terms))
        if holder is None:
            return False
        cause = Cause("service:access", event.cause.correlation, event.id, event.cause.trace)
        found = await standing(db, unit_id=event.event.unit_id, holder_id=holder)
        return await in_parts(db, found, lambda grant_id: self.grants(db, grant_id, command, cause, reaction=self.name))
