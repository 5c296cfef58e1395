"""People whom no mail reaches: an attendant's task by the next business day (REN ANEEL 1.000/2021, art. 417)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.identity.domain.mail.commands import SettleReturn
from services.identity.domain.mail.decider import NothingCameBack
from services.identity.domain.mail.events import Way
from services.identity.parts import IdentityParts, parts
from services.identity.views import messages
from services.identity.views.names import names_of
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/service-desk/returned-mails", tags=["service-desk"])


class ReturnedLine(Answer):
    """Somebody whose newest message came back, and by when they must be reached in another way."""

    mail_id: UUID
    person_id: UUID
    display_name: str
    fact: str
    returned_at: datetime
    due_on: date


class ReturnedAnswer(Answer):
    """The longest waiting first."""

    returned: list[ReturnedLine]
    server_time: datetime


class SettlementBody(Body):
    """How the person was reached."""

    how: Way


@router.get("")
async def list_returned(
    who: Annotated[Principal, Depends(staff("attendant", "supervisor"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> ReturnedAnswer:
    """Pessoas que os e-mails não alcançam."""
    calendar = parts.platform.calendar

    async def work(db: Db) -> ReturnedAnswer:
        found = await messages.returned(db)
        names = await names_of(db, [line.person_id for line in found])
        for line in found:
            await record_viewed(db, Viewed(who.actor, "person", str(line.person_id), "returned-mail", "staff", cause.correlation))
        lines = [
            ReturnedLine(
                mail_id=line.mail_id,
                person_id=line.person_id,
                display_name=names[line.person_id],
                fact=line.fact,
                returned_at=line.returned_at,
                due_on=calendar.add_business_days(calendar.today(line.returned_at), 1),
            )
            for line in found
        ]
        return ReturnedAnswer(returned=lines, server_time=parts.platform.clock())

    return await transact(parts.platform.pool, work)


@router.post("/{mail_id}/settlements", status_code=204, responses=refuses(NothingCameBack))
async def settle(
    mail_id: UUID,
    body: SettlementBody,
    who: Annotated[Principal, Depends(staff("attendant", "supervisor"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> None:
    """Registrar como a pessoa foi alcançada."""
    now = parts.platform.clock()

    async def work(db: Db) -> None:
        person_id = await db.fetchval("select person_id from mails where id = $1", mail_id)
        await parts.mails(db, mail_id, SettleReturn(body.how, who.sub, now), cause)
        await messages.settle(db, person_id, now)

    await transact(parts.platform.pool, work)
