"""Sign-up in four steps; the same words whether or not the CPF or CNPJ is registered."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import NAMESPACE_URL, UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.identity.api.browser import browser_id, put, read
from services.identity.api.log_in import Opened, SessionAnswer, Who, answer, open_session
from services.identity.api.typed import CompleteDocument, Email, Name, Phone
from services.identity.domain.attempts.rules import TooManyCodes
from services.identity.domain.one_time_code.rules import CodeExpired, CodeWrong, ResendTooSoon, TooManyTries
from services.identity.domain.password.rules import PasswordTooWeak, must_be_strong
from services.identity.domain.sign_up.commands import ChoosePassword, CorrectEmail, GiveNameAndPhone, ProveEmail, ResendCode, StartSignUp
from services.identity.domain.sign_up.decider import (
    CannotConclude,
    Over,
    RepresentativeMissing,
    SigningUp,
    SignUpNotFound,
    SignUpOver,
    StepOutOfOrder,
    under_way,
)
from services.identity.domain.sign_up.events import WrongCodeGiven
from services.identity.domain.user.commands import ProveHolder, VerifyUser
from services.identity.hashing import PasswordsBusy
from services.identity.letters import last_sent, send
from services.identity.parts import IdentityParts, parts
from services.identity.pepper import new_code
from services.identity.views import register
from services.identity.views.accounts import AccountTaken, plain
from services.identity.views.attempts import charge_code
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Outcome
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body, CreatedAnswer
from shared.http.cause import cause_of
from shared.http.etag import etag
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import anyone
from shared.identifiers import CnpjInvalid, CpfInvalid, DocumentInvalid, mask_document, parse_cpf, parse_document
from shared.ids import derived_id, new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/sign-ups", tags=["sign-ups"])
COOKIE = "sign-up"


class StartSignUpBody(Body):
    """CPF or CNPJ, masked or not, and an e-mail."""

    cpf_or_cnpj: CompleteDocument
    email: Email


class CodeBody(Body):
    """The six digits of the e-mail."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class EmailBody(Body):
    """The right e-mail."""

    email: Email


class RepresentativeBody(Body):
    """Who acts for a company."""

    cpf: Annotated[str, Field(max_length=20)]
    name: Name


class NameAndPhoneBody(Body):
    """Name or company name, and phone; a company names its representative."""

    name: Name
    phone: Phone
    representative: RepresentativeBody | None = None


class PasswordBody(Body):
    """The last step."""

    password: Annotated[str, Field(min_length=1, max_length=200)]
    shared_device: bool = False


class SignUpAnswer(Answer):
    """Where a sign-up stands."""

    id: UUID
    step: str
    document: str | None
    email: str | None
    name: str | None
    code_expires_at: datetime | None
    resend_at: datetime | None
    tries_left: int | None
    expires_at: datetime | None
    version: int
    server_time: datetime


def _mask_email(email: str | None) -> str | None:
    if not email:
        return None
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"


def _answer(parts: IdentityParts, sign_up_id: UUID, state: SigningUp | Over, version: int, response: Response) -> SignUpAnswer:
    response.headers["ETag"] = etag(version)
    going = state if isinstance(state, SigningUp) else None
    code = going.code if going and not going.email_proven else None
    return SignUpAnswer(
        id=sign_up_id,
        step=going.step if going else "over",
        document=mask_document(going.document) if going and isinstance(going.document, str) else None,
        email=_mask_email(plain(going.email)) if going else None,
        name=plain(going.name) if going else None,
        code_expires_at=code.expires_at if code else None,
        resend_at=code.resend_at if code else None,
        tries_left=code.tries_left if code else None,
        expires_at=going.expires_at if going else None,
        version=version,
        server_time=parts.platform.clock(),
    )


def _own(request: Request, parts: IdentityParts, sign_up_id: UUID) -> UUID:
    """The sign-up of this browser; raises SignUpNotFound."""
    if parts.pepper.open("sign-up", read(request, parts, COOKIE)) != str(sign_up_id):
        raise SignUpNotFound
    return sign_up_id


async def _send_code(db: Db, parts: IdentityParts, person_id: UUID, email: str, code: str, cause: Cause) -> None:
    await charge_code(db, derived_id(NAMESPACE_URL, parts.pepper.digest("address", email.casefold())), parts.platform.clock())
    await send(db, parts.templates, new_id(), "sign-up-code", person_id, {"code": code}, cause, address=email)


