"""Staff log-in: invitation accepted with a password, then password and second factor; a fresh one before what is dangerous."""

import time
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import pyotp
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.identity.api.browser import CrossSiteRefused, known_device, must_be_ours
from services.identity.api.evenly import answer_evenly
from services.identity.api.log_in import Opened, SessionAnswer, Who, access_answer, answer, open_session
from services.identity.api.misses import staff_missed
from services.identity.api.sessions import CredentialsNotRecognised, renew
from services.identity.api.still import must_be_in_session, staff_still
from services.identity.api.typed import Password
from services.identity.domain.attempts.rules import Charged, LoginIsBlocked
from services.identity.domain.password.rules import PasswordTooWeak
from services.identity.domain.session.commands import ShowSecondFactor
from services.identity.domain.staff_member.commands import AcceptInvitation, EnrolTotp
from services.identity.domain.staff_member.decider import InvitationInvalid, InvitationUsed, must_open
from services.identity.hashing import PasswordsBusy
from services.identity.invitations import token_digest
from services.identity.parts import IdentityParts, parts
from services.identity.strength import must_be_strong
from services.identity.views import attempts, staff, totp_uses
from services.identity.views.staff import StaffRow
from services.identity.views.totp_uses import TotpReplayed
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause, cause_of
from shared.http.openapi import refuses
from shared.http.principal import Principal, anyone
from shared.http.principal import staff as any_staff
from shared.http.problem import SessionOver
from shared.identifiers import Document, parse_cpf
from shared.postgres import Db

router = APIRouter(prefix="/v1/staff", tags=["staff-sessions"])
type Totp = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
_STEP = timedelta(seconds=30)


class AcceptInvitationBody(Body):
    """The token of the link, and a password."""

    token: Annotated[str, Field(min_length=40, max_length=200)]
    password: Password


class StaffLogInBody(Body):
    """CPF, password and the code of the authenticator app."""

    cpf: Annotated[str, Field(min_length=11, max_length=20)]
    password: Password
    totp: Totp


class StepUpBody(Body):
    """The code of the authenticator app."""

    totp: Totp


class EnrolmentAnswer(Answer):
    """What the authenticator app needs, shown once."""

    staff_id: UUID
    totp_secret: str
    otpauth_uri: str


