"""What happens to a message."""

from datetime import datetime
from uuid import UUID

from shared.contracts.identity.user import MailBounced as MailBounced
from shared.eventsourcing.event import Event


class MailDelivered(Event):
    """The mail server took it."""

    mail_id: UUID
    person_id: UUID
    at: datetime


type MailEvent = MailDelivered | MailBounced
PRIVATE: tuple[type[Event], ...] = (MailDelivered,)
PUBLISHED: tuple[type[Event], ...] = (MailBounced,)
