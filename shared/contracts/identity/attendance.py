"""What identity publishes about the service desk, on `identity.user`: what was done for somebody who could not do it, by ids only."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event

type Deed = Literal["holder-proven", "block-lifted", "contact-corrected", "sessions-ended", "handed-over"]


class DeedDone(Event):
    """An attendant did this for a person whose identity was proofed before, under this protocol."""

    attendance_id: UUID
    protocol: str
    person_id: UUID
    deed: Deed
    done_by: UUID
    done_at: datetime
