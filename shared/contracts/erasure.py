"""What every service answers on `<service>.operations` when a person asked to be forgotten: what it keeps, why, until when."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.eventsourcing.event import Event


class Kept(BaseModel):
    """Something that a duty keeps (REN ANEEL 1.000/2021, art. 659); no date where it is the utility's own register."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    what: str
    why: str
    until: date | None


class ErasureApplied(Event):
    """A service destroyed what it may of a person's; one stream `erasure-<uuid>` per request and service.

    While `notices_due`, something of the person's is still under way there, so that notices must reach them (arts. 403 and 417);
    the service answers again when it is over.
    """

    person_id: UUID
    kept: tuple[Kept, ...]
    applied_at: datetime
    notices_due: bool = False
