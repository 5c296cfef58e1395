"""How does the work stand? Exact numbers, by SQL over the own views, at the moment of asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.postgres import Db

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The numbers of one kind of review."""

    kind: str
    waiting: int
    claimed: int
    awaiting_second_person: int
    waiting_under_1_day: int
    waiting_1_to_3_days: int
    waiting_3_to_5_days: int
    waiting_over_5_days: int
    oldest_filed_at: datetime | None
    at_risk: int
    overdue: int
    decided_last_hour: int
    decided_last_day: int
    approved_last_day: int
    kept_last_30_days: int
    missed_last_30_days: int
    seconds_p50: float | None
    seconds_p95: float | None


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The numbers of one officer."""

    person_id: UUID
    kind: str
    decided_last_day: int
    seconds_p50: float | None


_OPEN = """
select kind,
  count(*) filter (where state = 'waiting') as waiting,
  count(*) filter (where state = 'claimed') as claimed,
  count(*) filter (where state = 'awaiting-second-person') as awaiting_second_person,
  count(*) filter (where $1::timestamptz - filed_at < interval '1 day') as waiting_under_1_day,
  count(*) filter (where $1::timestamptz - filed_at >= interval '1 day' and $1::timestamptz - filed_at < interval '3 days')
    as waiting_1_to_3_days,
  count(*) filter (where $1::timestamptz - filed_at >= interval '3 days' and $1::timestamptz - filed_at < interval '5 days')
    as waiting_3_to_5_days,
  count(*) filter (where $1::timestamptz - filed_at >= interval '5 days') as waiting_over_5_days,
  min(filed_at) as oldest_filed_at,
  count(*) filter (where due_on between $2::date and $2::date + 1) as at_risk,
  count(*) filter (where due_on < $2) as overdue
 from reviews where state in ('waiting', 'claimed', 'awaiting-second-person') group by kind"""
_DECIDED = """
select kind,
  count(*) filter (where decided_at > $1::timestamptz - interval '1 hour') as decided_last_hour,
  count(*) filter (where decided_at > $1::timestamptz - interval '1 day') as decided_last_day,
  count(*) filter (where decided_at > $1::timestamptz - interval '1 day' and outcome = 'approved') as approved_last_day,
  count(*) filter (where due_on is not null and (decided_at at time zone $2)::date <= due_on) as kept_last_30_days,
  count(*) filter (where due_on is not null and (decided_at at time zone $2)::date > due_on) as missed_last_30_days,
  percentile_cont(0.5) within group (order by seconds) as seconds_p50,
  percentile_cont(0.95) within group (order by seconds) as seconds_p95
 from decisions where decided_at > $1::timestamptz - interval '30 days' group by kind"""
_REVIEWERS = """
select decided_by as person_id, kind, count(*) as decided_last_day, percentile_cont(0.5) within group (order by seconds) as seconds_p50
 from decisions where decided_at > $1::timestamptz - interval '1 day'
 group by decided_by, kind order by kind, decided_last_day desc limit 200"""
_NOTHING: dict[str, Any] = {
    "waiting": 0,
    "claimed": 0,
    "awaiting_second_person": 0,
    "waiting_under_1_day": 0,
    "waiting_1_to_3_days": 0,
    "waiting_3_to_5_days": 0,
    "waiting_over_5_days": 0,
    "oldest_filed_at": None,
    "at_risk": 0,
    "overdue": 0,
    "decided_last_hour": 0,
    "decided_last_day": 0,
    "approved_last_day": 0,
    "kept_last_30_days": 0,
    "missed_last_30_days": 0,
    "seconds_p50": None,
    "seconds_p95": None,
}


async def standing(db: Db, kinds: Sequence[str], now: datetime, today: date, zone: str) -> list[Standing]:
    """The numbers of these kinds, at this moment."""
    numbers = {kind: dict(_NOTHING) for kind in kinds}
    for row in [*await db.fetch(_OPEN, now, today), *await db.fetch(_DECIDED, now, zone)]:
        found = dict(row)
        if (kind := found.pop("kind")) in numbers:
            numbers[kind] |= found
    return [Standing(kind=kind, **found) for kind, found in numbers.items()]


async def reviewers(db: Db, now: datetime) -> list[Reviewer]:
    """Who decided how much in the last day."""
    return [Reviewer(**dict(row)) for row in await db.fetch(_REVIEWERS, now)]


@dataclass(frozen=True, slots=True)
class Minute:
    """What happened in one minute of one queue: counted exactly, or approximately while its hour is not over."""

    metric: str
    queue: str
    minute: datetime
    count: float
    exact: bool


async def live_minutes(db: Db, kinds: Sequence[str], now: datetime) -> list[Minute]:
    """The last hour, minute by minute."""
    rows = await db.fetch(
        "select metric, queue, minute, count, exact from live_rates"
        " where minute > $1::timestamptz - interval '1 hour' and queue = any($2::text[]) order by metric, queue, minute",
        now,
        list(kinds),
    )
    return [Minute(**dict(row)) for row in rows]


async def lag_seconds(db: Db) -> float | None:
    """For how long the slowest reader of others' events has not been at its end; None when nothing was ever noted."""
    found: float | None = await db.fetchval(
        "select extract(epoch from clock_timestamp() - min(caught_up_at))::double precision from reader_progress"
        " where reader like 'backoffice.reactions|%' or reader like 'backoffice.views|%'"
    )
    return found
