"""Whom has identity verified? Foreign; by ids only."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, cast
from uuid import UUID

from shared.contracts.identity.user import PersonalDataErased, UserVerified
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class VerifiedPeople:
    """Keeps the table `verified_people`."""

    name: ClassVar[str] = "verified_people_1"
    tables: ClassVar[tuple[str, ...]] = ("verified_people",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({UserVerified, PersonalDataErased})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Remember who was verified, and forget who asked to be."""
        for record in events:
            match record.event:
                case UserVerified() as fact:
                    writes.add(
                        "insert into verified_people as v (person_id, kind, verified_at) values ($1, $2, $3)"
                        " on conflict (person_id) do update set verified_at = greatest(v.verified_at, excluded.verified_at)",
                        fact.person_id,
                        fact.kind,
                        fact.verified_at,
                    )
                case PersonalDataErased() as fact:
                    writes.add("delete from verified_people where person_id = $1 and verified_at < $2", fact.person_id, fact.at)


async def kind_of(db: Db, person: UUID) -> Literal["cpf", "cnpj"] | None:
    """What this verified person is, locked for the deciding transaction; None when identity has not told of them."""
    kind = await db.fetchval("select kind from verified_people where person_id = $1 for share", person)
    return cast("Literal['cpf', 'cnpj'] | None", kind)
