"""What an attendant does once the identity was proofed: each deed needs a fresh second factor, is recorded under the protocol, is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from services.identity.api.log_in import end_all
from services.identity.api.service_desk import DEED_REFUSALS, AttendanceAnswer, do_deed, shown
from services.identity.api.typed import Email, Phone
from services.identity.domain.attendance.events import Deed
from services.identity.domain.block.commands import LiftBlock
from services.identity.domain.user.commands import ChangePhone, CorrectEmail, ProveHolder
from services.identity.letters import tell_old_address
from services.identity.parts import IdentityParts, parts
from services.identity.views import attempts, blocks, known_browsers
from services.identity.views.accounts import Account
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.principal import Principal, step_up
from shared.postgres import Db

router = APIRouter(prefix="/v1/service-desk/attendances/{attendance_id}", tags=["service-desk"])


class ContactBody(Body):
    """The person's e-mail or phone of today, or both."""

    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.email is None and self.phone is None:
            raise PydanticCustomError("missing", "Informe o e-mail ou o telefone.")
        return self


@dataclass(frozen=True, slots=True)
class Desk:
    """An attendant with a fresh second factor at one attendance; what every deed is done with."""

    attendance_id: UUID
    response: Response
    by: UUID
    cause: Cause
    parts: IdentityParts

    async def do(self, deed: Deed, work: Callable[[Db, Account], Awaitable[object]]) -> AttendanceAnswer:
        """Record the deed and do it, in one transaction."""

        async def both(db: Db) -> AttendanceAnswer:
            await work(db, await do_deed(db, self.parts, self.attendance_id, deed, self.by, self.cause))
            return await shown(db, self.parts, self.attendance_id, self.response)

        return await transact(self.parts.platform.pool, both)


async def at_desk(
    attendance_id: UUID,
    response: Response,
    who: Annotated[Principal, Depends(step_up("attendant"))],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> Desk:
    """The dependency of every deed at the desk."""
    return Desk(attendance_id, response, who.sub, cause, parts)


type AtDesk = Annotated[Desk, Depends(at_desk)]


@router.post("/holder-proofs", responses=DEED_REFUSALS)
async def prove_holder(desk: AtDesk) -> AttendanceAnswer:
    """Comprovar que a conta é do titular."""

    async def work(db: Db, account: Account) -> None:
        await desk.parts.users(db, account.user_id, ProveHolder("attendant", desk.parts.platform.clock()), desk.cause)

    return await desk.do("holder-proven", work)


@router.post("/block-lifts", responses=DEED_REFUSALS)
async def lift_blocks(desk: AtDesk) -> AttendanceAnswer:
    """Levantar os bloqueios de acesso e de recuperação."""

    async def work(db: Db, account: Account) -> None:
        now = desk.parts.platform.clock()
        for block_id, _, _ in await blocks.holding(db, account.person_id, now):
            await desk.parts.blocks(db, block_id, LiftBlock(now), desk.cause)
        await attempts.lift(db, account.person_id)

    return await desk.do("block-lifted", work)


@router.post("/contact-corrections", responses=DEED_REFUSALS)
async def correct_contact(body: ContactBody, desk: AtDesk) -> AttendanceAnswer:
    """Corrigir o e-mail ou o telefone da conta; o endereço antigo e o novo são avisados."""

    async def work(db: Db, account: Account) -> None:
        now = desk.parts.platform.clock()
        if body.email is not None:
            outcome = await desk.parts.users(db, account.user_id, CorrectEmail(body.email, now), desk.cause)
            if outcome.events and account.email:
                await tell_old_address(db, desk.parts.templates, account.person_id, account.email, desk.cause)
        if body.phone is not None:
            await desk.parts.users(db, account.user_id, ChangePhone(body.phone, now), desk.cause)

    return await desk.do("contact-corrected", work)


@router.post("/session-ends", responses=DEED_REFUSALS)
async def end_sessions(desk: AtDesk) -> AttendanceAnswer:
    """Encerrar todas as sessões da pessoa."""

    async def work(db: Db, account: Account) -> None:
        await end_all(db, desk.parts, account.user_id, "ended-by-staff", desk.cause)
        await known_browsers.forget(db, account.user_id)

    return await desk.do("sessions-ended", work)
