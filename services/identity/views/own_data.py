"""What stands about a person in rows of identity, for their account alone: account, register, sessions, letters, who looked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg

from services.identity.views import accounts, register
from services.identity.views.messages import TO_ACCOUNT
from shared.postgres import Db

_LETTERS = "select fact, subject, accepted_at, delivered_at, bounced_at from mails"
_SESSIONS = "select browser, shared_device, started_at, ended_at, because from sessions"
_BLOCKS = "select what, until, lifted_at from blocks"
_LOOKS = "select at, actor, what, purpose, channel from access_log where object = $1::uuid::text"

_OF_PERSON = {
    "sessions": f"{_SESSIONS} where person_id = $1 order by started_at",
    "letters": f"{_LETTERS} where person_id = $1 order by accepted_at",
    "blocks": f"{_BLOCKS} where person_id = $1 order by until",
    "looks": f"{_LOOKS} order by at desc limit 10000",
}
_BORN = (
    "(select k.made_at from accounts a join stream_keys k on k.stream = 'user-' || a.user_id and k.generation = 1 where a.person_id = $1)"
)
_OF_ACCOUNT = {
    "sessions": f"{_SESSIONS} where subject_id = (select user_id from accounts where person_id = $1) order by started_at",
    "letters": f"{_LETTERS} where person_id = $1 and subject is not null and {TO_ACCOUNT} order by accepted_at",
    "blocks": f"{_BLOCKS} where user_id = (select user_id from accounts where person_id = $1) order by until",
    "looks": f"{_LOOKS} and actor = 'person:' || $1::uuid and at >= {_BORN} order by at desc limit 10000",
}
"""What an account that is not proven to be the person's did itself and was sent itself; the person's is more, and older."""


async def is_proven(db: Db, person_id: UUID) -> bool:
    """Whether the account is known to be that of the person whose document it names."""
    return bool(await db.fetchval("select holder from accounts where person_id = $1", person_id))


async def own_streams(db: Db, person_id: UUID) -> Sequence[str]:
    """The account's own history and its sessions', which need no proof."""
    rows = await db.fetch(
        "select 'user-' || user_id as stream from accounts where person_id = $1 union all"
        " select 'session-' || session_id from sessions where subject_id = (select user_id from accounts where person_id = $1)",
        person_id,
    )
    return [row["stream"] for row in rows]


async def records_of(db: Db, person_id: UUID) -> Mapping[str, object]:
    """Everything but what only guards the account: no password, code or token."""
    account = await accounts.find_by_person(db, person_id)
    proven = account is not None and account.holder
    customer = await register.find(db, person_id) if proven else None
    shown = {name: value for name, value in asdict(account).items() if name != "password_hash"} if account else None
    lists = {name: _plain(await db.fetch(sql, person_id)) for name, sql in (_OF_PERSON if proven else _OF_ACCOUNT).items()}
    return {"account": shown, "register_of_customers": asdict(customer) if customer else None, **lists}


def _plain(rows: Sequence[asyncpg.Record]) -> list[Mapping[str, object]]:
    return [dict(row) for row in rows]
