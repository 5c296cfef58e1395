"""Who does the utility say its customers are? The register, as its own system tells it; the newer sequence wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.postgres import Db


@dataclass(frozen=True, slots=True)
class Customer:
    """A line of the register."""

    person_id: UUID
    sequence: int
    at: datetime
    document: str
    kind: Literal["cpf", "cnpj"]
    name: str | None
    email: str | None
    phone: str | None
    status: Literal["active", "removed"]


_COLUMNS = "person_id, sequence, at, document, kind, name, email, phone, status"


async def take_many(db: Db, customers: Sequence[Customer]) -> frozenset[UUID]:
    """Write lines of different people unless the register knows the same or newer ones; answers of whom it did."""
    columns = [[getattr(customer, name) for customer in customers] for name in Customer.__slots__]
    rows = await db.fetch(
        "insert into register as r (person_id, sequence, at, document, kind, name, email, phone, status)"
        " select * from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],"
        " $9::text[]) c(person_id, sequence, at, document, kind, name, email, phone, status) order by c.person_id"
        " on conflict (person_id) do update set sequence = excluded.sequence, at = excluded.at, name = excluded.name,"
        " email = excluded.email, phone = excluded.phone, status = excluded.status where r.sequence < excluded.sequence"
        " returning person_id",
        *columns,
    )
    return frozenset(row["person_id"] for row in rows)


async def find(db: Db, person_id: UUID) -> Customer | None:
    """A customer who is one now; locked against change, because decisions rest on it."""
    row = await db.fetchrow(f"select {_COLUMNS} from register where person_id = $1 and status = 'active' for share", person_id)
    return Customer(*row) if row else None
