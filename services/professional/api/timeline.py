"""What happened to a profile, in sentences."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.professional.api.profiles import reader
from services.professional.api.showing import load_for, looked
from services.professional.domain.profile.events import (
    CompanyGiven,
    DocumentAttached,
    DocumentRemoved,
    ExpiryAnnounced,
    ProfessionChosen,
    ProfileApproved,
    ProfileClosed,
    ProfileExpired,
    ProfileReinstated,
    ProfileRejected,
    ProfileStarted,
    ProfileSubmitted,
    ProfileSuspended,
    RegistrationGiven,
    RenewalStarted,
    SubmissionWithdrawn,
    SuspensionAnswered,
)
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.parts import ProfessionalParts, parts
from shared.eventsourcing.event import Cause, Event
from shared.http.body import Answer
from shared.http.cause import cause
from shared.http.openapi import refuses
from shared.http.principal import Principal

router = APIRouter(prefix="/v1/profiles/{profile_id}", tags=["profiles"])


class MomentAnswer(Answer):
    """One thing that happened."""

    at: datetime
    code: str
    sentence: str
    by: str
    version: int


class TimelineAnswer(Answer):
    """All that happened, the latest last."""

    moments: list[MomentAnswer]


@router.get("/timeline", responses=refuses(ProfileUnknown))
async def timeline(
    profile_id: UUID,
    who: Annotated[Principal, Depends(reader)],
    why: Annotated[Cause, Depends(cause)],
    its: Annotated[ProfessionalParts, Depends(parts)],
) -> TimelineAnswer:
    """Ver o que aconteceu com um perfil; o olhar da equipe fica registrado."""
    async with its.platform.pool.acquire(timeout=5) as db, db.transaction():
        await load_for(its, db, who, profile_id)
        await looked(db, who, profile_id, "timeline", why)
        history = await its.profiles.store.load(db, its.profiles.stream(profile_id))
    return TimelineAnswer(
        moments=[
            MomentAnswer(
                at=record.recorded_at,
                code=type(record.event).__name__,
                sentence=said,
                by=record.cause.actor.partition(":")[0],
                version=record.version,
            )
            for record in history
            if (said := sentence(record.event)) is not None
        ]
    )


def sentence(event: Event) -> str | None:  # noqa: C901, PLR0911, PLR0912 - one line per event
    """An event as people tell it; None for what is only the services' business."""
    match event:
        case ProfileStarted():
            return "Perfil iniciado."
        case ProfessionChosen():
            return "Profissão escolhida."
        case RegistrationGiven(council=council, uf=uf):
            return f"Registro informado: {council}/{uf}."
        case CompanyGiven(company_id=company):
            return "Empresa informada." if company else "Trabalha por conta própria."
        case DocumentAttached():
            return "Documento anexado."
        case DocumentRemoved():
            return "Documento retirado."
        case RenewalStarted():
            return "Renovação iniciada."
        case ProfileSubmitted(protocol=protocol):
            return f"Enviado para análise. Protocolo {protocol}."
        case SubmissionWithdrawn(protocol=protocol):
            return f"Envio {protocol} retirado."
        case ProfileApproved(valid_until=until):
            return f"Aprovado, válido até {until:%d/%m/%Y}."
        case ProfileRejected():
            return "Não aprovado: há o que corrigir."
        case ProfileSuspended():
            return "Suspenso."
        case SuspensionAnswered():
            return "Resposta à suspensão enviada."
        case ProfileReinstated(valid_until=until):
            return f"Suspensão encerrada; válido até {until:%d/%m/%Y}."
        case ExpiryAnnounced(days=days):
            return f"Aviso de vencimento em {days} dias."
        case ProfileExpired():
            return "Venceu."
        case ProfileClosed():
            return "Encerrado."
        case _:
            return None
