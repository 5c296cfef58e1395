"""Whose account is it, and what does it hold? One row per account; gone at erasure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

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
    RepresentativeNamed,
    TermsAccepted,
    UserContactChanged,
    UserVerified,
)
from shared.eventsourcing.event import Erased, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class AccountTaken(Refusal):
    """A person has one account; there is one."""

    sentence = "Não foi possível concluir o cadastro."


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its owner sees it."""

    user_id: UUID
    person_id: UUID
    kind: str
    document: str | None
    name: str | None
    email: str | None
    phone: str | None
    representative_id: UUID | None
    representative_name: str | None
    password_hash: str | None
    holder: bool
    handed_over: bool
    terms_version: str | None
    terms_accepted_at: datetime | None
    email_at: datetime | None
    verified_at: datetime
    version: int


_COLUMNS = (
    "user_id, person_id, kind, document, name, email, phone, representative_id, representative_name, password_hash, holder,"
    " handed_over, terms_version, terms_accepted_at, email_at, verified_at, version"
)


def plain(value: object) -> Any:  # noqa: ANN401 - whatever the field holds
    """A personal value, or None once erased."""
    return None if isinstance(value, Erased) else value


def _opened(event: AccountOpened) -> Mapping[str, object]:
    personal = ("document", "name", "email", "phone", "representative_name", "password_hash")
    plainly = {name: plain(getattr(event, name)) for name in personal}
    return {"representative_id": event.representative_id, "email_at": event.opened_at, **plainly}


_CHANGES: Mapping[type[Event], Callable[[Any], Mapping[str, object]]] = {
    AccountOpened: _opened,
    TermsAccepted: lambda event: {"terms_version": event.version, "terms_accepted_at": event.accepted_at},
    RepresentativeNamed: lambda event: {
        "representative_id": event.representative_id,
        "representative_name": plain(event.representative_name),
    },
    HolderProven: lambda event: {"holder": True, "holder_how": event.how},
    PasswordChanged: lambda event: {"password_hash": plain(event.password_hash)},
    PasswordRehashed: lambda event: {"password_hash": plain(event.password_hash)},
    NameChanged: lambda event: {"name": plain(event.name)},
    EmailGiven: lambda event: {"email": plain(event.email), "email_at": event.given_at},
    PhoneGiven: lambda event: {"phone": plain(event.phone)},
    AccountHandedOver: lambda _: {"holder": False, "holder_how": None, "handed_over": True, "password_hash": None},
    UserContactChanged: lambda _: {},
}
"""Which columns an event writes; their names stand here, the values are bound."""


class Accounts:
    """The inline view over `user` streams."""

    name: ClassVar[str] = "accounts_1"
    category: ClassVar[str] = "user"
    tables: ClassVar[tuple[str, ...]] = ("accounts",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {"accounts_one_per_person": AccountTaken}
    on: ClassVar[frozenset[type[Event]]] = frozenset({UserVerified, PersonalDataErased, *_CHANGES})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            user_id = UUID(record.stream[-36:])
            _project(writes, user_id, record.event)
            writes.add("update accounts set version = $2 where user_id = $1", user_id, record.version)


def _project(writes: Writes, user_id: UUID, event: Event) -> None:
    match event:
        case UserVerified():
            _open(writes, event)
        case PersonalDataErased():
            writes.add("delete from accounts where user_id = $1", user_id)
        case _:
            changed = _CHANGES[type(event)](event)
            places = ", ".join(f"{column} = ${number}" for number, column in enumerate(changed, 2))
            if places:
                writes.add(f"update accounts set {places} where user_id = $1", user_id, *changed.values())


def _open(writes: Writes, event: UserVerified) -> None:
    writes.add(
        "insert into accounts (user_id, person_id, kind, verified_at, version) values ($1, $2, $3, $4, 1)",
        event.user_id,
        event.person_id,
        event.kind,
        event.verified_at,
    )


async def find_by_person(db: Db, person_id: UUID) -> Account | None:
    """The account of a person."""
    row = await db.fetchrow(f"select {_COLUMNS} from accounts where person_id = $1", person_id)
    return Account(*row) if row else None


async def find(db: Db, user_id: UUID) -> Account | None:
    """An account by its id."""
    row = await db.fetchrow(f"select {_COLUMNS} from accounts where user_id = $1", user_id)
    return Account(*row) if row else None


async def hold(db: Db, user_id: UUID) -> Account | None:
    """An account by its id, which nobody else changes until the transaction ends.

    Whoever may change an account and looks at it first takes it before its stream: in one order, so that nobody waits in a ring.
    """
    row = await db.fetchrow(f"select {_COLUMNS} from accounts where user_id = $1 for no key update", user_id)
    return Account(*row) if row else None


async def unproven(db: Db, people: Sequence[UUID]) -> Sequence[Account]:
    """The accounts of these people that are not proven holders yet, and were not handed over."""
    rows = await db.fetch(
        f"select {_COLUMNS} from accounts where person_id = any($1::uuid[]) and not holder and not handed_over", list(people)
    )
    return [Account(*row) for row in rows]
