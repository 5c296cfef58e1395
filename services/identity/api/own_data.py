"""A copy of one's data: asked for once, recorded, then taken from each service that holds something."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.identity.api.own_account import own_account
from services.identity.domain.user.commands import ExportPersonalData
from services.identity.domain.user.decider import UserNotFound
from services.identity.parts import IdentityParts, parts
from services.identity.views.erasures import ANSWERING
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.postgres import Db

router = APIRouter(prefix="/v1/me", tags=["me"])


class ExportPart(Answer):
    """Where one service's share is taken, as a ZIP of JSON and documents, with one's own token."""

    service: str
    href: str


class ExportAnswer(Answer):
    """The shares that together are everything."""

    parts: list[ExportPart]


@router.post("/exports", responses=refuses(UserNotFound))
async def export(
    who: Annotated[Principal, Depends(person)],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> ExportAnswer:
    """Pedir uma cópia dos meus dados: um ZIP de cada serviço, com JSON e documentos."""

    async def work(db: Db) -> None:
        account = await own_account(db, who)
        await parts.users(db, account.user_id, ExportPersonalData(parts.platform.clock()), cause)

    await transact(parts.platform.pool, work)
    return ExportAnswer(parts=[ExportPart(service=name, href=f"/{name}/v1/my-data") for name in ("identity", *ANSWERING)])
