"""How are people called? The account's name, else the register's, else the staff list's; only to show it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shared.postgres import Db

UNKNOWN = "—"
ERASED = "pessoa removida"

_SQL = """
select p.id, coalesce(a.name, case when r.status = 'active' then r.name end, s.name) as name,
       exists (select 1 from stream_keys k where k.person = p.id and k.stream like 'user-%' and k.destroyed_at is not null) as erased
  from unnest($1::uuid[]) p(id)
  left join accounts a on a.person_id = p.id
  left join register r on r.person_id = p.id
  left join staff s on s.person_id = p.id"""


async def names_of(db: Db, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """The name of each person, or a dash."""
    rows = await db.fetch(_SQL, list(ids))
    return {row["id"]: row["name"] or (ERASED if row["erased"] else UNKNOWN) for row in rows}


async def address_of(db: Db, person_id: UUID) -> str | None:
    """Where mail to a person goes: the account's e-mail, else what is kept while a protocol is open, else the register's, else staff's."""
    address: str | None = await db.fetchval(
        "select coalesce((select email from accounts where person_id = $1), (select email from kept_contacts where person_id = $1),"
        " (select email from register where person_id = $1 and status = 'active'), (select email from staff where person_id = $1))",
        person_id,
    )
    return address
