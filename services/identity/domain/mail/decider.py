"""How a message ends: delivered once, or bounced; a bounce may still follow a delivery."""

from collections.abc import Sequence
from typing import Literal, assert_never

from services.identity.domain.mail.commands import MailCommand, RecordBounce, RecordDelivery
from services.identity.domain.mail.events import MailBounced, MailDelivered, MailEvent
from shared.eventsourcing.decider import Decider

type Mail = Literal["taken", "delivered", "bounced"]


def decide(command: MailCommand, state: Mail) -> Sequence[MailEvent]:
    """What follows from a command."""
    match command:
        case RecordDelivery():
            delivered = MailDelivered(mail_id=command.mail_id, person_id=command.person_id, at=command.now)
            return [delivered] if state == "taken" else []
        case RecordBounce():
            bounced = MailBounced(mail_id=command.mail_id, person_id=command.person_id, at=command.now)
            return [] if state == "bounced" else [bounced]
        case _:
            assert_never(command)


def evolve(state: Mail, event: MailEvent) -> Mail:
    """The state after an event."""
    del state
    match event:
        case MailDelivered():
            return "delivered"
        case MailBounced():
            return "bounced"
        case _:
            assert_never(event)


MAIL: Decider[MailCommand, Mail, MailEvent] = Decider("taken", decide, evolve)
