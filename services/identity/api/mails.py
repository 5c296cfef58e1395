"""The post office's counter: other services hand over mail to a PersonId, once by id."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from services.identity.parts import IdentityParts, parts
from services.identity.post_office import Letter, accept
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause_of
from shared.http.principal import Principal, service_call
from shared.mail.templates import Message

router = APIRouter(prefix="/v1/mails", tags=["mails"])


class MailBody(Body):
    """A message to a person; `{{name:<PersonId>}}` becomes a name when it is sent."""

    id: UUID
    person_id: UUID
    fact: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,80}$")]
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    html: Annotated[str | None, Field(max_length=60_000)] = None


class MailAnswer(Answer):
    """Whether it is new here; either way it is taken care of."""

    id: UUID
    taken: bool


@router.post("", status_code=202)
async def hand_over(
    body: MailBody,
    request: Request,
    who: Annotated[Principal, Depends(service_call)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> MailAnswer:
    """Entregar uma mensagem ao correio."""
    message = Message(body.subject, body.text, body.html)
    letter = Letter(body.id, who.name or "service", body.fact, body.person_id, message, None, cause_of(request, who).correlation)
    taken = await transact(parts.platform.pool, lambda db: accept(db, letter))
    return MailAnswer(id=body.id, taken=taken)
