"""One deed on one review: in one transaction, on fresh knowledge of ended sessions, and then shown."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import Response

from services.backoffice.api.answers import ReviewAnswer
from services.backoffice.api.showing import Loaded, load, show
from services.backoffice.domain.review.commands import ReviewCommand
from services.backoffice.parts import BackofficeParts
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_be_fresh
from shared.eventsourcing.transaction import transact
from shared.http.etag import etag
from shared.http.principal import Principal
from shared.postgres import Db

VIEWS = "backoffice.views"
SESSIONS = "identity.session"


class SessionUnknown(Unavailable):
    """Whether this session still stands is not known: the reader of identity is behind or silent."""

    sentence = "Não foi possível confirmar sua sessão agora. Tente novamente em instantes."


async def session_known(db: Db) -> None:
    """Staff write only while ended sessions are known; raises SessionUnknown."""
    await must_be_fresh(db, VIEWS, SessionUnknown, [SESSIONS])


async def do(
    parts: BackofficeParts,
    review_id: UUID,
    who: Principal,
    cause: Cause,
    command: Callable[[Db, Loaded], Awaitable[ReviewCommand]],
    response: Response,
    expected: int | None = None,
) -> ReviewAnswer:
    """Load what the caller may see, send the command it makes, and show what came of it."""

    async def work(db: Db) -> Loaded:
        await session_known(db)
        found = await load(db, parts, review_id, who)
        await parts.reviews(db, review_id, await command(db, found), cause, expected=expected)
        return await load(db, parts, review_id, who)

    after = await transact(parts.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(after.version)
    return await show(parts, after, who)
