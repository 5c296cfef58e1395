"""Mail that comes back later: the mail system pipes a delivery report (RFC 3464) to `take-bounce`, which finds the letter it is about."""

import re
import sys
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import default
from uuid import UUID

from services.identity.domain.mail.commands import RecordBounce
from services.identity.parts import IdentityParts
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.postgres import Db

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^>\s]+)>")
_LONGEST = 1024 * 1024


def letter_that_came_back(report: bytes, domain: str) -> UUID | None:
    """Which letter failed for good, by a report; None for anything else: a delay, an answer, a report about another's mail."""
    message = message_from_bytes(report, policy=default)
    if message.get_content_type() != "multipart/report":
        return None
    parts = list(message.walk())
    if not any(_failed_for_good(block) for part in parts if part.get_content_type() == "message/delivery-status" for block in part.walk()):
        return None
    found = (_OURS.fullmatch(text.strip()) for text in _message_ids(parts))
    return next((UUID(match[1]) for match in found if match and match[2] == domain), None)


def _failed_for_good(block: Message) -> bool:
    return str(block.get("Action", "")).strip().lower() == "failed" and str(block.get("Status", "")).strip().startswith("5")


def _message_ids(parts: Sequence[Message]) -> Iterator[str]:
    """The ids of the messages that are quoted, whole or by their headers."""
    for part in parts[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            yield from re.findall(r"(?im)^message-id:\s*(\S+)", str(part.get_payload()))
        elif "Message-ID" in part:
            yield str(part["Message-ID"])


async def take_bounce(parts: IdentityParts, report: bytes) -> int:
    """Record the bounce that a report tells; 0 also where there is nothing to record, so that no mail system tries again for ever."""
    mail_id = letter_that_came_back(report[:_LONGEST], parts.settings.mail_from.rpartition("@")[2])
    recorded = mail_id is not None and await transact(parts.platform.pool, lambda db: _record(db, parts, mail_id))
    sys.stdout.write(f"{'recorded' if recorded else 'nothing to record'}\n")
    return 0


async def _record(db: Db, parts: IdentityParts, mail_id: UUID) -> bool:
    row = await db.fetchrow("select person_id, correlation, bounced_at from mails where id = $1 for update", mail_id)
    if row is None or row["bounced_at"] is not None:
        return False
    await db.execute("update mails set bounced_at = clock_timestamp(), error = 'returned' where id = $1", mail_id)
    cause = Cause("service:identity", row["correlation"] or new_id())
    await parts.mails(db, mail_id, RecordBounce(mail_id, row["person_id"], parts.platform.clock()), cause)
    return True
