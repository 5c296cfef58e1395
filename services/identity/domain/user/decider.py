"""How an account lives: opened once, active until handed over or erased; blocks are streams of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from services.identity.domain.sign_up.decider import RepresentativeMissing
from services.identity.domain.user.commands import (
    AcceptTerms,
    ChangeName,
    ChangePhone,
    CorrectEmail,
    ErasePersonalData,
    ExportPersonalData,
    HandOver,
    NameRepresentative,
    ProveHolder,
    ProveNewEmail,
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
    PersonalDataExported,
    PhoneGiven,
    RepresentativeNamed,
    TermsAccepted,
    UserContactChanged,
    UserEvent,
    UserVerified,
)
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Erased
from shared.eventsourcing.refusal import NotFound, Refusal


class UserNotFound(NotFound):
    """No such account, or one that is no more."""

    sentence = "Conta não encontrada."


class EmailUnchanged(Refusal):
    """The new e-mail is the one on file."""

    sentence = "Este já é o e-mail da sua conta."


class HolderAlreadyProven(Refusal):
    """Nothing is left to prove."""

    sentence = "Sua conta já está comprovada como a do titular."


class OnlyCompaniesAreRepresented(Refusal):
    """A person acts for themselves."""

    sentence = "Só a conta de uma empresa (CNPJ) tem representante."


@dataclass(frozen=True, slots=True)
class Unopened:
    """No account yet."""


@dataclass(frozen=True, slots=True)
class Active:
    """An account in use, by the same hands since `since`; `holder` tells whether it may act as holder."""

    user_id: UUID
    person_id: UUID
    kind: Literal["cpf", "cnpj"]
    since: datetime
    holder: bool = False
    name: str | Erased = ""
    email: str | Erased = ""
    phone: str | Erased = ""
    representative_id: UUID | None = None
    representative_name: str | Erased | None = None
    terms: str | None = None
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
        case AcceptTerms():
            accepted = TermsAccepted(version=command.version, sha256=command.sha256, accepted_at=command.now)
            return [] if active(state).terms == command.version else [accepted]
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
        case NameRepresentative():
            return _name_representative(command, state)
        case CorrectEmail() | ProveNewEmail():
            return _give_email(command, state)
        case HandOver():
            return _hand_over(command, state)
        case ExportPersonalData():
            user = active(state)
            return [PersonalDataExported(user_id=user.user_id, person_id=user.person_id, at=command.now)]
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
        TermsAccepted(version=command.terms_version, sha256=command.terms_sha256, accepted_at=command.now),
    ]


def _change_phone(command: ChangePhone, state: User) -> Sequence[UserEvent]:
    user = active(state)
    if user.phone == command.phone:
        return []
    return [
        PhoneGiven(phone=command.phone, given_at=command.now),
        UserContactChanged(user_id=user.user_id, person_id=user.person_id, what="phone", changed_at=command.now),
    ]


def _name_representative(command: NameRepresentative, state: User) -> Sequence[UserEvent]:
    user = active(state)
    if user.kind != "cnpj":
        raise OnlyCompaniesAreRepresented
    if (user.representative_id, user.representative_name) == (command.representative_id, command.representative_name):
        return []
    return [_representative(command.representative_id, command.representative_name, command.now)]


def _representative(person: UUID, name: str, now: datetime) -> RepresentativeNamed:
    return RepresentativeNamed(representative_id=person, representative_name=name, named_at=now)


def _hand_over(command: HandOver, state: User) -> Sequence[UserEvent]:
    """Everything that the stranger left is replaced; an attendant saw who it is, so that the account may act as holder."""
    user = active(state)
    events: list[UserEvent] = [
        AccountHandedOver(user_id=user.user_id, person_id=user.person_id, acted_since=user.since, at=command.now),
        NameChanged(name=command.name, changed_at=command.now),
        EmailGiven(email=command.email, given_at=command.now),
        PhoneGiven(phone=command.phone, given_at=command.now),
        UserContactChanged(user_id=user.user_id, person_id=user.person_id, what="email", changed_at=command.now),
    ]
    if user.kind == "cnpj":
        if command.representative_id is None or command.representative_name is None:
            raise RepresentativeMissing
        events.append(_representative(command.representative_id, command.representative_name, command.now))
    return [*events, HolderProven(user_id=user.user_id, person_id=user.person_id, how="attendant", proven_at=command.now)]


def _give_email(command: CorrectEmail | ProveNewEmail, state: User) -> Sequence[UserEvent]:
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
            return Active(event.user_id, event.person_id, event.kind, event.verified_at)
        case AccountOpened():
            return replace(
                _active(state),
                name=event.name,
                email=event.email,
                phone=event.phone,
                representative_id=event.representative_id,
                representative_name=event.representative_name,
            )
        case TermsAccepted(version=version):
            return replace(_active(state), terms=version)
        case HolderProven():
            return replace(_active(state), holder=True)
        case PasswordChanged() | PasswordRehashed() | UserContactChanged() | PersonalDataExported():
            return state
        case NameChanged(name=name):
            return replace(_active(state), name=name)
        case RepresentativeNamed():
            return replace(_active(state), representative_id=event.representative_id, representative_name=event.representative_name)
        case EmailGiven(email=email):
            return replace(_active(state), email=email)
        case PhoneGiven(phone=phone):
            return replace(_active(state), phone=phone)
        case AccountHandedOver():
            return replace(_active(state), holder=False, handed_over=True, since=event.at)
        case PersonalDataErased():
            return Gone(event.user_id)
        case _:
            assert_never(event)


def _active(state: User) -> Active:
    if not isinstance(state, Active):
        raise TypeError(state)
    return state


USER: Decider[UserCommand, User, UserEvent] = Decider(Unopened(), decide, evolve)
