"""The dashboards: exact numbers and, beside them, the live rates of the last hour."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.backoffice.api.reviews import readers
from services.backoffice.parts import BackofficeParts, parts
from services.backoffice.views.dashboard import Minute, Standing, lag_seconds, live_minutes, reviewers, standing
from services.backoffice.views.freshness import last_heard
from services.backoffice.views.queues import all_queues
from services.backoffice.views.tasks import task_counts
from shared.eventsourcing.refusal import NotFound
from shared.http.body import Answer
from shared.http.openapi import refuses
from shared.http.principal import Principal

router = APIRouter(prefix="/v1/dashboards", tags=["dashboards"])

OVERVIEW = "overview"


class DashboardUnknown(NotFound):
    """No such dashboard for this caller: `overview`, or the slug of a queue of theirs."""

    sentence = "Este painel não existe. Use o painel geral ou o de uma fila."


class StandingAnswer(Answer):
    """The exact numbers of one queue."""

    queue: str
    title: str
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


class ReviewerAnswer(Answer):
    """The numbers of one officer."""

    person_id: UUID
    display_name: str | None
    queue: str
    decided_last_day: int
    seconds_p50: float | None


class MinuteAnswer(Answer):
    """One minute of one queue."""

    minute: datetime
    count: float
    exact: bool


class RateAnswer(Answer):
    """A live rate: arrivals or decisions of one queue in the last hour, approximate until the hour is over."""

    metric: str
    queue: str
    label: str
    last_hour: float
    per_minute: float
    minutes: list[MinuteAnswer]


class DashboardAnswer(Answer):
    """A dashboard as of a moment."""

    slug: str
    as_of: datetime
    lag_seconds: float | None
    register_last_heard_at: datetime | None
    register_age_seconds: float | None
    exact: list[StandingAnswer]
    tasks: dict[str, int]
    reviewers: list[ReviewerAnswer]
    live: list[RateAnswer]


@router.get("/{slug}", responses=refuses(DashboardUnknown))
async def show_dashboard(
    slug: str, who: Annotated[Principal, Depends(readers)], made_of: Annotated[BackofficeParts, Depends(parts)]
) -> DashboardAnswer:
    """Painel geral (`overview`) ou de uma fila: números exatos e, ao lado, as taxas ao vivo (aproximadas)."""
    now = made_of.platform.clock()
    today = made_of.platform.calendar.today(now)
    async with made_of.platform.pool.acquire(timeout=5) as db:
        seen = [queue for queue in await all_queues(db, today) if queue.kind and queue.seen_by(who.roles)]
        wanted = [queue for queue in seen if slug in {OVERVIEW, queue.slug}]
        if not wanted:
            raise DashboardUnknown
        slugs = {queue.kind or "": queue for queue in wanted}
        found = await standing(db, list(slugs), now, today, made_of.platform.settings.timezone)
        officers = [officer for officer in await reviewers(db, now) if officer.kind in slugs]
        minutes = await live_minutes(db, [queue.slug for queue in wanted], now)
        tasks = await task_counts(db) if slug == OVERVIEW else {}
        heard, lag = await last_heard(db), await lag_seconds(db)
    names = await made_of.platform.names.of([officer.person_id for officer in officers], "dashboard", who.actor)
    return DashboardAnswer(
        slug=slug,
        as_of=now,
        lag_seconds=lag,
        register_last_heard_at=heard,
        register_age_seconds=(now - heard).total_seconds() if heard else None,
        exact=[_standing(numbers, slugs[numbers.kind].slug, slugs[numbers.kind].title) for numbers in found],
        tasks=tasks,
        reviewers=[
            ReviewerAnswer(
                person_id=officer.person_id,
                display_name=names.get(officer.person_id),
                queue=slugs[officer.kind].slug,
                decided_last_day=officer.decided_last_day,
                seconds_p50=officer.seconds_p50,
            )
            for officer in officers
        ],
        live=_rates(minutes),
    )


def _standing(numbers: Standing, slug: str, title: str) -> StandingAnswer:
    content = asdict(numbers)
    del content["kind"]
    return StandingAnswer(queue=slug, title=title, **content)


def _rates(minutes: list[Minute]) -> list[RateAnswer]:
    series: dict[tuple[str, str], list[Minute]] = {}
    for minute in minutes:
        series.setdefault((minute.metric, minute.queue), []).append(minute)
    return [_rate(metric, queue, found) for (metric, queue), found in series.items()]


def _rate(metric: str, queue: str, minutes: list[Minute]) -> RateAnswer:
    total = sum(minute.count for minute in minutes)
    exact = all(minute.exact for minute in minutes)
    return RateAnswer(
        metric=metric,
        queue=queue,
        label="exato" if exact else "ao vivo (aproximado)",
        last_hour=total,
        per_minute=round(total / 60, 3),
        minutes=[MinuteAnswer(minute=minute.minute, count=minute.count, exact=minute.exact) for minute in minutes],
    )
