"""What the owner of a reviewed subject says when a conclusion was not about what now stands; on the subject's own topic."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event

type NotAppliedBecause = Literal["other-submission", "not-under-review", "content-missing", "validity-in-the-past"]


class VerdictNotApplied(Event):
    """A conclusion changed nothing: the review is to be looked at again, or is over with its subject."""

    review_id: UUID
    subject_stream: str
    submission: int
    because: NotAppliedBecause
    at: datetime
