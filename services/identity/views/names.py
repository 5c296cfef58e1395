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


# Anybody may sign up with somebody's CPF: until the account is proven to be that person's, what is for the person goes where they
# were known before. Identity writes to the account itself (a code, a new browser), professional about the profile built in it.
_ADDRESS = """
with account as (select email, holder from accounts where person_id = $1)
select coalesce((select email from account where holder or $2 = 'identity'),
                (select email from kept_contacts where person_id = $1),
                (select email from account where $2 = 'professional'),
                (select email from register where person_id = $1 and status = 'active'),
                (select email from account),
                (select email from staff where person_id = $1))"""


async def address_of(db: Db, person_id: UUID, service: str) -> str | None:
    """Where mail of a service to a person goes: to their proven account, else as kept while a protocol is open, else as in the register.

    An account that is not proven is written to where nothing else is known; whoever has none of all that may be staff.
    """
    address: str | None = await db.fetchval(_ADDRESS, person_id, service)
    return address
