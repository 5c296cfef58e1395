"""The professional asks for access, the holder allows it; whether the pair typed is right shows in nothing that is answered."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.access.api.answers import GrantAnswer
from services.access.api.deeds import Known, OnGrant, SessionUnknown, session_known
from services.access.api.overdue import settle_overdue
from services.access.domain.grant import commands as c
from services.access.domain.grant import refusals as r
from services.access.parts import AccessParts, parts
from services.access.views.approved_profiles import get_profile_now
from services.access.views.consumer_units import find_unit_now, find_units_by_number
from services.access.views.grants import asks_since, has_open_ask, is_live
from shared.eventsourcing.event import Cause
from shared.http.body import Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.identifiers import CnpjInvalid, CpfInvalid, DocumentInvalid, UnitNumberInvalid, parse_unit_number
from shared.ids import new_id
from shared.postgres import Db
from shared.protocols import next_protocol

router = APIRouter(prefix="/v1/grants", tags=["grants"])
one = APIRouter(prefix="/{grant_id}")
_SERVICE_DIGIT = 3


class RequestAccessBody(Body):
    """Whose unit, and its number, as on the bill."""

    client_document: str = Field(max_length=25)
    unit_number: str = Field(max_length=25)


class AllowRequestBody(Body):
    """Until which last day; `may_decide` only where the holder ticks it."""

    ends_on: date
    may_decide: bool = False


@router.post(
    "/asks",
    status_code=201,
    responses=refuses(
        DocumentInvalid,
        CpfInvalid,
        CnpjInvalid,
        UnitNumberInvalid,
        r.ProfessionalNotApproved,
        r.GrantToOneself,
        r.OfferAlreadyOpen,
        r.AccessAlreadyLive,
        r.TooManyAsks,
        SessionUnknown,
    ),
)
async def ask(
    body: RequestAccessBody,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    of: Annotated[AccessParts, Depends(parts)],
    response: Response,
) -> CreatedAnswer:
    """Pedir acesso à unidade de um cliente; ele é avisado e decide."""
    asked_of = of.platform.people.of_text(body.client_document)
    number = parse_unit_number(body.unit_number, of.platform.settings.distributor_code)

    async def work(db: Db) -> Reply:
        await session_known(db)
        present = of.present()
        asks = await asks_since(db, who.pid, present.calendar.start_of_day(present.today))
        await settle_overdue(db, of, why, who.pid, await _unit_of(db, number), number, asked_of)
        unit = await _matched(db, who.pid, asked_of, number)
        live = unit is not None and await is_live(db, who.pid, unit.unit_id)
        profile = await get_profile_now(db, who.pid)
        protocol = await next_protocol(db, _SERVICE_DIGIT, present.today.year, offset=of.platform.settings.protocol_offset)
        grant_id = new_id()
        command = c.RequestAccess(grant_id, who.pid, number, asked_of, unit, profile, live, asks, protocol, present)
        outcome = await of.grants(db, grant_id, command, why)
        return Reply(201, f"/v1/grants/{grant_id}", {"id": str(grant_id), "protocol": protocol}, outcome.version)

    return created(await key.transact(of.platform.pool, work), response)


async def _unit_of(db: Db, number: str) -> UUID | None:
    return (await find_units_by_number(db, [number])).get(number)


async def _matched(db: Db, professional: UUID, asked_of: UUID, number: str) -> c.UnitNow | None:
    """The unit, when it is that person's; asked for again under another of its numbers it counts as not found."""
    unit = await find_unit_now(db, await _unit_of(db, number))
    if unit is None or unit.holder_id != asked_of or await has_open_ask(db, professional, unit.unit_id, number):
        return None
    return unit


@one.post(
    "/allowance",
    responses=refuses(
        r.UnknownGrant,
        r.NotTheHolder,
        r.HolderNotProven,
        r.OfferOver,
        r.ProfessionalNotApproved,
        r.EndNotInTheFuture,
        r.EndTooFar,
        r.AccessAlreadyLive,
        SessionUnknown,
    ),
)
async def allow(
    grant: OnGrant,
    body: AllowRequestBody,
) -> GrantAnswer:
    """Permitir o acesso pedido, até uma data."""

    async def command(db: Db, known: Known) -> c.GrantCommand:
        unit = await find_unit_now(db, known.row["unit_id"])
        profile = await get_profile_now(db, known.row["professional_id"])
        return c.AllowRequest(known.who, body.ends_on, body.may_decide, known.proven, unit, profile, known.present)

    return await grant.look_and_do(command)


router.include_router(one)
