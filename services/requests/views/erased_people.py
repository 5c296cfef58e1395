"""Who asked to be forgotten, what of theirs is still under way here, and when did the last of it end? Rows of its reactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.views.people import PROVEN
from shared.postgres import Db

_FILED = """
select is_open, moved_at from budget_requests where protocol is not null and $1 in (holder_id, filed_by, responsible_id)
union all
select is_open, moved_at from commissionings where protocol is not null and $1 in (holder_id, filed_by, responsible_id)"""


@dataclass(frozen=True, slots=True)
class Filed:
    """What a person has filed or answers for here; nothing: `last_moved_at` is None."""

    last_moved_at: datetime | None
    under_way: bool


async def note(db: Db, person_id: UUID, event_id: UUID, at: datetime) -> None:
    """Remember who asked; the newest request counts."""
    await db.execute(
        "insert into erased_people (person_id, event_id, at) values ($1, $2, $3)"
        " on conflict (person_id) do update set event_id = excluded.event_id, at = excluded.at",
        person_id,
        event_id,
        at,
    )


async def among(db: Db, people: Sequence[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """Those of these people who asked to be forgotten, each with the event that said so."""
    rows = await db.fetch("select person_id, event_id from erased_people where person_id = any($1::uuid[]) order by 1", list(people))
    return [(row["person_id"], row["event_id"]) for row in rows]


async def filed_by(db: Db, person_id: UUID) -> Filed:
    """What stands under a duty to be kept, and whether any of it is still under way."""
    row = await db.fetchrow(f"select max(moved_at) as last, coalesce(bool_or(is_open), false) as open from ({_FILED}) f", person_id)
    return Filed(row["last"], row["open"]) if row else Filed(None, under_way=False)


async def drafts_about(db: Db, person_id: UUID) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """The drafts that a person began, or that are about their units: requests and commissionings."""
    budget = await db.fetch("select request_id from budget_requests where state = 'draft' and $1 in (started_by, holder_id)", person_id)
    commissioning = await db.fetch(
        "select commissioning_id from commissionings where state = 'draft' and $1 in (started_by, holder_id)", person_id
    )
    return [row["request_id"] for row in budget], [row["commissioning_id"] for row in commissioning]


async def streams_held(db: Db, person_id: UUID) -> Sequence[str]:
    """The records about a person's units; none for an account that is not proven to be theirs."""
    rows = await db.fetch(
        f"select 'budget-request-' || request_id as stream from budget_requests where holder_id = $1 and {PROVEN} union all"
        f" select 'commissioning-' || commissioning_id from commissionings where holder_id = $1 and {PROVEN}",
        person_id,
    )
    return [row["stream"] for row in rows]


async def taken_part_in(db: Db, person_id: UUID) -> Mapping[str, object]:
    """What a person began, filed or answers for at somebody else's unit: when and under which protocol, not what it holds."""
    rows = await db.fetch(
        "select request_id as id, 'budget-request' as kind, protocol, filed_at, state from budget_requests"
        " where holder_id <> $1 and $1 in (started_by, filed_by, responsible_id) union all"
        " select commissioning_id, 'commissioning', protocol, filed_at, state from commissionings"
        " where holder_id <> $1 and $1 in (started_by, filed_by, responsible_id)",
        person_id,
    )
    return {"taken_part_in": [dict(row) for row in rows]}
