"""What the back office is made of, as its routes reach it."""

from dataclasses import dataclass
from typing import cast

from fastapi import Request

from services.backoffice.domain.audit.commands import AuditCommand
from services.backoffice.domain.audit.decider import Sealed
from services.backoffice.domain.audit.events import AuditEvent
from services.backoffice.domain.review.commands import ReviewCommand
from services.backoffice.domain.review.events import ReviewEvent
from services.backoffice.domain.review.states import Review
from shared.eventsourcing.handler import Handler
from shared.service import Parts


@dataclass(frozen=True, kw_only=True)
class BackofficeParts(Parts):
    """The parts of every service, and the handlers of reviews and of the audit's own stream."""

    reviews: Handler[ReviewCommand, Review, ReviewEvent]
    audit: Handler[AuditCommand, Sealed, AuditEvent]


async def parts(request: Request) -> BackofficeParts:
    """The parts of the running application."""
    return cast("BackofficeParts", request.app.state.parts)
