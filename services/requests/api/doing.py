"""How a route sends a command: who acts is read in the same transaction, and the answer is what stands after it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import Response

from services.requests.api import answers
from services.requests.api.showing import sees_in_full, tell
from services.requests.domain.budget_request.commands import BudgetRequestCommand
from services.requests.domain.budget_request.refusals import RequestUnknown
from services.requests.domain.facts import Doer
from services.requests.parts import RequestsParts
from services.requests.views.budget_requests import RequestRow, find_request
from services.requests.views.world import Standing, must_know_session, standing_on_request
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.etag import etag
from shared.http.principal import Principal
from shared.postgres import Db

type Making = Callable[[Db, Doer, RequestRow], Awaitable[BudgetRequestCommand]]
type Following = Callable[[Db, Doer], Awaitable[None]]


async def act(
    parts: RequestsParts,
    who: Principal,
    request_id: UUID,
    make: Making,
    why: Cause,
    response: Response,
    *,
    expected: int | None = None,
    surely: bool = False,
    then: Following | None = None,
) -> answers.RequestAnswer:
    """Do one deed of a person and tell the request after it; `surely`: only on fresh news of others; `then`: what follows at once."""

    async def work(db: Db) -> answers.RequestAnswer:
        row, standing = await where_they_stand(db, parts, who, request_id, surely=surely)
        doer = standing.doer
        command = await make(db, doer, row)
        await parts.requests(db, request_id, command, why, expected=expected, person=row.holder_id)
        if then is not None:
            await then(db, doer)
        return await tell(db, parts, who, request_id)

    answer = await transact(parts.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def act_as_staff(
    parts: RequestsParts, who: Principal, request_id: UUID, make: Making, why: Cause, response: Response, *, expected: int | None = None
) -> answers.RequestAnswer:
    """Do one deed of staff; whether the role fits was asked at the door."""

    async def work(db: Db) -> answers.RequestAnswer:
        await must_know_session(db)
        row = await find_request(db, request_id)
        if row is None or row.state in {"draft", "discarded"}:
            raise RequestUnknown
        command = await make(db, Doer(who.pid, None), row)
        await parts.requests(db, request_id, command, why, expected=expected, person=row.holder_id)
        return await tell(db, parts, who, request_id)

    answer = await transact(parts.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def whose(db: Db, parts: RequestsParts, who: Principal, request_id: UUID) -> tuple[RequestRow, Doer]:
    """The request and by what right somebody acts on it; raises RequestUnknown where it is not theirs to see."""
    row, standing = await where_they_stand(db, parts, who, request_id)
    return row, standing.doer


async def where_they_stand(
    db: Db, parts: RequestsParts, who: Principal, request_id: UUID, *, surely: bool = False
) -> tuple[RequestRow, Standing]:
    """As `whose`, with the unit; `surely`: only on fresh news of others, raises also SessionUnknown, AccessUnknown."""
    row, standing = await standing_on_request(db, who.pid, request_id, parts.today(), surely=surely)
    sees_in_full(who, row, standing.doer)
    return row, standing
