"""Which account acts as holder? A foreign view."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.identity.user import AccountHandedOver, HolderProven, PersonalDataErased
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class ProvenHolders:
    """One row per person whose account was proven to be the holder's; a hand-over or an erasure takes it back."""

    name: ClassVar[str] = "proven_holders_1"
    tables: ClassVar[tuple[str, ...]] = ("proven_holders",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({HolderProven, AccountHandedOver, PersonalDataErased})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Remember the last word about each."""
        for record in events:
            writes.add(
                "insert into proven_holders (person_id, proven) values ($1, $2)"
                " on conflict (person_id) do update set proven = excluded.proven",
                record.event.person_id,
                isinstance(record.event, HolderProven),
            )


async def is_proven(db: Db, person: UUID) -> bool:
    """Whether this person's account acts as holder, kept from changing until the deciding transaction ends."""
    return bool(await db.fetchval("select proven from proven_holders where person_id = $1 for share", person))
