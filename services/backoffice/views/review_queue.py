"""Which reviews wait, who holds them, and how they were concluded? Inline; one row per review, one per conclusion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.backoffice.domain.review.events import (
    ClaimRenewed,
    ConclusionProposed,
    ConclusionReturned,
    DocumentJudged,
    JudgementUndone,
    ReviewClaimed,
    ReviewClosed,
    ReviewConcluded,
    ReviewEscalated,
    ReviewEvent,
    ReviewOpened,
    ReviewReassigned,
    ReviewReleased,
    ReviewReopened,
)
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

_OPEN = """
insert into reviews (review_id, kind, subject_stream, submission, protocol, filed_at, due_on, parties, documents, state, opened_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11)"""
_HOLD = """
update reviews set state = 'claimed', claimed_by = $2, claimed_at = $3, expires_at = $4,
       proposed_by = null, proposed_at = null, version = $5
 where review_id = $1"""
_KEEP = "update reviews set expires_at = $2, version = $3 where review_id = $1"
_FREE = """
update reviews set state = 'waiting', claimed_by = null, claimed_at = null, expires_at = null, proposed_by = null, proposed_at = null,
       outcome = null, concluded_by = null, confirmed_by = null, concluded_at = null, version = $2 where review_id = $1"""
_PROPOSE = """
update reviews set state = 'awaiting-second-person', expires_at = null, proposed_by = $2, proposed_at = $3, outcome = $4, version = $5
 where review_id = $1"""
_RETURN = """
update reviews set state = 'claimed', expires_at = $2, proposed_by = null, proposed_at = null, outcome = null, version = $3
 where review_id = $1"""
_CONCLUDE = """
update reviews set state = 'concluded', expires_at = null, outcome = $2, concluded_by = $3, confirmed_by = $4,
       concluded_at = $5, version = $6
 where review_id = $1"""
_DECIDED = """
insert into decisions (review_id, version, kind, outcome, decided_by, decided_at, seconds, due_on, filed_at)
select $1, $2, kind, $3, $4, $5, extract(epoch from $5::timestamptz - filed_at), due_on, filed_at from reviews where review_id = $1"""
_CLOSE = """
update reviews set state = case when state = 'concluded' then state else 'closed' end, closed_why = $2, expires_at = null, version = $3
 where review_id = $1"""


class ReviewQueue:
    """Keeps a row per review and one per conclusion."""

    name: ClassVar[str] = "review_queue_1"
    category: ClassVar[str] = "review"
    tables: ClassVar[tuple[str, ...]] = ("reviews", "decisions")
    on: ClassVar[frozenset[type[Event]]] = frozenset(ReviewEvent.__value__.__args__)

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """What each event changes in the row; the version moves with every one."""
        for event in events:
            _project(writes, event.event, event.version)


def _project(writes: Writes, fact: ReviewEvent, version: int) -> None:
    review = fact.review_id
    match fact:
        case ReviewOpened():
            _open(writes, fact, version)
        case ReviewClaimed(claimed_at=at) | ReviewReassigned(reassigned_at=at):
            writes.add(_HOLD, review, fact.claimed_by, at, fact.expires_at, version)
        case ClaimRenewed() | DocumentJudged() | JudgementUndone():
            writes.add(_KEEP, review, fact.expires_at, version)
        case ReviewReleased() | ReviewReopened():
            writes.add(_FREE, review, version)
        case ReviewEscalated():
            writes.add(_FREE, review, version)
            writes.add("update reviews set escalated = true where review_id = $1", review)
        case ConclusionProposed():
            writes.add(_PROPOSE, review, fact.proposed_by, fact.proposed_at, fact.outcome, version)
        case ConclusionReturned():
            writes.add(_RETURN, review, fact.expires_at, version)
        case ReviewConcluded():
            writes.add(_CONCLUDE, review, fact.outcome, fact.concluded_by, fact.confirmed_by, fact.concluded_at, version)
            writes.add(_DECIDED, review, version, fact.outcome, fact.concluded_by, fact.concluded_at)
        case ReviewClosed():
            writes.add(_CLOSE, review, fact.why, version)


def _open(writes: Writes, fact: ReviewOpened, version: int) -> None:
    writes.add(
        _OPEN,
        fact.review_id,
        fact.kind,
        fact.subject_stream,
        fact.submission,
        fact.protocol,
        fact.filed_at,
        fact.due_on,
        list(fact.parties),
        len(fact.documents),
        fact.opened_at,
        version,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A review in a list."""

    review_id: UUID
    kind: str
    subject_stream: str
    submission: int
    protocol: str | None
    filed_at: datetime
    due_on: date | None
    parties: Sequence[UUID]
    documents: int
    state: str
    claimed_by: UUID | None
    claimed_at: datetime | None
    expires_at: datetime | None
    proposed_by: UUID | None
    proposed_at: datetime | None
    outcome: str | None
    escalated: bool
    opened_at: datetime
    version: int


