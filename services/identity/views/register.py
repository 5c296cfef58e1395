"""Who does the utility say its customers are? The register, as its own system tells it; the newer sequence wins."""

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


async def take(db: Db, customer: Customer) -> bool:
    """Write a line unless the register knows the same or a newer one; answers whether it did."""
    written = await db.fetchval(
        "insert into register as r (person_id, sequence, at, document, kind, name, email, phone, status)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict (person_id) do update set sequence = excluded.sequence, at = excluded.at, name = excluded.name,"
        " email = excluded.email, phone = excluded.phone, status = excluded.status where r.sequence < excluded.sequence"
        " returning true",
        customer.person_id,
        customer.sequence,
        customer.at,
        customer.document,
        customer.kind,
        customer.name,
        customer.email,
        customer.phone,
        customer.status,
    )
    return bool(written)


async def find(db: Db, person_id: UUID) -> Customer | None:
    """A customer who is one now; locked against change, because decisions rest on it."""
    row = await db.fetchrow(f"select {_COLUMNS} from register where person_id = $1 and status = 'active' for share", person_id)
    return Customer(*row) if row else None


async def knows_newer(db: Db, person_id: UUID, sequence: int) -> bool:
    """Whether the register has the same or a newer line."""
    return bool(await db.fetchval("select exists (select 1 from register where person_id = $1 and sequence >= $2)", person_id, sequence))
