"""How an account lives: opened once, active until handed over or erased; blocks are streams of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.identity.domain.user.commands import (
    ChangeName,
    ChangePhone,
    CorrectEmail,
    ErasePersonalData,
    ProveHolder,
    RehashPassword,
    SetNewPassword,
    UserCommand,
    VerifyUser,
)
from services.identity.domain.user.events import (
    AccountHandedOver,
    AccountOpened,
    EmailGiven,
    HolderProven,
    NameChanged,
    PasswordChanged,
    PasswordRehashed,
    PersonalDataErased,
    PhoneGiven,
    UserContactChanged,
    UserEvent,
    UserVerified,
)
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Erased
from shared.eventsourcing.refusal import NotFound


class UserNotFound(NotFound):
    """No such account, or one that is no more."""

    sentence = "Conta não encontrada."


@dataclass(frozen=True, slots=True)
class Unopened:
    """No account yet."""


@dataclass(frozen=True, slots=True)
class Active:
    """An account in use; `holder` tells whether it may act as holder."""

    user_id: UUID
    person_id: UUID
    holder: bool = False
    name: str | Erased = ""
    email: str | Erased = ""
    phone: str | Erased = ""
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """Erased; the person may come back with another account."""

    user_id: UUID


type User = Unopened | Active | Gone


def decide(command: UserCommand, state: User) -> Sequence[UserEvent]:
    """What follows from a command."""
    match command:
        case VerifyUser():
            return _verify(command, state)
        case ProveHolder():
            user = active(state)
            proven = HolderProven(user_id=user.user_id, person_id=user.person_id, how=command.how, proven_at=command.now)
            return [] if user.holder else [proven]
        case SetNewPassword():
            active(state)
            return [PasswordChanged(password_hash=command.password_hash, by=command.by, changed_at=command.now)]
        case RehashPassword():
            active(state)
            return [PasswordRehashed(password_hash=command.password_hash, rehashed_at=command.now)]
        case ChangeName():
            return [] if active(state).name == command.name else [NameChanged(name=command.name, changed_at=command.now)]
        case ChangePhone():
            return _change_phone(command, state)
        case CorrectEmail():
            return _correct_email(command, state)
        case ErasePersonalData():
            if isinstance(state, Gone):
                return []
            user = active(state)
            return [PersonalDataErased(user_id=user.user_id, person_id=user.person_id, at=command.now)]
        case _:
            assert_never(command)


def _verify(command: VerifyUser, state: User) -> Sequence[UserEvent]:
    if not isinstance(state, Unopened):
        return []
    return [
        UserVerified(
            user_id=command.user_id,
            person_id=command.person_id,
            kind=command.kind,
            root_id=command.root_id,
            verified_at=command.now,
        ),
        AccountOpened(
            user_id=command.user_id,
            document=command.document,
            name=command.name,
            email=command.email,
            phone=command.phone,
            representative_id=command.representative_id,
            representative_name=command.representative_name,
            password_hash=command.password_hash,
            opened_at=command.now,
        ),
    ]


def _change_phone(command: ChangePhone, state: User) -> Sequence[UserEvent]:
    user = active(state)
    if user.phone == command.phone:
        return []
    return [
        PhoneGiven(phone=command.phone, given_at=command.now),
        UserContactChanged(user_id=user.user_id, person_id=user.person_id, what="phone", changed_at=command.now),
    ]


def _correct_email(command: CorrectEmail, state: User) -> Sequence[UserEvent]:
    user = active(state)
    if user.email == command.email:
        return []
    return [
        EmailGiven(email=command.email, given_at=command.now),
        UserContactChanged(user_id=user.user_id, person_id=user.person_id, what="email", changed_at=command.now),
    ]


def active(state: User) -> Active:
    """The account while it is one; raises UserNotFound."""
    match state:
        case Active():
            return state
        case Unopened() | Gone():
            raise UserNotFound
        case _:
            assert_never(state)


def evolve(state: User, event: UserEvent) -> User:
    """The state after an event."""
    match event:
        case UserVerified():
            return Active(event.user_id, event.person_id)
        case AccountOpened():
            return replace(_active(state), name=event.name, email=event.email, phone=event.phone)
        case HolderProven():
            return replace(_active(state), holder=True)
        case PasswordChanged() | PasswordRehashed() | UserContactChanged():
            return state
        case NameChanged(name=name):
            return replace(_active(state), name=name)
        case EmailGiven(email=email):
            return replace(_active(state), email=email)
        case PhoneGiven(phone=phone):
            return replace(_active(state), phone=phone)
        case AccountHandedOver():
            return replace(_active(state), holder=False, handed_over=True)
        case PersonalDataErased():
            return Gone(event.user_id)
        case _:
            assert_never(event)


def _active(state: User) -> Active:
    if not isinstance(state, Active):
        raise TypeError(state)
    return state


USER: Decider[UserCommand, User, UserEvent] = Decider(Unopened(), decide, evolve)
