"""One deed on one grant: in one transaction, on fresh knowledge of ended sessions, and then shown."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
from fastapi import Response

from services.access.api.answers import GrantAnswer
from services.access.api.showing import show_grants
from services.access.domain.grant.commands import GrantCommand
from services.access.domain.grant.refusals import HolderNotProven, UnknownGrant
from services.access.parts import AccessParts
from services.access.views.grants import find_grant
from services.access.views.proven_holders import is_proven
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_be_fresh
from shared.eventsourcing.transaction import transact
from shared.http.etag import etag
from shared.http.principal import Principal
from shared.postgres import Db

VIEWS = "access.views"
SESSIONS = "identity.session"

type Command = Callable[[Db, asyncpg.Record, bool], Awaitable[GrantCommand]]
"""Makes the command from what is known: the grant's row, and whether the caller acts as a proven holder."""


class SessionUnknown(Unavailable):
    """Whether this session still stands is not known: the reader of identity is behind or silent."""

    sentence = "Não foi possível confirmar sua sessão agora. Tente novamente em instantes."


async def session_known(db: Db) -> None:
    """Access is granted and ended only while ended sessions are known; raises SessionUnknown."""
    await must_be_fresh(db, VIEWS, SessionUnknown, [SESSIONS])


async def get_grant(db: Db, grant_id: UUID, who: Principal) -> asyncpg.Record:
    """A grant of the caller's; raises UnknownGrant."""
    row = await find_grant(db, grant_id, who.pid)
    if row is None:
        raise UnknownGrant
    return row


async def seen_grant(db: Db, grant_id: UUID, who: Principal) -> tuple[asyncpg.Record, bool]:
    """A grant that the caller may look at, and whether they act as a proven holder; raises UnknownGrant, HolderNotProven."""
    row = await get_grant(db, grant_id, who)
    proven = await is_proven(db, who.pid)
    if who.pid != row["professional_id"] and not proven:
        raise HolderNotProven
    return row, proven


async def do(
    parts: AccessParts,
    grant_id: UUID,
    who: Principal,
    cause: Cause,
    command: Command,
    response: Response,
    expected: int | None = None,
) -> GrantAnswer:
    """Find the caller's grant, send the command made for it, and show what came of it."""

    async def work(db: Db) -> tuple[asyncpg.Record, bool]:
        await session_known(db)
        row = await get_grant(db, grant_id, who)
        proven = await is_proven(db, who.pid)
        await parts.grants(db, grant_id, await command(db, row, proven), cause, expected=expected)
        return await get_grant(db, grant_id, who), proven

    after, proven = await transact(parts.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(after["version"])
    return (await show_grants(parts, [after], who, proven=proven))[0]
