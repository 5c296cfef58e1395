"""A later last day: one side proposes, the other accepts or declines; the present one stands meanwhile."""

from datetime import date

from fastapi import APIRouter

from services.access.api.answers import GrantAnswer
from services.access.api.deeds import OnGrant, SessionUnknown
from services.access.domain.grant import commands as c
from services.access.domain.grant import refusals as r
from shared.http.body import Body
from shared.http.openapi import refuses

router = APIRouter(prefix="/v1/grants/{grant_id}", tags=["grants"])
_REFUSED = refuses(r.UnknownGrant, r.HolderNotProven, r.AccessNotLive, r.NothingProposed, SessionUnknown)


class ProposeExtensionBody(Body):
    """The new last day."""

    ends_on: date


@router.post(
    "/extension",
    responses=refuses(
        r.UnknownGrant, r.HolderNotProven, r.AccessNotLive, r.EndNotInTheFuture, r.EndTooFar, r.AnotherExtensionOpen, SessionUnknown
    ),
)
async def propose(
    grant: OnGrant,
    body: ProposeExtensionBody,
) -> GrantAnswer:
    """Propor uma prorrogação."""
    return await grant.do(lambda known: c.ProposeExtension(known.who, body.ends_on, known.proven, known.present))


@router.post("/extension/acceptance", responses=_REFUSED)
async def accept(grant: OnGrant) -> GrantAnswer:
    """Aceitar a prorrogação proposta."""
    return await grant.do(lambda known: c.AcceptExtension(known.who, known.proven, known.present))


@router.post("/extension/refusal", responses=_REFUSED)
async def decline(grant: OnGrant) -> GrantAnswer:
    """Recusar, ou desistir, da prorrogação proposta."""
    return await grant.do(lambda known: c.DeclineExtension(known.who, known.proven, known.present))
