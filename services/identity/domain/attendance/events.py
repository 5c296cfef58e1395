"""What happens in an attendance: ids and codes only; the deeds are published."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.identity.attendance import Deed as Deed
from shared.contracts.identity.attendance import DeedDone as DeedDone
from shared.eventsourcing.event import Event

type Channel = Literal["store", "phone"]
type Checked = Literal["photo-id", "register-data", "call-back", "company-papers", "power-of-attorney"]


class AttendanceOpened(Event):
    """A protocol was given (REN ANEEL 1.000/2021, art. 403)."""

    attendance_id: UUID
    protocol: str
    person_id: UUID
    channel: Channel
    attendant_id: UUID
    opened_at: datetime


class IdentityProofed(Event):
    """What was checked."""

    checked: tuple[Checked, ...]
    proofed_by: UUID
    proofed_at: datetime


type AttendanceEvent = AttendanceOpened | IdentityProofed | DeedDone
PRIVATE: tuple[type[Event], ...] = (AttendanceOpened, IdentityProofed)
PUBLISHED: tuple[type[Event], ...] = (DeedDone,)
