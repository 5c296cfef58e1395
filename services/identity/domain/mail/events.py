"""What happens to a message."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.identity.user import MailBounced as MailBounced
from shared.eventsourcing.event import Event

type Way = Literal["phone", "post", "store", "not-reached"]


class MailDelivered(Event):
    """The mail server took it."""

    mail_id: UUID
    person_id: UUID
    at: datetime


class ReturnSettled(Event):
    """What came back was told in another way."""

    how: Way
    settled_by: UUID
    settled_at: datetime


type MailEvent = MailDelivered | MailBounced | ReturnSettled
PRIVATE: tuple[type[Event], ...] = (MailDelivered, ReturnSettled)
PUBLISHED: tuple[type[Event], ...] = (MailBounced,)
