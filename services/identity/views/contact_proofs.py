"""Which code is out for which account, and since when? One row per account and purpose; gone once proven, handed over or erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.identity.domain.contact_proof.events import ContactProofStarted, ContactProven, Purpose
from services.identity.domain.user.events import AccountHandedOver, PersonalDataErased
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


@dataclass(frozen=True, slots=True)
class OpenProof:
    """The code that is out."""

    proof_id: UUID
    sent_at: datetime


class ContactProofs:
    """The inline view over `contact-proof` streams."""

    name: ClassVar[str] = "contact_proofs_1"
    tables: ClassVar[tuple[str, ...]] = ("contact_proofs",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({ContactProofStarted, ContactProven, AccountHandedOver, PersonalDataErased})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            match record.event:
                case ContactProofStarted() as event:
                    writes.add(
                        "insert into contact_proofs (user_id, purpose, proof_id, person_id, sent_at) values ($1, $2, $3, $4, $5)"
                        " on conflict (user_id, purpose) do update set proof_id = excluded.proof_id, sent_at = excluded.sent_at",
                        event.user_id,
                        event.purpose,
                        event.proof_id,
                        event.person_id,
                        event.started_at,
                    )
                case ContactProven() as event:
                    writes.add("delete from contact_proofs where user_id = $1 and purpose = $2", event.user_id, event.purpose)
                case AccountHandedOver() | PersonalDataErased() as event:
                    writes.add("delete from contact_proofs where user_id = $1", event.user_id)


async def find_open(db: Db, user_id: UUID, purpose: Purpose) -> OpenProof | None:
    """The code that is out for an account; locked, so that two requests at once are one after the other."""
    row = await db.fetchrow("select proof_id, sent_at from contact_proofs where user_id = $1 and purpose = $2 for update", user_id, purpose)
    return OpenProof(*row) if row else None
