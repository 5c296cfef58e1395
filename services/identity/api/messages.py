"""What one was told by mail, and whether it arrived; a banner where it does not."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.identity.envelope import named, people_in
from services.identity.parts import IdentityParts, parts
from services.identity.views import messages
from services.identity.views.messages import Delivery
from services.identity.views.names import names_of
from shared.http.body import Answer
from shared.http.principal import Principal, signed_in

router = APIRouter(prefix="/v1/me/messages", tags=["me"])
_BANNER = "Um e-mail que enviamos a você voltou. Confira o endereço da sua conta e corrija-o, ou fale com o atendimento."


class MessageLine(Answer):
    """A message to oneself."""

    id: UUID
    fact: str
    subject: str
    sent_at: datetime
    state: Delivery
    ended_at: datetime | None


class BannerAnswer(Answer):
    """What is to be shown until it is mended."""

    code: str
    sentence: str
    since: datetime


class MessagesAnswer(Answer):
    """The newest messages, and what is amiss with the address."""

    messages: list[MessageLine]
    banner: BannerAnswer | None
    server_time: datetime


@router.get("")
async def my_messages(who: Annotated[Principal, Depends(signed_in)], parts: Annotated[IdentityParts, Depends(parts)]) -> MessagesAnswer:
    """O que me foi enviado por e-mail."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        lines = await messages.told(db, who.pid, as_staff=who.kind == "staff")
        amiss = await messages.find_returned(db, who.pid)
        people = people_in(*(line.subject for line in lines))
        names = await names_of(db, people) if people else {}
    return MessagesAnswer(
        messages=[
            MessageLine(
                id=line.id,
                fact=line.fact,
                subject=named(line.subject, names),
                sent_at=line.accepted_at,
                state=line.state,
                ended_at=line.ended_at,
            )
            for line in lines
        ],
        banner=BannerAnswer(code="mail-returned", sentence=_BANNER, since=amiss.returned_at) if amiss else None,
        server_time=parts.platform.clock(),
    )
