"""What was a person told, and did it arrive? Reads the post office's own rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.postgres import Db

type Delivery = Literal["waiting", "delivered", "returned"]
_PAGE = 100


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message to a person; its words are kept no longer once it was delivered."""

    id: UUID
    fact: str
    subject: str
    accepted_at: datetime
    state: Delivery
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Returned:
    """The newest message to the address on file of somebody came back, and nobody has seen to it."""

    mail_id: UUID
    person_id: UUID
    fact: str
    returned_at: datetime


# What ended last at the address on file decides: once something arrives there again, nothing is amiss any more.
_RETURNED = """
select id, person_id, fact, bounced_at from (
  select distinct on (person_id) id, person_id, fact, bounced_at, settled_at from mails
   where person_id = any($1::uuid[]) and to_file and (delivered_at is not null or bounced_at is not null)
   order by person_id, greatest(coalesce(delivered_at, '-infinity'), coalesce(bounced_at, '-infinity')) desc
) newest where bounced_at is not null and settled_at is null order by bounced_at"""


# As `address_of` sends them: to an account that is not proven to be the person's, only what was written to that account itself.
TO_ACCOUNT = """
exists (select from accounts a left join stream_keys k on k.stream = 'user-' || a.user_id and k.generation = 1
         left join kept_contacts c on c.person_id = a.person_id
         left join register r on r.person_id = a.person_id and (r.email is not null or r.status <> 'active')
         where a.person_id = mails.person_id and (a.holder or (to_file and accepted_at >= k.made_at and (service = 'identity'
           or (c.person_id is null and (service = 'professional' or r.person_id is null))))))"""
"""SQL: whether a row of `mails` was sent to the account that its person has now."""


async def told(db: Db, person_id: UUID, *, as_staff: bool = False) -> Sequence[SentMessage]:
    """The newest messages to a person, as their account may read them; staff were proven by who invited them.

    What was told before an erasure is nobody's to read, only its line is kept.
    """
    rows = await db.fetch(
        "select id, fact, subject, accepted_at,"
        " case when bounced_at is not null then 'returned' when delivered_at is not null then 'delivered' else 'waiting' end as state,"
        " coalesce(bounced_at, delivered_at) as ended_at from mails"
        f" where person_id = $1 and subject is not null and ($3 or {TO_ACCOUNT}) order by accepted_at desc limit $2",
        person_id,
        _PAGE,
        as_staff,
    )
    return [SentMessage(*row) for row in rows]


async def find_returned(db: Db, person_id: UUID) -> Returned | None:
    """Whether mail to this person comes back."""
    row = await db.fetchrow(_RETURNED, [person_id])
    return Returned(*row) if row else None


async def returned(db: Db) -> Sequence[Returned]:
    """Everybody whose mail comes back, the longest waiting first."""
    people = await db.fetch("select distinct person_id from mails where bounced_at is not null and settled_at is null limit 1000")
    return [Returned(*row) for row in await db.fetch(_RETURNED, [row["person_id"] for row in people])]


async def settle(db: Db, person_id: UUID, at: datetime) -> None:
    """Somebody has seen to all that came back from this person so far."""
    await db.execute(
        "update mails set settled_at = $2 where person_id = $1 and bounced_at is not null and settled_at is null", person_id, at
    )
