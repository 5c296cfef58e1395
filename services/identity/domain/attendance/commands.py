"""What an attendance can be asked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.domain.attendance.events import Channel, Checked, Deed


@dataclass(frozen=True, slots=True)
class OpenAttendance:
    """Somebody asks for help; the protocol is given first."""

    attendance_id: UUID
    protocol: str
    person_id: UUID
    channel: Channel
    attendant_id: UUID
    attendant_person_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class ProofIdentity:
    """What was checked to know who it is."""

    checked: tuple[Checked, ...]
    by: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class DoDeed:
    """Something is done for the person, in the same transaction."""

    deed: Deed
    by: UUID
    now: datetime


type AttendanceCommand = OpenAttendance | ProofIdentity | DoDeed