ROW = ", ".join(Row.__dataclass_fields__)
"""The columns of a row, in its order."""


async def next_waiting(db: Db, kind: str, person: UUID, now: datetime, *, supervisor: bool) -> UUID | None:
    """The oldest review that this person may take, locked; rows that others are taking just now are passed over."""
    found: UUID | None = await db.fetchval(
        "select review_id from reviews"
        " where kind = $1 and (state = 'waiting' or (state = 'claimed' and expires_at <= $3))"
        "   and not ($2 = any(parties)) and claimed_by is distinct from $2 and (not escalated or $4)"
        " order by filed_at, review_id limit 1 for update skip locked",
        kind,
        person,
        now,
        supervisor,
    )
    return found


async def is_next(db: Db, review: UUID, person: UUID, now: datetime, *, supervisor: bool) -> bool:
    """Whether no older review waits that this person could take."""
    older = await db.fetchval(
        "select exists (select 1 from reviews a join reviews b on b.review_id = $1"
        " where a.kind = b.kind and (a.filed_at, a.review_id) < (b.filed_at, b.review_id) and not ($2 = any(a.parties))"
        "   and (a.state = 'waiting' or (a.state = 'claimed' and a.expires_at <= $3)) and (not a.escalated or $4))",
        review,
        person,
        now,
        supervisor,
    )
    return not older


async def waiting(db: Db, kind: str, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    """The open reviews of a queue, oldest first; one more than asked, to know whether there are more."""
    return await _rows(db, "kind = $1 and state in ('waiting', 'claimed', 'awaiting-second-person')", [kind], after, limit)


async def held_by(db: Db, person: UUID, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    """The reviews that one person holds."""
    return await _rows(db, "claimed_by = $1 and state = 'claimed'", [person], after, limit)


async def overdue(db: Db, kinds: Sequence[str], today: date, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    """The open reviews whose due day is over, in the queues that the caller sees."""
    condition = "kind = any($1::text[]) and due_on < $2 and state in ('waiting', 'claimed', 'awaiting-second-person')"
    return await _rows(db, condition, [list(kinds), today], after, limit)


async def _rows(db: Db, condition: str, values: list[object], after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    values = [*values, limit + 1]
    page = f"limit ${len(values)}"
    if after is not None:
        condition += f" and (filed_at, review_id) > (${len(values) + 1}, ${len(values) + 2})"
        values += after
    rows = await db.fetch(f"select {ROW} from reviews where {condition} order by filed_at, review_id {page}", *values)
    return [Row(*row) for row in rows]


async def counts(db: Db, today: date, person: UUID) -> dict[str, int]:
    """How many reviews are open by kind, and under `mine:<kind>` how many of them this person holds; `overdue:<kind>` likewise."""
    rows = await db.fetch(
        "select kind, count(*) as open, count(*) filter (where claimed_by = $1 and state = 'claimed') as mine,"
        " count(*) filter (where due_on < $2) as overdue"
        " from reviews where state in ('waiting', 'claimed', 'awaiting-second-person') group by kind",
        person,
        today,
    )
    found: dict[str, int] = {}
    for row in rows:
        found |= {row["kind"]: row["open"], f"mine:{row['kind']}": row["mine"], f"overdue:{row['kind']}": row["overdue"]}
    return found


async def about(db: Db, subject_stream: str, kinds: Sequence[str] | None = None) -> Sequence[tuple[UUID, str, int]]:
    """The reviews about a subject that still matter to it: id, kind and submission."""
    rows = await db.fetch(
        "select review_id, kind, submission from reviews where subject_stream = $1 and state <> 'closed'"
        " and ($2::text[] is null or kind = any($2::text[])) order by review_id",
        subject_stream,
        list(kinds) if kinds is not None else None,
    )
    return [(row["review_id"], row["kind"], row["submission"]) for row in rows]


async def last_review_of(db: Db, person: UUID) -> datetime | None:
    """When somebody was last a party of a review, or worked on one."""
    found: datetime | None = await db.fetchval(
        "select max(coalesce(concluded_at, opened_at)) from reviews"
        " where $1 = any(parties) or $1 in (claimed_by, proposed_by, concluded_by, confirmed_by)",
        person,
    )
    return found
