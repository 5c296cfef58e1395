"""Identity's own letters: it owns the post office, so they are taken over in the transaction of what they tell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.identity.post_office import Letter, accept
from shared.eventsourcing.event import Cause
from shared.ids import new_id
from shared.mail.templates import Templates
from shared.postgres import Db


async def send(
    db: Db,
    templates: Templates,
    mail_id: UUID,
    fact: str,
    person_id: UUID,
    values: Mapping[str, str],
    cause: Cause,
    *,
    address: str | None = None,
) -> None:
    """Hand a letter to the post office; `address` only where it is not the one on file."""
    message = templates.fill(fact, {"person_id": str(person_id), **values})
    await accept(db, Letter(mail_id, "identity", fact, person_id, message, address, cause.correlation))


async def tell_old_address(db: Db, templates: Templates, person_id: UUID, address: str, cause: Cause) -> None:
    """Tell the address that was on file until now that it is no more; the new one is told as whatever is on file."""
    await send(db, templates, new_id(), "contact-was-changed", person_id, {}, cause, address=address)


async def last_sent(db: Db, person_id: UUID, fact: str, since: datetime) -> Sequence[datetime]:
    """When letters about a fact were handed over for this person, newest first."""
    rows = await db.fetch(
        "select accepted_at from mails where person_id = $1 and fact = $2 and accepted_at > $3 order by accepted_at desc limit 50",
        person_id,
        fact,
        since,
    )
    return [row["accepted_at"] for row in rows]
