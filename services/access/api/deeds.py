"""One deed on one grant: in one transaction, on fresh knowledge of ended sessions, and then shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, Response

from services.access.api.answers import GrantAnswer
from services.access.api.showing import show_grants
from services.access.domain.grant.commands import GrantCommand
from services.access.domain.grant.present import Present
from services.access.domain.grant.refusals import HolderNotProven, UnknownGrant
from services.access.parts import AccessParts, parts
from services.access.views.grants import find_grant
from services.access.views.proven_holders import is_proven
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_be_fresh
from shared.eventsourcing.transaction import transact
from shared.http.cause import cause
from shared.http.etag import etag, if_match
from shared.http.principal import Principal, person
from shared.postgres import Db

VIEWS = "access.views"
SESSIONS = "identity.session"


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


@dataclass(frozen=True, slots=True)
class Known:
    """What a deed is decided on: who asks, the grant's row, whether they act as a proven holder, and the present."""

    who: UUID
    row: asyncpg.Record
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class GrantDeed:
    """Somebody at one grant; what every deed on it is done with."""

    grant_id: UUID
    who: Principal
    why: Cause
    expected: int | None
    of: AccessParts
    response: Response

    async def do(self, command: Callable[[Known], GrantCommand]) -> GrantAnswer:
        """Find the caller's grant, send the command made for it, and show what came of it."""

        async def made(_: Db, known: Known) -> GrantCommand:
            return command(known)

        return await self.look_and_do(made)

    async def look_and_do(self, command: Callable[[Db, Known], Awaitable[GrantCommand]]) -> GrantAnswer:
        """The same where the command needs another look at the database, in the same transaction."""
        of, who, grant_id = self.of, self.who, self.grant_id

        async def work(db: Db) -> tuple[asyncpg.Record, bool]:
            await session_known(db)
            row = await get_grant(db, grant_id, who)
            known = Known(who.pid, row, await is_proven(db, who.pid), of.present())
            await of.grants(db, grant_id, await command(db, known), self.why, expected=self.expected)
            return await get_grant(db, grant_id, who), known.proven

        after, proven = await transact(of.platform.pool, work, retry=self.expected is None)
        self.response.headers["ETag"] = etag(after["version"])
        return (await show_grants(of, [after], who, proven=proven))[0]


async def on_grant(
    grant_id: UUID,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    expected: Annotated[int | None, Depends(if_match)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> GrantDeed:
    """The dependency of every deed on a grant."""
    return GrantDeed(grant_id, who, why, expected, of, response)


type OnGrant = Annotated[GrantDeed, Depends(on_grant)]
