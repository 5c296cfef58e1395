"""Identity's own letters: it owns the post office, so they are taken over in the transaction of what they tell."""

from collections.abc import Mapping
from uuid import UUID

from services.identity.post_office import Letter, accept
from shared.eventsourcing.event import Cause
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
