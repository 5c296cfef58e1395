"""How the routes of a profile write: one command, one transaction, one answer."""

from collections.abc import Awaitable, Callable
from typing import Literal
from uuid import UUID

from fastapi import Response

from services.professional.domain.profile.commands import ProfileCommand
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.parts import ProfessionalParts
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_be_fresh
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer
from shared.http.etag import etag
from shared.http.principal import Principal
from shared.postgres import Db

_VIEWS = "professional.views"


class SessionUnknown(Unavailable):
    """Whether this session still lives cannot be known."""

    sentence = "Não foi possível confirmar a sua sessão agora. Tente novamente em instantes."


class WrittenAnswer(Answer):
    """The version after an edit, to be sent in the next If-Match."""

    id: UUID
    version: int


def own(who: Principal, profile_id: UUID) -> None:
    """Only the owner edits; to others the profile is not there. Raises ProfileUnknown."""
    if who.pid != profile_id:
        raise ProfileUnknown


async def session_known(db: Db) -> None:
    """Where the reader of ended sessions is behind, what weighs is not done; raises SessionUnknown."""
    await must_be_fresh(db, _VIEWS, SessionUnknown, ["identity.session"])


async def edit(
    parts: ProfessionalParts,
    profile_id: UUID,
    make: Callable[[Db], Awaitable[ProfileCommand]],
    why: Cause,
    response: Response,
    *,
    expected: int | None,
    weighs: Literal["little", "much"] = "little",
) -> WrittenAnswer:
    """Decide one command on the version the person has seen."""

    async def work(db: Db) -> WrittenAnswer:
        if weighs == "much":
            await session_known(db)
        outcome = await parts.profiles(db, profile_id, await make(db), why, expected=expected, person=profile_id)
        return WrittenAnswer(id=profile_id, version=outcome.version)

    answer = await transact(parts.platform.pool, work, retry=expected is None)
    response.headers["ETag"] = etag(answer.version)
    return answer
