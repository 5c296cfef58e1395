"""Identity's part of the menu: what whoever asks may do here, why not, and where the way out begins.

It does not depend on whom or which unit one acts for at the moment: nobody acts in somebody else's account.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from services.identity.api.own_account import actions_of, own_account
from services.identity.api.staff_me import deeds_of
from services.identity.domain.user.decider import UserNotFound
from services.identity.parts import IdentityParts, parts
from shared.http.body import Answer, Deed
from shared.http.openapi import refuses
from shared.http.principal import Principal, StepUpRequired, signed_in

router = APIRouter(prefix="/identity/v1/abilities", tags=["me"])


class WayOut(Answer):
    """What to do instead: words for a link, and the path that it begins with."""

    label: str
    href: str


class AbilityLine(Answer):
    """A deed, and whether it may be done now."""

    deed: str
    allowed: bool
    code: str | None
    sentence: str | None
    article: str | None
    until: datetime | None
    way_out: WayOut | None


class AbilitiesAnswer(Answer):
    """The menu of who asks."""

    abilities: list[AbilityLine]
    server_time: datetime


_WAYS_OUT: Mapping[str, WayOut] = {
    "holder-not-proven": WayOut(label="Comprovar que sou o titular", href="/v1/me/holder-codes"),
    StepUpRequired.code: WayOut(label="Confirmar com o aplicativo autenticador", href="/v1/staff/step-ups"),
}


@router.get("", responses=refuses(UserNotFound))
async def abilities(
    who: Annotated[Principal, Depends(signed_in)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> AbilitiesAnswer:
    """O que posso fazer: a parte da identidade no menu."""
    now = parts.platform.clock()
    if who.kind == "staff":
        deeds = deeds_of(who, now)
    else:
        async with parts.platform.pool.acquire(timeout=5) as db:
            deeds = actions_of(await own_account(db, who))
    return AbilitiesAnswer(abilities=[_line(name, deed) for name, deed in deeds.items()], server_time=now)


def _line(name: str, deed: Deed) -> AbilityLine:
    return AbilityLine(
        deed=name,
        allowed=deed.allowed,
        code=deed.code,
        sentence=deed.sentence,
        article=deed.article,
        until=deed.until,
        way_out=_WAYS_OUT.get(deed.code or ""),
    )
