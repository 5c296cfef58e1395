"""The queues: what waits, in protocol order, and taking what is next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.backoffice.api.answers import (
    ActionAnswer,
    ColumnAnswer,
    QueueAnswer,
    QueuesAnswer,
    ReassignedAnswer,
    ReassignmentsAnswer,
    RowAnswer,
    RowsAnswer,
)
from services.backoffice.api.deeds import SessionUnknown, session_known
from services.backoffice.api.reviews import Text, officers, readers
from services.backoffice.api.showing import officer_of, person
from services.backoffice.domain.review.commands import ClaimNext, ReassignReview
from services.backoffice.domain.review.refusals import NothingWaits, RoleMissing
from services.backoffice.parts import BackofficeParts, parts
from services.backoffice.views import review_queue
from services.backoffice.views.queues import Queue, QueueHasNoReviews, QueueUnknown, all_queues, get_queue, queue_of
from services.backoffice.views.review_queue import Row
from services.backoffice.views.staff_roles import StaffUnknown, get_officer
from services.backoffice.views.tasks import Task, task_counts, tasks_of
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Body, CreatedAnswer
from shared.http.cause import cause
from shared.http.idempotency import Once, Reply, created, once
from shared.http.openapi import refuses
from shared.http.pages import Asked, CursorUnreadable, asked, instant, make_cursor
from shared.http.principal import Principal, staff
from shared.postgres import Db

router = APIRouter(prefix="/v1/queues", tags=["queues"])


class ReassignReviewsBody(Body):
    """Which reviews go to whom, and why."""

    reviews: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    to: UUID
    reason: Text


@router.get("")
async def list_queues(who: Annotated[Principal, Depends(readers)], made_of: Annotated[BackofficeParts, Depends(parts)]) -> QueuesAnswer:
    """As filas do seu papel, com quantos itens aguardam em cada uma."""
    now = made_of.platform.clock()
    today = made_of.platform.calendar.today(now)
    async with made_of.platform.pool.acquire(timeout=5) as db:
        queues = [queue for queue in await all_queues(db, today) if queue.seen_by(who.roles)]
        reviews = await review_queue.counts(db, today, who.pid)
        tasks = await task_counts(db)
    return QueuesAnswer(queues=[_queue(queue, queues, reviews, tasks) for queue in queues], server_time=now)


@router.get("/{slug}/reviews", responses=refuses(QueueUnknown))
async def list_reviews(
    slug: str,
    page: Annotated[Asked, Depends(asked)],
    who: Annotated[Principal, Depends(readers)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> RowsAnswer:
    """O que aguarda em uma fila, do protocolo mais antigo ao mais novo."""
    now = made_of.platform.clock()
    today = made_of.platform.calendar.today(now)
    async with made_of.platform.pool.acquire(timeout=5) as db:
        queues = await all_queues(db, today)
        queue = queue_of(queues, slug, who.roles)
        if queue.source == "tasks":
            tasks = await tasks_of(db, slug, _after_task(page), page.limit)
            more = (
                make_cursor(tasks[page.limit - 1].since.isoformat(), tasks[page.limit - 1].subject_stream)
                if len(tasks) > page.limit
                else None
            )
            return RowsAnswer(items=[_task(task) for task in tasks[: page.limit]], next_cursor=more, server_time=now)
        kinds = [found.kind for found in queues if found.kind and found.seen_by(who.roles)]
        rows = await _rows(db, queue, kinds, made_of, who, page)
    shown = rows[: page.limit]
    names = await made_of.platform.names.of([row.claimed_by for row in shown if row.claimed_by], "queue", who.actor)
    more = make_cursor(shown[-1].filed_at.isoformat(), shown[-1].review_id) if len(rows) > page.limit else None
    return RowsAnswer(items=[_row(row, names, who) for row in shown], next_cursor=more, server_time=now)


@router.post(
    "/{slug}/next-claims", status_code=201, responses=refuses(QueueUnknown, QueueHasNoReviews, NothingWaits, RoleMissing, SessionUnknown)
)
async def claim_next(
    slug: str,
    response: Response,
    who: Annotated[Principal, Depends(officers)],
    because: Annotated[Cause, Depends(cause)],
    key: Annotated[Once, Depends(once)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> CreatedAnswer:
    """Pegar o próximo da fila: o protocolo mais antigo em que você não é parte."""
    now = made_of.platform.clock()

    async def work(db: Db) -> Reply:
        await session_known(db)
        queue = await get_queue(db, slug, made_of.platform.calendar.today(now), who.roles)
        if queue.kind is None:
            raise QueueHasNoReviews
        if not who.roles & queue.rules.roles:
            raise RoleMissing
        review_id = await review_queue.next_waiting(db, queue.kind, who.pid, now, supervisor=who.has_role("supervisor"))
        if review_id is None:
            raise NothingWaits
        outcome = await made_of.reviews(db, review_id, ClaimNext(officer_of(who), queue.rules, now), because)
        return Reply(201, f"/v1/reviews/{review_id}", {"id": str(review_id)}, outcome.version)

    reply = await key.transact(made_of.platform.pool, work)
    return created(reply, response)


@router.post("/{slug}/reassignments", responses=refuses(QueueUnknown, QueueHasNoReviews, StaffUnknown, SessionUnknown))
async def reassign_reviews(
    slug: str,
    body: ReassignReviewsBody,
    who: Annotated[Principal, Depends(staff("supervisor"))],
    because: Annotated[Cause, Depends(cause)],
    made_of: Annotated[BackofficeParts, Depends(parts)],
) -> ReassignmentsAnswer:
    """Redistribuir análises a outra pessoa, com justificativa; cada uma com o seu resultado."""
    now = made_of.platform.clock()

    async def work(db: Db, *, review_id: UUID) -> None:
        await session_known(db)
        queue = await get_queue(db, slug, made_of.platform.calendar.today(now), who.roles)
        if queue.kind is None:
            raise QueueHasNoReviews
        command = ReassignReview(await get_officer(db, body.to), who.pid, queue.rules, body.reason, now)
        await made_of.reviews(db, review_id, command, because)

    items = []
    for review_id in dict.fromkeys(body.reviews):
        try:
            await transact(made_of.platform.pool, partial(work, review_id=review_id))
            items.append(ReassignedAnswer(review_id=review_id, done=True, code=None, sentence=None))
        except (QueueUnknown, QueueHasNoReviews, StaffUnknown, SessionUnknown):
            raise
        except Refusal as refusal:
            items.append(ReassignedAnswer(review_id=review_id, done=False, code=refusal.code, sentence=refusal.detail))
    return ReassignmentsAnswer(items=items)


def _queue(queue: Queue, seen: Sequence[Queue], reviews: Mapping[str, int], tasks: Mapping[str, int]) -> QueueAnswer:
    kinds = [found.kind for found in seen if found.kind]
    count = 0
    match queue.source:
        case "reviews":
            count = reviews.get(queue.kind or "", 0)
        case "tasks":
            count = tasks.get(queue.slug, 0)
        case "mine":
            count = sum(reviews.get(f"mine:{kind}", 0) for kind in kinds)
        case "overdue":
            count = sum(reviews.get(f"overdue:{kind}", 0) for kind in kinds)
    return QueueAnswer(
        slug=queue.slug,
        title=queue.title,
        source=queue.source,
        count=count,
        mine=reviews.get(f"mine:{queue.kind}", 0),
        columns=[ColumnAnswer(key=column["key"], kind=column["kind"], label=column["label"]) for column in queue.columns],
        action=ActionAnswer(deed=queue.action.get("deed", "open"), label=queue.action.get("label", "Abrir")),
    )


async def _rows(db: Db, queue: Queue, kinds: Sequence[str], made_of: BackofficeParts, who: Principal, page: Asked) -> Sequence[Row]:
    after = _after_review(page)
    match queue.source:
        case "mine":
            return await review_queue.held_by(db, who.pid, after, page.limit)
        case "overdue":
            today = made_of.platform.calendar.today(made_of.platform.clock())
            return await review_queue.overdue(db, kinds, today, after, page.limit)
        case _:
            return await review_queue.waiting(db, queue.kind or "", after, page.limit)


def _after_review(page: Asked) -> tuple[datetime, UUID] | None:
    if page.after is None:
        return None
    try:
        filed_at, review_id = page.after
        return instant(filed_at), UUID(review_id)
    except ValueError as error:
        raise CursorUnreadable from error


def _after_task(page: Asked) -> tuple[datetime, str] | None:
    if page.after is None:
        return None
    try:
        since, stream = page.after
        return instant(since), stream
    except ValueError as error:
        raise CursorUnreadable from error


def _row(row: Row, names: Mapping[UUID, str], who: Principal) -> RowAnswer:
    return RowAnswer(
        review_id=row.review_id,
        kind=row.kind,
        subject_stream=row.subject_stream,
        submission=row.submission,
        protocol=row.protocol,
        filed_at=row.filed_at,
        due_on=row.due_on,
        documents=row.documents,
        state=row.state,
        claimed_by=person(row.claimed_by, names) if row.claimed_by else None,
        expires_at=row.expires_at,
        outcome=row.outcome,
        escalated=row.escalated,
        party=who.pid in row.parties,
        version=row.version,
    )


def _task(task: Task) -> RowAnswer:
    return RowAnswer(
        review_id=None,
        kind=None,
        subject_stream=task.subject_stream,
        submission=None,
        protocol=task.protocol,
        filed_at=task.since,
        due_on=task.due_on,
        documents=None,
        state="waiting",
        claimed_by=None,
        expires_at=None,
        outcome=None,
        escalated=False,
        party=False,
        version=None,
    )
