"""Profiles: start one, look at one, list them."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.professional.api.answers import ProfileAnswer, StateName
from services.professional.api.showing import load_for, looked, shown
from services.professional.domain.profile.commands import StartProfile
from services.professional.domain.profile.refusals import OnlyPeopleHaveProfiles, PersonNotVerified, ProfileUnknown
from services.professional.parts import READERS, ProfessionalParts, parts
from services.professional.views.profiles import ProfileRow, list_profiles
from services.professional.views.requirements import get_checklist
from services.professional.views.verified_people import kind_of
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Malformed
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, CreatedAnswer
from shared.http.cause import cause
from shared.http.etag import etag
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import Principal, person, person_or_staff, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/profiles", tags=["profiles"])
reader = person_or_staff(*READERS)


class CursorInvalid(Malformed):
    """Not a cursor of ours."""

    sentence = "O cursor não é válido. Recomece a lista."


class ProfileLine(Answer):
    """One line of the list."""

    id: UUID
    person_id: UUID
    display_name: str | None
    state: str
    profession: str | None
    council: str | None
    uf: str | None
    submission: int
    protocol: str | None
    filed_at: datetime | None
    due_on: date | None
    valid_until: date | None
    version: int
    changed_at: datetime


class ProfilesAnswer(Answer):
    """A page of profiles."""

    profiles: list[ProfileLine]
    next_cursor: str | None
    server_time: datetime


@router.post("", status_code=201, responses=refuses(OnlyPeopleHaveProfiles, PersonNotVerified))
async def start(
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    own: Annotated[ProfessionalParts, Depends(parts)],
) -> CreatedAnswer:
    """Iniciar o perfil profissional de quem está conectado."""

    async def work(db: Db) -> Reply:
        command = StartProfile(who.pid, await kind_of(db, who.pid), own.now())
        outcome = await own.profiles(db, who.pid, command, why, person=who.pid)
        return Reply(201, f"/v1/profiles/{who.pid}", {"id": str(who.pid)}, outcome.version)

    return created(await key.transact(own.platform.pool, work), response)


@router.get("", responses=refuses(CursorInvalid))
async def several(
    who: Annotated[Principal, Depends(staff(*READERS))],
    own: Annotated[ProfessionalParts, Depends(parts)],
    state: StateName | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ProfilesAnswer:
    """Listar perfis, a mudança mais recente primeiro."""
    async with own.platform.pool.acquire(timeout=5) as db:
        rows = await list_profiles(db, state, _after(cursor), limit + 1)
    page = rows[:limit]
    names = await own.platform.names.of([row.profile_id for row in page], "profiles", who.actor)
    return ProfilesAnswer(
        profiles=[_line(row, names.get(row.profile_id)) for row in page],
        next_cursor=_cursor(page) if len(rows) > limit else None,
        server_time=own.now(),
    )


@router.get("/mine", responses=refuses(ProfileUnknown))
async def mine(
    response: Response,
    who: Annotated[Principal, Depends(person)],
    why: Annotated[Cause, Depends(cause)],
    own: Annotated[ProfessionalParts, Depends(parts)],
) -> ProfileAnswer:
    """Ver o próprio perfil profissional."""
    return await _shown(own, who, who.pid, response, why)


@router.get("/{profile_id}", responses=refuses(ProfileUnknown))
async def show(
    profile_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(reader)],
    why: Annotated[Cause, Depends(cause)],
    own: Annotated[ProfessionalParts, Depends(parts)],
) -> ProfileAnswer:
    """Ver um perfil profissional; o olhar da equipe fica registrado."""
    return await _shown(own, who, profile_id, response, why)


async def _shown(own: ProfessionalParts, who: Principal, profile_id: UUID, response: Response, why: Cause) -> ProfileAnswer:
    async def work(db: Db) -> ProfileAnswer:
        state, version = await load_for(own, db, who, profile_id)
        await looked(db, who, profile_id, "look", why)
        checklist = await get_checklist(db, own.today())
        return shown(profile_id, state, version, checklist, who, None, today=own.today(), now=own.now())

    answer = await transact(own.platform.pool, work)
    names = await own.platform.names.of([profile_id], "profile", who.actor)
    response.headers["ETag"] = etag(answer.version)
    return answer.model_copy(update={"display_name": names.get(profile_id)})


def _line(row: ProfileRow, name: str | None) -> ProfileLine:
    return ProfileLine(
        id=row.profile_id,
        person_id=row.profile_id,
        display_name=name,
        state=row.state,
        profession=row.profession,
        council=row.council,
        uf=row.uf,
        submission=row.submission,
        protocol=row.protocol,
        filed_at=row.filed_at,
        due_on=row.due_on,
        valid_until=row.valid_until,
        version=row.version,
        changed_at=row.changed_at,
    )


def _cursor(page: Sequence[ProfileRow]) -> str:
    last = page[-1]
    return base64.urlsafe_b64encode(f"{last.changed_at.isoformat()}|{last.profile_id}".encode()).decode()


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, profile = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise CursorInvalid
        return moment, UUID(profile)
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid from error
