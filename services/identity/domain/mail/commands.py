"""What is told about a message."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.domain.mail.events import Way


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """The mail server took it."""

    mail_id: UUID
    person_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordBounce:
    """The mail server refused it for good, or there is no address."""

    mail_id: UUID
    person_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class SettleReturn:
    """The person was reached in another way, or cannot be."""

    how: Way
    by: UUID
    now: datetime


type MailCommand = RecordDelivery | RecordBounce | SettleReturn
