"""What is over by the clock and not yet noticed by the timers is ended first, so that a late timer never stands in the way."""

from uuid import UUID

from services.access.domain.grant.commands import ExpireAccess, LapseOffer
from services.access.parts import AccessParts
from services.access.views.grants import overdue
from shared.eventsourcing.event import Cause
from shared.postgres import Db


async def settle_overdue(
    db: Db, of: AccessParts, why: Cause, professional: UUID, unit_id: UUID | None, number: str | None = None, asked_of: UUID | None = None
) -> None:
    """Lapse or expire what stands between this professional and the unit (or the pair they typed) beyond its time."""
    present = of.present()
    cause = Cause("service:access", why.correlation, why.causation, why.trace)
    for grant_id, state in await overdue(db, professional, unit_id, number, asked_of, present.now, present.today):
        await of.grants(db, grant_id, ExpireAccess(present) if state == "live" else LapseOffer(present), cause)
