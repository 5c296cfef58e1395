"""How a message ends: delivered once, or bounced; a bounce may still follow a delivery, and somebody sees to it."""

from collections.abc import Sequence
from typing import Literal, assert_never

from services.identity.domain.mail.commands import MailCommand, RecordBounce, RecordDelivery, SettleReturn
from services.identity.domain.mail.events import MailBounced, MailDelivered, MailEvent, ReturnSettled
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.refusal import NotFound

type Mail = Literal["taken", "delivered", "bounced", "settled"]


class NothingCameBack(NotFound):
    """No message that came back and waits for somebody to see to it."""

    sentence = "Esta mensagem não voltou, ou já foi tratada."


def decide(command: MailCommand, state: Mail) -> Sequence[MailEvent]:
    """What follows from a command."""
    match command:
        case RecordDelivery():
            delivered = MailDelivered(mail_id=command.mail_id, person_id=command.person_id, at=command.now)
            return [delivered] if state == "taken" else []
        case RecordBounce():
            bounced = MailBounced(mail_id=command.mail_id, person_id=command.person_id, at=command.now)
            return [] if state in {"bounced", "settled"} else [bounced]
        case SettleReturn():
            if state != "bounced":
                raise NothingCameBack
            return [ReturnSettled(how=command.how, settled_by=command.by, settled_at=command.now)]
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
        case ReturnSettled():
            return "settled"
        case _:
            assert_never(event)


MAIL: Decider[MailCommand, Mail, MailEvent] = Decider("taken", decide, evolve)
