"""Suspending and reinstating a profile (supervisors), and what the professional has to say about it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.professional.api.writing import SessionUnknown, WrittenAnswer, edit, own
from services.professional.domain.profile.commands import (
    AnswerSuspension,
    ProfileCommand,
    ReinstateProfile,
    SuspendProfile,
)
from services.professional.domain.profile.refusals import (
    ProfileNotApproved,
    ProfileNotSuspended,
    ProfileUnknown,
    ValidityInThePast,
)
from services.professional.parts import ProfessionalParts, parts
from services.professional.views.requirements import get_suspension_reason
from shared.catalogue import CodeNotInCatalogue
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Forbidden
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, person, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/profiles/{profile_id}", tags=["profiles"])

type Supervisor = Annotated[Principal, Depends(staff("supervisor"))]
type Why = Annotated[Cause, Depends(cause)]
type Seen = Annotated[int | None, Depends(if_match)]
type Own = Annotated[ProfessionalParts, Depends(parts)]


class OwnProfile(Forbidden):
    """Nobody decides about themselves."""

    sentence = "Você não decide sobre o próprio perfil. Outra pessoa deve fazê-lo."


class SuspensionBody(Body):
    """Why: a code of the catalogue `profile-suspension-reasons`."""

    reason: str = Field(min_length=1, max_length=60)


class AnswerBody(Body):
    """In the professional's own words."""

    text: str = Field(min_length=1, max_length=4000)


@router.post("/suspensions", responses=refuses(ProfileUnknown, ProfileNotApproved, OwnProfile, CodeNotInCatalogue, SessionUnknown))
async def suspend(
    profile_id: UUID, body: SuspensionBody, response: Response, who: Supervisor, why: Why, seen: Seen, its: Own
) -> WrittenAnswer:
    """Suspender um perfil aprovado."""
    _not_oneself(who, profile_id)

    async def make(db: Db) -> ProfileCommand:
        return SuspendProfile(await get_suspension_reason(db, body.reason, its.today()), who.pid, its.now())

    return await edit(its, profile_id, make, why, response, expected=seen, weighs="much")


@router.post("/reinstatements", responses=refuses(ProfileUnknown, ProfileNotSuspended, ValidityInThePast, OwnProfile, SessionUnknown))
async def reinstate(profile_id: UUID, response: Response, who: Supervisor, why: Why, seen: Seen, its: Own) -> WrittenAnswer:
    """Encerrar a suspensão."""
    _not_oneself(who, profile_id)

    async def make(_db: Db) -> ProfileCommand:
        return ReinstateProfile(who.pid, its.today(), its.now())

    return await edit(its, profile_id, make, why, response, expected=seen, weighs="much")


@router.post("/suspension-answers", responses=refuses(ProfileUnknown, ProfileNotSuspended))
async def answer(
    profile_id: UUID,
    body: AnswerBody,
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Why,
    seen: Seen,
    its: Own,
) -> WrittenAnswer:
    """Responder à suspensão."""
    own(who, profile_id)

    async def make(_db: Db) -> ProfileCommand:
        return AnswerSuspension(body.text, its.now())

    return await edit(its, profile_id, make, why, response, expected=seen)


def _not_oneself(who: Principal, profile_id: UUID) -> None:
    if who.pid == profile_id:
        raise OwnProfile