@router.post("", status_code=201, responses=refuses(CpfInvalid, CnpjInvalid, DocumentInvalid, TooManyCodes))
async def start(
    body: StartSignUpBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    once: Annotated[Once, Depends(once)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> CreatedAnswer:
    """Começar o cadastro: um código de seis dígitos vai para o e-mail informado."""
    document = parse_document(body.cpf_or_cnpj)
    people = parts.platform.people
    person_id, sign_up_id, code = people.of(document), new_id(), new_code()
    cause = cause_of(request, None)

    async def work(db: Db) -> Reply:
        command = StartSignUp(
            sign_up_id,
            person_id,
            document.kind,
            people.root(document),
            document.number,
            body.email,
            parts.pepper.digest("code", sign_up_id, code),
            parts.platform.clock(),
        )
        outcome = await parts.sign_ups(db, sign_up_id, command, cause, person=person_id)
        await _send_code(db, parts, person_id, body.email, code, cause)
        return Reply(201, f"/v1/sign-ups/{sign_up_id}", {"id": str(sign_up_id)}, outcome.version)

    browser = browser_id(request, response, parts)
    reply = await transact(parts.platform.pool, lambda db: once.anonymous(str(browser)).run(db, work))
    put(response, parts, COOKIE, parts.pepper.seal("sign-up", reply.ids["id"]), 24 * 3600)
    return created(reply, response)


@router.get("/{sign_up_id}", responses=refuses(SignUpNotFound))
async def show(
    sign_up_id: UUID,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SignUpAnswer:
    """Em que passo está o cadastro deste navegador."""
    _own(request, parts, sign_up_id)
    async with parts.platform.pool.acquire(timeout=5) as db:
        state, version = await parts.sign_ups.load(db, sign_up_id)
    return _shown(parts, sign_up_id, state, version, response)


def _shown(parts: IdentityParts, sign_up_id: UUID, state: object, version: int, response: Response) -> SignUpAnswer:
    if not isinstance(state, SigningUp | Over):
        raise SignUpNotFound
    return _answer(parts, sign_up_id, state, version, response)


@router.post(
    "/{sign_up_id}/codes", responses=refuses(SignUpNotFound, SignUpOver, StepOutOfOrder, ResendTooSoon, TooManyTries, TooManyCodes)
)
async def resend(
    sign_up_id: UUID,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SignUpAnswer:
    """Enviar um novo código; o anterior deixa de valer."""
    _own(request, parts, sign_up_id)
    code, cause = new_code(), cause_of(request, None)

    async def work(db: Db) -> Outcome[object]:
        command = ResendCode(parts.pepper.digest("code", sign_up_id, code), parts.platform.clock())
        outcome = await parts.sign_ups(db, sign_up_id, command, cause)
        going = under_way(outcome.state, parts.platform.clock())
        await _send_code(db, parts, going.person_id, str(plain(going.email)), code, cause)
        return Outcome(outcome.id, outcome.stream, outcome.state, outcome.version, outcome.events)

    outcome = await transact(parts.platform.pool, work)
    return _shown(parts, sign_up_id, outcome.state, outcome.version, response)


@router.post("/{sign_up_id}/email-corrections", responses=refuses(SignUpNotFound, SignUpOver, ResendTooSoon, TooManyTries, TooManyCodes))
async def correct_email(
    sign_up_id: UUID,
    body: EmailBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SignUpAnswer:
    """Corrigir o e-mail: um novo código vai para o endereço certo."""
    _own(request, parts, sign_up_id)
    code, cause = new_code(), cause_of(request, None)

    async def work(db: Db) -> Outcome[object]:
        command = CorrectEmail(body.email, parts.pepper.digest("code", sign_up_id, code), parts.platform.clock())
        outcome = await parts.sign_ups(db, sign_up_id, command, cause)
        if outcome.events:
            going = under_way(outcome.state, parts.platform.clock())
            await _send_code(db, parts, going.person_id, body.email, code, cause)
        return Outcome(outcome.id, outcome.stream, outcome.state, outcome.version, outcome.events)

    outcome = await transact(parts.platform.pool, work)
    return _shown(parts, sign_up_id, outcome.state, outcome.version, response)


@router.post("/{sign_up_id}/proofs", responses=refuses(SignUpNotFound, SignUpOver, StepOutOfOrder, CodeWrong, CodeExpired, TooManyTries))
async def prove_email(
    sign_up_id: UUID,
    body: CodeBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SignUpAnswer:
    """Digitar o código recebido por e-mail."""
    _own(request, parts, sign_up_id)
    command = ProveEmail(parts.pepper.digest("code", sign_up_id, body.code), parts.platform.clock())
    outcome = await transact(parts.platform.pool, lambda db: parts.sign_ups(db, sign_up_id, command, cause_of(request, None)))
    if any(isinstance(record.event, WrongCodeGiven) for record in outcome.events):
        left = outcome.state.code.tries_left if isinstance(outcome.state, SigningUp) and outcome.state.code else 0
        raise CodeWrong(step="code", extra={"tries_left": left})
    return _shown(parts, sign_up_id, outcome.state, outcome.version, response)


@router.post(
    "/{sign_up_id}/name-and-phone", responses=refuses(SignUpNotFound, SignUpOver, StepOutOfOrder, RepresentativeMissing, CpfInvalid)
)
async def name_and_phone(
    sign_up_id: UUID,
    body: NameAndPhoneBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SignUpAnswer:
    """Informar nome ou razão social e telefone."""
    _own(request, parts, sign_up_id)
    acting = body.representative
    command = GiveNameAndPhone(
        body.name,
        body.phone,
        parts.platform.people.of_text(parse_cpf(acting.cpf)) if acting else None,
        acting.name if acting else None,
        parts.platform.clock(),
    )
    outcome = await transact(parts.platform.pool, lambda db: parts.sign_ups(db, sign_up_id, command, cause_of(request, None)))
    return _shown(parts, sign_up_id, outcome.state, outcome.version, response)


@router.post(
    "/{sign_up_id}/password",
    status_code=201,
    responses=refuses(SignUpNotFound, SignUpOver, StepOutOfOrder, PasswordTooWeak, CannotConclude, PasswordsBusy),
)
async def choose_password(
    sign_up_id: UUID,
    body: PasswordBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SessionAnswer:
    """Escolher a senha e entrar; é o último passo do cadastro."""
    _own(request, parts, sign_up_id)
    async with parts.platform.pool.acquire(timeout=5) as db:
        state, _version = await parts.sign_ups.load(db, sign_up_id)
    going = under_way(state, parts.platform.clock())
    if going.step != "password":
        raise StepOutOfOrder(step=going.step)
    must_be_strong(body.password, _own_words(going))
    hashed = await parts.passwords.hash(body.password)
    cause = cause_of(request, None, actor=f"person:{going.person_id}")
    try:
        opened = await transact(
            parts.platform.pool, lambda db: _conclude(db, parts, request, going, hashed, cause, shared=body.shared_device)
        )
    except AccountTaken:
        await transact(parts.platform.pool, lambda db: _tell_owner(db, parts, going.person_id, cause))
        raise CannotConclude(step="password") from None
    return await answer(parts, response, opened)


async def _tell_owner(db: Db, parts: IdentityParts, person_id: UUID, cause: Cause) -> None:
    """Tell whose account it is, at most once an hour."""
    if not await last_sent(db, person_id, "sign-up-tried", parts.platform.clock() - timedelta(hours=1)):
        await send(db, parts.templates, new_id(), "sign-up-tried", person_id, {}, cause)


def _own_words(going: SigningUp) -> list[str]:
    return [str(word) for word in (plain(going.document), plain(going.email), plain(going.name), plain(going.phone)) if word]


async def _conclude(db: Db, parts: IdentityParts, request: Request, going: SigningUp, hashed: str, cause: Cause, *, shared: bool) -> Opened:
    """The account, its proof as holder and its first session: one transaction, after which the sign-up itself tells nothing.

    Raises AccountTaken.
    """
    now, user_id = parts.platform.clock(), new_id()
    await parts.sign_ups(db, going.sign_up_id, ChoosePassword(user_id, now), cause)
    command = VerifyUser(
        user_id,
        going.person_id,
        going.kind,
        going.root_id,
        str(plain(going.document)),
        str(plain(going.name)),
        str(plain(going.email)),
        str(plain(going.phone)),
        going.representative_id,
        plain(going.representative_name),
        hashed,
        now,
    )
    await parts.users(db, user_id, command, cause, person=going.person_id)
    await parts.platform.keys.destroy(db, parts.sign_ups.stream(going.sign_up_id), before=now + timedelta(days=1))
    customer = await register.find(db, going.person_id)
    if customer is not None and customer.email is not None and customer.email == plain(going.email):
        await parts.users(db, user_id, ProveHolder("register-email", now), cause)
    who = Who(user_id, going.person_id, "customer", ("pwd",), representative_id=going.representative_id)
    return await open_session(db, parts, request, who, cause, known=None, new_browser=False, shared=shared)
