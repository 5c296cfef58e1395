"""Submitting a profile, taking it back, renewing it, closing it; and what is still missing."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.professional.api.writing import SessionUnknown, WrittenAnswer, edit, own, session_known
from services.professional.domain.profile.commands import (
    CloseProfile,
    ProfileCommand,
    StartRenewal,
    SubmitProfile,
    WithdrawSubmission,
)
from services.professional.domain.profile.narrowing import drafting
from services.professional.domain.profile.refusals import (
    DocumentMissing,
    NothingChangedSinceRejection,
    NothingToRenew,
    NothingUnderReview,
    ProfileIsSuspended,
    ProfileUnderReview,
    ProfileUnknown,
    RegistrationHeldByAnother,
    RenewalNotStarted,
    StepIncomplete,
)
from services.professional.domain.profile.states import Registration
from services.professional.domain.profile.submitting import Problem, problems
from services.professional.parts import ProfessionalParts, parts
from services.professional.views.registrations import digest, is_held_by_another
from services.professional.views.requirements import get_checklist
from shared.documents.view import DocumentRow, documents_of
from shared.eventsourcing.event import Cause
from shared.http.body import Answer, CreatedAnswer
from shared.http.cause import cause
from shared.http.etag import if_match
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.postgres import Db
from shared.protocols import next_protocol

router = APIRouter(prefix="/v1/profiles/{profile_id}", tags=["profiles"])
STEPS = ("profession", "registration", "company", "documents")
_DIGIT = 2

type Who = Annotated[Principal, Depends(person)]
type Why = Annotated[Cause, Depends(cause)]
type Seen = Annotated[int | None, Depends(if_match)]
type Own = Annotated[ProfessionalParts, Depends(parts)]


class ProblemAnswer(Answer):
    """Something that is missing or wrong."""

    step: str
    code: str
    sentence: str
    slot: str | None


class TaskAnswer(Answer):
    """One step and how far it is."""

    step: Literal["profession", "registration", "company", "documents"]
    status: Literal["done", "incomplete", "problem", "verifying"]
    missing: list[str]


class ReadinessAnswer(Answer):
    """Whether it may be submitted, and all that is missing."""

    ready: bool
    tasks: list[TaskAnswer]
    problems: list[ProblemAnswer]


@router.get("/readiness", responses=refuses(ProfileUnknown, ProfileUnderReview, RenewalNotStarted, ProfileIsSuspended))
async def readiness(profile_id: UUID, who: Who, its: Own) -> ReadinessAnswer:
    """Ver o que falta para enviar."""
    own(who, profile_id)
    async with its.platform.pool.acquire(timeout=5) as db:
        state, _ = await its.profiles.load(db, profile_id)
        _, work = drafting(state)
        found = [*problems(work.form, await get_checklist(db, its.today()))]
        if await _held(its, db, profile_id, work.form.registration):
            found.append(Problem("registration", RegistrationHeldByAnother.code, RegistrationHeldByAnother.sentence))
        uploads = await documents_of(db, its.profiles.stream(profile_id))
    told = [ProblemAnswer(step=item.step, code=item.code, sentence=item.sentence, slot=item.slot) for item in found]
    return ReadinessAnswer(ready=not told, tasks=_tasks(found, uploads), problems=told)


@router.post(
    "/submissions",
    status_code=201,
    responses=refuses(
        *(ProfileUnknown, ProfileUnderReview, StepIncomplete, DocumentMissing, NothingChangedSinceRejection, RegistrationHeldByAnother),
        SessionUnknown,
    ),
)
async def submit(
    profile_id: UUID, response: Response, who: Who, why: Why, key: Annotated[Once, Depends(once)], seen: Seen, its: Own
) -> CreatedAnswer:
    """Enviar o perfil para análise e receber o protocolo."""
    own(who, profile_id)

    async def work(db: Db) -> Reply:
        await session_known(db)
        command = await _submission(its, db)
        outcome = await its.profiles(db, profile_id, command, why, expected=seen, person=profile_id)
        ids = {"id": str(profile_id), "protocol": command.protocol}
        return Reply(201, f"/v1/profiles/{profile_id}", ids, outcome.version)

    return created(await key.transact(its.platform.pool, work, retry=seen is None), response)


@router.post("/withdrawals", responses=refuses(ProfileUnknown, NothingUnderReview, SessionUnknown))
async def withdraw(profile_id: UUID, response: Response, who: Who, why: Why, seen: Seen, its: Own) -> WrittenAnswer:
    """Retirar o envio antes da conclusão."""
    return await _deed(its, profile_id, WithdrawSubmission(its.now()), response, who, why, seen)


@router.post("/renewals", responses=refuses(ProfileUnknown, NothingToRenew, ProfileIsSuspended, SessionUnknown))
async def renew(profile_id: UUID, response: Response, who: Who, why: Why, seen: Seen, its: Own) -> WrittenAnswer:
    """Iniciar a renovação; o perfil aprovado vale até a decisão."""
    return await _deed(its, profile_id, StartRenewal(its.now()), response, who, why, seen)


@router.post("/closures", responses=refuses(ProfileUnknown, SessionUnknown))
async def close(profile_id: UUID, response: Response, who: Who, why: Why, seen: Seen, its: Own) -> WrittenAnswer:
    """Encerrar o perfil profissional."""
    return await _deed(its, profile_id, CloseProfile("person", its.now()), response, who, why, seen)


async def _submission(its: ProfessionalParts, db: Db) -> SubmitProfile:
    today, now = its.today(), its.now()
    protocol = await next_protocol(db, _DIGIT, today.year, offset=its.settings.protocol_offset)
    due = its.platform.calendar.due(now, its.settings.review_business_days, "business-days", "distributor")
    return SubmitProfile(await get_checklist(db, today), protocol, due.due_on, now)


async def _deed(
    its: ProfessionalParts, profile_id: UUID, command: ProfileCommand, response: Response, who: Principal, why: Cause, seen: int | None
) -> WrittenAnswer:
    own(who, profile_id)

    async def make(_db: Db) -> ProfileCommand:
        return command

    return await edit(its, profile_id, make, why, response, expected=seen, weighs="much")


async def _held(its: ProfessionalParts, db: Db, profile_id: UUID, registration: Registration | None) -> bool:
    if registration is None or not isinstance(registration.number, str):
        return False
    value = digest(its.platform.people, registration.council, registration.uf, registration.number)
    return await is_held_by_another(db, profile_id, value)


def _tasks(found: list[Problem], uploads: list[DocumentRow]) -> list[TaskAnswer]:
    verifying = any(row.state == "under-verification" for row in uploads)
    tasks = []
    for step in STEPS:
        mine = [item for item in found if item.step == step]
        missing = [item.slot or item.code for item in mine]
        status: Literal["done", "incomplete", "problem", "verifying"] = "incomplete" if mine else "done"
        if any(item.code == RegistrationHeldByAnother.code for item in mine):
            status = "problem"
        elif mine and step == "documents" and verifying:
            status = "verifying"
        tasks.append(TaskAnswer(step=step, status=status, missing=missing))
    return tasks
