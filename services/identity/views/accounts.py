"""Whose account is it, and what does it hold? One row per account; gone at erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

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
    UserVerified,
)
from shared.eventsourcing.event import Erased, Event, Recorded
from shared.eventsourcing.refusal import Refusal
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
    verified_at: datetime
    version: int


_COLUMNS = (
    "user_id, person_id, kind, document, name, email, phone, representative_id, representative_name, password_hash, holder,"
    " handed_over, verified_at, version"
)


def plain(value: object) -> Any:  # noqa: ANN401 - whatever the field holds
    """A personal value, or None once erased."""
    return None if isinstance(value, Erased) else value


class Accounts:
    """The inline view over `user` streams."""

    name: ClassVar[str] = "accounts_1"
    category: ClassVar[str] = "user"
    tables: ClassVar[tuple[str, ...]] = ("accounts",)
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            UserVerified,
            AccountOpened,
            HolderProven,
            PasswordChanged,
            PasswordRehashed,
            NameChanged,
            PhoneGiven,
            EmailGiven,
            UserContactChanged,
            AccountHandedOver,
            PersonalDataErased,
        }
    )

    async def project(self, db: Db, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            user_id = UUID(record.stream[-36:])
            await _project(db, user_id, record.event)
            await db.execute("update accounts set version = $2 where user_id = $1", user_id, record.version)


async def _project(db: Db, user_id: UUID, event: Event) -> None:
    match event:
        case UserVerified():
            await _open(db, event)
        case AccountOpened():
            await db.execute(
                "update accounts set document = $2, name = $3, email = $4, phone = $5, representative_id = $6,"
                " representative_name = $7, password_hash = $8 where user_id = $1",
                user_id,
                plain(event.document),
                plain(event.name),
                plain(event.email),
                plain(event.phone),
                event.representative_id,
                plain(event.representative_name),
                plain(event.password_hash),
            )
        case HolderProven():
            await db.execute("update accounts set holder = true, holder_how = $2 where user_id = $1", user_id, event.how)
        case PasswordChanged() | PasswordRehashed():
            await db.execute("update accounts set password_hash = $2 where user_id = $1", user_id, plain(event.password_hash))
        case NameChanged():
            await db.execute("update accounts set name = $2 where user_id = $1", user_id, plain(event.name))
        case EmailGiven():
            await db.execute("update accounts set email = $2 where user_id = $1", user_id, plain(event.email))
        case PhoneGiven():
            await db.execute("update accounts set phone = $2 where user_id = $1", user_id, plain(event.phone))
        case AccountHandedOver():
            await db.execute(
                "update accounts set holder = false, holder_how = null, handed_over = true, password_hash = null where user_id = $1",
                user_id,
            )
        case PersonalDataErased():
            await db.execute("delete from accounts where user_id = $1", user_id)
        case _:
            pass


async def _open(db: Db, event: UserVerified) -> None:
    try:
        await db.execute(
            "insert into accounts (user_id, person_id, kind, verified_at, version) values ($1, $2, $3, $4, 1)",
            event.user_id,
            event.person_id,
            event.kind,
            event.verified_at,
        )
    except asyncpg.UniqueViolationError as error:
        raise AccountTaken from error


async def find_by_person(db: Db, person_id: UUID) -> Account | None:
    """The account of a person."""
    row = await db.fetchrow(f"select {_COLUMNS} from accounts where person_id = $1", person_id)
    return Account(*row) if row else None


async def find(db: Db, user_id: UUID) -> Account | None:
    """An account by its id."""
    row = await db.fetchrow(f"select {_COLUMNS} from accounts where user_id = $1", user_id)
    return Account(*row) if row else None


async def unproven(db: Db, people: Sequence[UUID]) -> Sequence[Account]:
    """The accounts of these people that are not proven holders yet, and were not handed over."""
    rows = await db.fetch(
        f"select {_COLUMNS} from accounts where person_id = any($1::uuid[]) and not holder and not handed_over", list(people)
    )
    return [Account(*row) for row in rows]
