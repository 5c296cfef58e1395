"""What stands about a person in rows of identity, for that person alone: account, register, sessions, letters, who looked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg

from services.identity.views import accounts, register
from shared.postgres import Db

_LISTS = {
    "sessions": "select browser, shared_device, started_at, ended_at, because from sessions where person_id = $1 order by started_at",
    "letters": "select fact, subject, accepted_at, delivered_at, bounced_at from mails where person_id = $1 order by accepted_at",
    "blocks": "select what, until, lifted_at from blocks where person_id = $1 order by until",
    "looks": "select at, actor, what, purpose, channel from access_log where object = $1::uuid::text order by at desc limit 10000",
}


async def records_of(db: Db, person_id: UUID) -> Mapping[str, object]:
    """Everything but what only guards the account: no password, code or token."""
    account, customer = await accounts.find_by_person(db, person_id), await register.find(db, person_id)
    shown = {name: value for name, value in asdict(account).items() if name != "password_hash"} if account else None
    lists = {name: _plain(await db.fetch(sql, person_id)) for name, sql in _LISTS.items()}
    return {"account": shown, "register_of_customers": asdict(customer) if customer else None, **lists}


def _plain(rows: Sequence[asyncpg.Record]) -> list[Mapping[str, object]]:
    return [dict(row) for row in rows]