@router.post("/invitations/acceptance", responses=refuses(InvitationInvalid, InvitationUsed, PasswordTooWeak, PasswordsBusy))
async def accept_invitation(
    body: AcceptInvitationBody,
    request: Request,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> EnrolmentAnswer:
    """Aceitar o convite: escolher a senha e receber o segredo do aplicativo autenticador."""
    staff_id, digest = _staff_of(body.token), token_digest(parts, body.token)
    async with parts.platform.pool.acquire(timeout=5) as db:
        must_open((await parts.staff_members.load(db, staff_id))[0], digest, parts.platform.clock())
        row = await staff.find(db, staff_id)
    if row is None:
        raise InvitationInvalid
    must_be_strong(parts.settings, body.password, [row.name, row.email])
    secret = pyotp.random_base32()
    hashed = await parts.passwords.hash(body.password)
    command = AcceptInvitation(digest, hashed, secret, parts.platform.clock())
    await transact(parts.platform.pool, lambda db: parts.staff_members(db, staff_id, command, cause_of(request, None)))
    uri = pyotp.TOTP(secret).provisioning_uri(name=row.email or str(staff_id), issuer_name=parts.settings.brand_name)
    return EnrolmentAnswer(staff_id=staff_id, totp_secret=secret, otpauth_uri=uri)


def _staff_of(token: str) -> UUID:
    try:
        return UUID(token.partition(".")[0])
    except ValueError:
        raise InvitationInvalid from None


@router.post(
    "/sessions",
    status_code=201,
    responses=refuses(CredentialsNotRecognised, LoginIsBlocked, TotpReplayed, PasswordsBusy, CrossSiteRefused),
)
async def log_in(
    body: StaffLogInBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Entrar na equipe com CPF, senha e código do aplicativo."""
    must_be_ours(request, parts.settings.home_of("staff"))
    person_id = parts.platform.people.of(Document("cpf", parse_cpf(body.cpf)))
    now = parts.platform.clock()
    began = time.monotonic()

    async def charge(db: Db) -> tuple[Charged, StaffRow | None, UUID | None]:
        row = await staff.find_by_person(db, person_id)
        device = await known_device(db, request, parts, row.staff_id if row else person_id)
        browser = device or attempts.UNKNOWN_BROWSER
        return await attempts.charge_attempt(db, person_id, browser, "staff-password", now, parts.settings.attempts), row, device

    async with parts.passwords.turn() as turn:
        charged, row, device = await transact(parts.platform.pool, charge)
        fits = await turn.fits(row.password_hash if row else None, body.password)
    cause = cause_of(request, None, actor=f"staff:{row.staff_id}" if row else "staff:unknown")

    async def work(db: Db) -> Opened | None:
        known = await staff_still(db, parts, row, body.password) if row is not None and fits else None
        if known is None or not await _second_factor(db, parts, known, body.totp):
            await staff_missed(db, parts, person_id, row, charged, cause)
            return None
        await attempts.forgive(db, person_id, device or attempts.UNKNOWN_BROWSER, "staff-password")
        await parts.staff_members(db, known.staff_id, EnrolTotp(now), cause)
        who = Who(known.staff_id, person_id, "staff", ("pwd", "otp"), tuple(sorted(known.roles)))
        return await open_session(db, parts, request, who, cause, known=device, new_browser=device is None, shared=False)

    opened = await transact(parts.platform.pool, work)
    if opened is None:
        await answer_evenly(began, charged)
        raise CredentialsNotRecognised
    return await answer(parts, request, response, opened)


async def _second_factor(db: Db, parts: IdentityParts, row: StaffRow, code: str) -> bool:
    """Whether somebody who may log in shows a code of now; raises TotpReplayed."""
    return (
        row.totp_secret is not None and row.state in {"accepted", "active"} and await _spend(db, parts, row.staff_id, row.totp_secret, code)
    )


async def _spend(db: Db, parts: IdentityParts, staff_id: UUID, secret: str, code: str) -> bool:
    """Take a code once: of this half minute or the one before; False for a wrong one. Raises TotpReplayed."""
    now = parts.platform.clock()
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp() // _STEP.total_seconds())
    for step in (current, current - 1):
        if totp.verify(code, for_time=step * int(_STEP.total_seconds()), valid_window=0):
            await totp_uses.spend(db, staff_id, step)
            return True
    return False


@router.post("/sessions/refreshes", responses=refuses(SessionOver, CrossSiteRefused))
async def refresh(
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Renovar o acesso da equipe com o cookie da sessão."""
    return await renew(request, response, parts, "staff")


@router.post("/step-ups", responses=refuses(CredentialsNotRecognised, LoginIsBlocked, TotpReplayed, SessionOver))
async def step_up(
    body: StepUpBody,
    who: Annotated[Principal, Depends(any_staff())],
    cause: Annotated[Cause, Depends(cause)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Confirmar de novo o segundo fator, antes de um ato sensível."""
    now = parts.platform.clock()
    session_id = who.sid
    if session_id is None:
        raise SessionOver

    async def charge(db: Db) -> Charged:
        return await attempts.charge_attempt(db, who.pid, session_id, "staff-password", now, parts.settings.attempts)

    charged = await transact(parts.platform.pool, charge)

    async def work(db: Db) -> StaffRow | None:
        row = await staff.hold(db, who.sub)
        await must_be_in_session(db, who)
        if row is None or row.state != "active" or row.totp_secret is None:
            raise SessionOver
        if not await _spend(db, parts, row.staff_id, row.totp_secret, body.totp):
            await staff_missed(db, parts, who.pid, row, charged, cause)
            return None
        await attempts.forgive(db, who.pid, session_id, "staff-password")
        await parts.sessions(db, session_id, ShowSecondFactor(now), cause)
        return row

    row = await transact(parts.platform.pool, work)
    if row is None:
        raise CredentialsNotRecognised
    known = Who(row.staff_id, row.person_id, "staff", ("pwd", "otp"), tuple(sorted(row.roles)))
    return await access_answer(parts, known, session_id, now)
