"""How a sign-up goes: four steps in order, back to the e-mail while it is not concluded, over after twenty-four hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never
from uuid import UUID

from services.identity.domain.one_time_code.rules import SentCode, may_send, try_code
from services.identity.domain.sign_up.commands import (
    AbandonSignUp,
    ChoosePassword,
    CorrectEmail,
    GiveNameAndPhone,
    ProveEmail,
    ResendCode,
    ResumeSignUp,
    SignUpCommand,
    StartSignUp,
)
from services.identity.domain.sign_up.events import (
    CodeSent,
    EmailCorrected,
    EmailProven,
    NameAndPhoneGiven,
    SignUpAbandoned,
    SignUpCompleted,
    SignUpEvent,
    SignUpResumed,
    SignUpStarted,
    WrongCodeGiven,
)
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Erased
from shared.eventsourcing.refusal import NotFound, Refusal

ABANDONED_AFTER = timedelta(hours=24)
RESUMED_AT_MOST = 50


class SignUpNotFound(NotFound):
    """No sign-up of this browser."""

    sentence = "Cadastro não encontrado. Comece de novo."


class StepOutOfOrder(Refusal):
    """A step before its turn."""

    sentence = "Conclua o passo anterior do cadastro primeiro."


class SignUpOver(Refusal):
    """Completed or abandoned."""

    sentence = "Este cadastro já terminou. Entre na sua conta ou comece outro."


class ResumedTooOften(Refusal):
    """Nobody changes browsers that often."""

    sentence = "Este cadastro já mudou de aparelho vezes demais. Comece outro."


class RepresentativeMissing(Refusal):
    """A company acts through somebody."""

    sentence = "Informe o CPF e o nome de quem representa a empresa."


class CannotConclude(Refusal):
    """The last step cannot be concluded; it does not say why."""

    sentence = "Não foi possível concluir o cadastro. Se você já tem conta, entre ou recupere a senha; se não, fale com o atendimento."


@dataclass(frozen=True, slots=True)
class Unstarted:
    """Nothing happened yet."""


@dataclass(frozen=True, slots=True)
class SigningUp:
    """Under way; `code` is out or was used, and what is not given yet is None.

    `sent` remembers which address was sent a code when, `moves` how often the sign-up went on in another browser.
    """

    sign_up_id: UUID
    person_id: UUID
    kind: Literal["cpf", "cnpj"]
    root_id: UUID | None
    document: str | Erased
    email: str | Erased
    started_at: datetime
    code: SentCode | None = None
    sent: tuple[tuple[str | Erased, datetime], ...] = ()
    moves: int = 0
    email_proven: bool = False
    name: str | Erased | None = None
    phone: str | Erased | None = None
    representative_id: UUID | None = None
    representative_name: str | Erased | None = None

    @property
    def expires_at(self) -> datetime:
        """When it is abandoned."""
        return self.started_at + ABANDONED_AFTER

    def last_sent_to(self, email: str | Erased) -> datetime | None:
        """When this address was last sent a code."""
        return max((at for address, at in self.sent if address == email), default=None)

    @property
    def step(self) -> Literal["code", "name-and-phone", "password"]:
        """What is asked next."""
        if not self.email_proven:
            return "code"
        return "name-and-phone" if self.name is None else "password"


@dataclass(frozen=True, slots=True)
class Over:
    """Completed or abandoned."""

    sign_up_id: UUID
    completed: bool
    moves: int = 0


type SignUp = Unstarted | SigningUp | Over


def decide(command: SignUpCommand, state: SignUp) -> Sequence[SignUpEvent]:
    """What follows from a command."""
    match command:
        case StartSignUp():
            return _start(command, state)
        case ResumeSignUp():
            return _resume(command, state)
        case ResendCode():
            return _resend(command, state)
        case CorrectEmail():
            return _correct(command, state)
        case ProveEmail():
            return _prove(command, state)
        case GiveNameAndPhone():
            return _name(command, state)
        case ChoosePassword():
            return _complete(command, state)
        case AbandonSignUp():
            return _abandon(command, state)
        case _:
            assert_never(command)


def _start(command: StartSignUp, state: SignUp) -> Sequence[SignUpEvent]:
    if not isinstance(state, Unstarted):
        return []
    return [
        SignUpStarted(
            sign_up_id=command.sign_up_id,
            person_id=command.person_id,
            kind=command.kind,
            root_id=command.root_id,
            document=command.document,
            email=command.email,
            started_at=command.now,
        ),
        CodeSent(digest=command.code_digest, sent_at=command.now),
    ]


def _resume(command: ResumeSignUp, state: SignUp) -> Sequence[SignUpEvent]:
    if under_way(state, command.now).moves >= RESUMED_AT_MOST:
        raise ResumedTooOften
    return [SignUpResumed(resumed_at=command.now)]


def _resend(command: ResendCode, state: SignUp) -> Sequence[SignUpEvent]:
    going = under_way(state, command.now)
    if going.email_proven:
        raise StepOutOfOrder(step=going.step)
    if going.code is not None:
        may_send(going.code, command.now, last_to=going.code.sent_at)
    return [CodeSent(digest=command.code_digest, sent_at=command.now)]


def _correct(command: CorrectEmail, state: SignUp) -> Sequence[SignUpEvent]:
    going = under_way(state, command.now)
    if going.email == command.email and going.email_proven:
        return []
    if going.code is not None:
        may_send(going.code, command.now, last_to=going.last_sent_to(command.email))
    return [
        EmailCorrected(email=command.email, corrected_at=command.now),
        CodeSent(digest=command.code_digest, sent_at=command.now),
    ]


def _prove(command: ProveEmail, state: SignUp) -> Sequence[SignUpEvent]:
    going = under_way(state, command.now)
    if going.email_proven or going.code is None:
        raise StepOutOfOrder(step=going.step)
    if try_code(going.code, command.code_digest, command.now) == "wrong":
        return [WrongCodeGiven(given_at=command.now)]
    return [EmailProven(proven_at=command.now)]


def _name(command: GiveNameAndPhone, state: SignUp) -> Sequence[SignUpEvent]:
    going = under_way(state, command.now)
    if not going.email_proven:
        raise StepOutOfOrder(step=going.step)
    company = going.kind == "cnpj"
    if company and (command.representative_id is None or command.representative_name is None):
        raise RepresentativeMissing(step="name-and-phone")
    given = NameAndPhoneGiven(
        name=command.name,
        phone=command.phone,
        representative_id=command.representative_id if company else None,
        representative_name=command.representative_name if company else None,
        given_at=command.now,
    )
    same = (given.name, given.phone, given.representative_id) == (going.name, going.phone, going.representative_id)
    return [] if same and given.representative_name == going.representative_name else [given]


def _complete(command: ChoosePassword, state: SignUp) -> Sequence[SignUpEvent]:
    going = under_way(state, command.now)
    if going.step != "password":
        raise StepOutOfOrder(step=going.step)
    return [SignUpCompleted(user_id=command.user_id, completed_at=command.now)]


def _abandon(command: AbandonSignUp, state: SignUp) -> Sequence[SignUpEvent]:
    if not isinstance(state, SigningUp) or command.now < state.expires_at:
        return []
    return [SignUpAbandoned(abandoned_at=state.expires_at)]


def under_way(state: SignUp, now: datetime) -> SigningUp:
    """The sign-up while it may go on; raises SignUpNotFound, SignUpOver."""
    match state:
        case Unstarted():
            raise SignUpNotFound
        case Over():
            raise SignUpOver
        case SigningUp():
            if now >= state.expires_at:
                raise SignUpOver
            return state
        case _:
            assert_never(state)


def evolve(state: SignUp, event: SignUpEvent) -> SignUp:
    """The state after an event."""
    match event:
        case SignUpStarted():
            return SigningUp(event.sign_up_id, event.person_id, event.kind, event.root_id, event.document, event.email, event.started_at)
        case CodeSent(digest=digest, sent_at=sent_at):
            going = _going(state)
            number = going.code.number + 1 if going.code else 1
            code = SentCode.of(digest, sent_at, number=number)
            return replace(going, code=code, sent=(*going.sent, (going.email, sent_at)))
        case SignUpResumed():
            return replace(_going(state), moves=_going(state).moves + 1)
        case EmailCorrected(email=email):
            return replace(_going(state), email=email, email_proven=False)
        case WrongCodeGiven():
            going = _going(state)
            return replace(going, code=going.code.missed() if going.code else None)
        case EmailProven():
            return replace(_going(state), email_proven=True)
        case NameAndPhoneGiven():
            return replace(
                _going(state),
                name=event.name,
                phone=event.phone,
                representative_id=event.representative_id,
                representative_name=event.representative_name,
            )
        case SignUpCompleted():
            return Over(_going(state).sign_up_id, completed=True, moves=_going(state).moves)
        case SignUpAbandoned():
            return Over(_going(state).sign_up_id, completed=False, moves=_going(state).moves)
        case _:
            assert_never(event)


def _going(state: SignUp) -> SigningUp:
    if not isinstance(state, SigningUp):
        raise TypeError(state)
    return state


SIGN_UP: Decider[SignUpCommand, SignUp, SignUpEvent] = Decider(Unstarted(), decide, evolve)
