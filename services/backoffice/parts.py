"""What the back office is made of, as its routes reach it."""

from dataclasses import dataclass
from typing import cast

from fastapi import Request

from services.backoffice.domain.review.commands import ReviewCommand
from services.backoffice.domain.review.events import ReviewEvent
from services.backoffice.domain.review.states import Review
from shared.eventsourcing.handler import Handler
from shared.service import Parts


@dataclass(frozen=True, kw_only=True)
class BackofficeParts(Parts):
    """The parts of every service, and the handler of reviews."""

    reviews: Handler[ReviewCommand, Review, ReviewEvent]


def parts(request: Request) -> BackofficeParts:
    """The parts of the running application."""
    return cast("BackofficeParts", request.app.state.parts)
