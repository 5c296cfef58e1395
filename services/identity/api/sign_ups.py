"""Sign-up up to its last step; the same words whether or not the CPF or CNPJ is registered."""

import hmac
from collections.abc import Callable
from typing import Annotated
from uuid import NAMESPACE_URL, UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.identity.api.browser import browser_id
from services.identity.api.one_time_codes import CodeBody, must_have_been_right
from services.identity.api.sign_up_answers import SignUpAnswer, answer, keep_in_browser, link_token, own_sign_up
from services.identity.api.typed import CompleteDocument, Email, Name, Phone, RepresentativeBody
from services.identity.domain.attempts.rules import TooManyCodes
from services.identity.domain.one_time_code.rules import CodeExpired, CodeWrong, ResendTooSoon, TooManyTries
from services.identity.domain.sign_up.commands import (
    CorrectEmail,
    GiveNameAndPhone,
    ProveEmail,
    ResendCode,
    ResumeSignUp,
    SignUpCommand,
    StartSignUp,
)
from services.identity.domain.sign_up.decider import (
    RepresentativeMissing,
    ResumedTooOften,
    SigningUp,
    SignUp,
    SignUpNotFound,
    SignUpOver,
    StepOutOfOrder,
    under_way,
)
from services.identity.domain.sign_up.events import CodeSent, WrongCodeGiven
from services.identity.letters import send
from services.identity.parts import IdentityParts, parts
from services.identity.pepper import new_code
from services.identity.views.accounts import plain
from services.identity.views.attempts import charge_code
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Outcome
from shared.eventsourcing.transaction import transact
from shared.http.body import Body, CreatedAnswer
from shared.http.cause import cause_of
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.principal import anyone
from shared.identifiers import CnpjInvalid, CpfInvalid, DocumentInvalid, parse_cpf, parse_document
from shared.ids import derived_id, new_id
from shared.postgres import Db

router = APIRouter(prefix="/v1/sign-ups", tags=["sign-ups"])


class StartSignUpBody(Body):
    """CPF or CNPJ, masked or not, and an e-mail."""

    cpf_or_cnpj: CompleteDocument
    email: Email


class ResumeBody(Body):
    """What stands behind the `#` of the mail's link."""

    token: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EmailBody(Body):
    """The right e-mail."""

    email: Email


class NameAndPhoneBody(Body):
    """Name or company name, and phone; a company names its representative."""

    name: Name
    phone: Phone
    representative: RepresentativeBody | None = None


async def _send_code(db: Db, parts: IdentityParts, sign_up_id: UUID, person_id: UUID, email: str, code: str, cause: Cause) -> None:
    await charge_code(db, derived_id(NAMESPACE_URL, parts.pepper.digest("address", email.casefold())), parts.platform.clock())
    link = f"{parts.settings.public_url}/cadastro/{sign_up_id}#{link_token(parts, sign_up_id, email)}"
    await send(db, parts.templates, new_id(), "sign-up-code", person_id, {"code": code, "link": link}, cause, address=email)


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
        await _send_code(db, parts, sign_up_id, person_id, body.email, code, cause)
        return Reply(201, f"/v1/sign-ups/{sign_up_id}", {"id": str(sign_up_id)}, outcome.version)

    browser = browser_id(request, response, parts)
    reply = await once.anonymous(str(browser)).transact(parts.platform.pool, work)
    keep_in_browser(response, parts, UUID(reply.ids["id"]), 0)
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
    async with parts.platform.pool.acquire(timeout=5) as db:
        state, version = await own_sign_up(db, request, parts, sign_up_id)
    return answer(parts, sign_up_id, state, version, response)


@router.post("/{sign_up_id}/resumptions", responses=refuses(SignUpNotFound, SignUpOver, ResumedTooOften))
async def resume(
    sign_up_id: UUID,
    body: ResumeBody,
    request: Request,
    response: Response,
    _: Annotated[object, Depends(anyone)],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> SignUpAnswer:
    """Continuar neste aparelho o cadastro começado em outro, pelo endereço do e-mail; no outro ele não continua mais."""

    async def work(db: Db) -> Outcome[SignUp]:
        state, _version = await parts.sign_ups.load(db, sign_up_id)
        email = plain(state.email) if isinstance(state, SigningUp) else None
        if email is None or not hmac.compare_digest(body.token, link_token(parts, sign_up_id, email)):
            raise SignUpNotFound
        return await parts.sign_ups(db, sign_up_id, ResumeSignUp(parts.platform.clock()), cause_of(request, None))

    outcome = await transact(parts.platform.pool, work)
    keep_in_browser(response, parts, sign_up_id, under_way(outcome.state, parts.platform.clock()).moves)
    return answer(parts, sign_up_id, outcome.state, outcome.version, response)


async def _step(
    request: Request, parts: IdentityParts, sign_up_id: UUID, command: SignUpCommand, code: str | None = None
) -> Outcome[SignUp]:
    """One step of this browser's sign-up; a code that the step makes goes to the e-mail of the state after it."""
    cause = cause_of(request, None)

    async def work(db: Db) -> Outcome[SignUp]:
        await own_sign_up(db, request, parts, sign_up_id)
        outcome = await parts.sign_ups(db, sign_up_id, command, cause)
        if code is not None and any(isinstance(record.event, CodeSent) for record in outcome.events):
            going = under_way(outcome.state, parts.platform.clock())
            await _send_code(db, parts, sign_up_id, going.person_id, str(plain(going.email)), code, cause)
        return outcome

    return await transact(parts.platform.pool, work)


def _with_code(parts: IdentityParts, sign_up_id: UUID, command: Callable[[str], SignUpCommand]) -> tuple[SignUpCommand, str]:
    code = new_code()
    return command(parts.pepper.digest("code", sign_up_id, code)), code


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
    command, code = _with_code(parts, sign_up_id, lambda digest: ResendCode(digest, parts.platform.clock()))
    outcome = await _step(request, parts, sign_up_id, command, code)
    return answer(parts, sign_up_id, outcome.state, outcome.version, response)


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
    command, code = _with_code(parts, sign_up_id, lambda digest: CorrectEmail(body.email, digest, parts.platform.clock()))
    outcome = await _step(request, parts, sign_up_id, command, code)
    return answer(parts, sign_up_id, outcome.state, outcome.version, response)


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
    command = ProveEmail(parts.pepper.digest("code", sign_up_id, body.code), parts.platform.clock())
    outcome = await _step(request, parts, sign_up_id, command)
    must_have_been_right(outcome.events, WrongCodeGiven, outcome.state.code if isinstance(outcome.state, SigningUp) else None)
    return answer(parts, sign_up_id, outcome.state, outcome.version, response)


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
    acting = body.representative
    command = GiveNameAndPhone(
        body.name,
        body.phone,
        parts.platform.people.of_text(parse_cpf(acting.cpf)) if acting else None,
        acting.name if acting else None,
        parts.platform.clock(),
    )
    outcome = await _step(request, parts, sign_up_id, command)
    return answer(parts, sign_up_id, outcome.state, outcome.version, response)
