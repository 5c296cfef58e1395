"""The holder offers access, the professional confirms or declines, the holder may take it back."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.access.api.answers import GrantAnswer
from services.access.api.deeds import Known, OnGrant, SessionUnknown, session_known
from services.access.api.overdue import settle_overdue
from services.access.domain.consumer_unit.refusals import UnknownUnit
from services.access.domain.grant import commands as c
from services.access.domain.grant import refusals as r
from services.access.parts import AccessParts, parts
from services.access.views.approved_profiles import get_profile_now
from services.access.views.consumer_units import find_unit_now
from services.access.views.grants import is_live
from services.access.views.proven_holders import is_proven
from shared.eventsourcing.event import Cause
from shared.http.body import Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.identifiers import CpfInvalid, parse_document
from shared.ids import new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/grants", tags=["grants"])
one = APIRouter(prefix="/{grant_id}")


class OfferAccessBody(Body):
    """To whom, for which units, until which last day; `may_decide` only where the holder ticks it."""

    professional_cpf: str = Field(max_length=20)
    unit_ids: list[UUID] = Field(min_length=1, max_length=50)
    ends_on: date
    may_decide: bool = False


@router.post(
    "/offers",
    status_code=201,
    responses=refuses(
        UnknownUnit,
        CpfInvalid,
        r.HolderNotProven,
        r.ProfessionalNotApproved,
        r.GrantToOneself,
        r.EndNotInTheFuture,
        r.EndTooFar,
        r.OfferAlreadyOpen,
        r.AccessAlreadyLive,
        SessionUnknown,
    ),
)
async def offer(
    body: OfferAccessBody,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> CreatedAnswer:
    """Oferecer acesso a um profissional, em uma ou mais unidades."""
    document = parse_document(body.professional_cpf)
    if document.kind != "cpf":
        raise CpfInvalid
    professional = of.platform.people.of(document)

    async def work(db: Db) -> Reply:
        await session_known(db)
        proven = await is_proven(db, who.pid)
        profile = await get_profile_now(db, professional)
        made = [
            await _offer(db, of, unit_id, who, why, professional, body, profile, proven=proven)
            for unit_id in sorted(dict.fromkeys(body.unit_ids))
        ]
        ids = {"id": str(made[0])} | {f"grant_{n}": str(grant) for n, grant in enumerate(made, 1)}
        return Reply(201, f"/v1/grants/{made[0]}", ids, 1)

    return created(await key.transact(of.platform.pool, work), response)


async def _offer(
    db: Db,
    of: AccessParts,
    unit_id: UUID,
    who: Principal,
    why: Cause,
    professional: UUID,
    body: OfferAccessBody,
    profile: c.ProfileNow,
    *,
    proven: bool,
) -> UUID:
    unit = await find_unit_now(db, unit_id)
    if unit is None or unit.holder_id != who.pid:
        raise UnknownUnit
    await settle_overdue(db, of, why, professional, unit_id)
    live = await is_live(db, professional, unit_id)
    grant_id = new_id()
    command = c.OfferAccess(
        grant_id, who.pid, professional, unit, body.ends_on, body.may_decide, proven, profile, already_live=live, present=of.present()
    )
    await of.grants(db, grant_id, command, why)
    return grant_id


@one.post(
    "/confirmation",
    responses=refuses(
        r.UnknownGrant, r.NotTheInvited, r.OfferOver, r.ProfessionalNotApproved, r.NotTheHolder, r.AccessAlreadyLive, SessionUnknown
    ),
)
async def confirm(grant: OnGrant) -> GrantAnswer:
    """Confirmar o acesso oferecido."""

    async def command(db: Db, known: Known) -> c.GrantCommand:
        unit = await find_unit_now(db, known.row["unit_id"])
        return c.ConfirmOffer(known.who, unit, await get_profile_now(db, known.who), known.present)

    return await grant.look_and_do(command)


@one.post("/refusal", responses=refuses(r.UnknownGrant, r.NotTheInvited, r.NotTheHolder, r.OfferOver, SessionUnknown))
async def decline(grant: OnGrant) -> GrantAnswer:
    """Recusar o que foi oferecido ou pedido."""

    def command(known: Known) -> c.GrantCommand:
        if known.row["asked_of_id"] is None:
            return c.DeclineOffer(known.who, known.present)
        return c.DeclineRequest(known.who, known.proven, known.present)

    return await grant.do(command)


@one.post("/withdrawal", responses=refuses(r.UnknownGrant, r.NotTheInvited, r.NotTheHolder, r.OfferOver, SessionUnknown))
async def withdraw(grant: OnGrant) -> GrantAnswer:
    """Cancelar o próprio convite ou pedido, enquanto não há resposta."""

    def command(known: Known) -> c.GrantCommand:
        if known.row["asked_of_id"] is None:
            return c.WithdrawOffer(known.who, known.proven, known.present)
        return c.CancelRequest(known.who, known.present)

    return await grant.do(command)


router.include_router(one)
