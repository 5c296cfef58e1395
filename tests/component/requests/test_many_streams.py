"""Batches: events of several streams, mixed, are each written to their own row; all that a filing writes goes out at once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from services.requests.domain.budget_request.events import BudgetRequested, DraftStarted, MotiveChosen
from services.requests.views.budget_requests import BudgetRequestsView
from shared.clock import utc_now
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.view import project
from shared.testing.running import Running
from tests.component.requests.journey import ANA, RUI, filed, walker

CAUSE = Cause(f"person:{ANA}", uuid4())


def recorded(request: UUID, version: int, position: int, event: Event) -> Recorded[Event]:
    return Recorded(event, f"budget-request-{request}", version, position, uuid4(), utc_now(), CAUSE)


def begun(request: UUID) -> DraftStarted:
    return DraftStarted(
        request_id=request,
        unit_id=uuid4(),
        unit_number="1234567890",
        holder_id=ANA,
        started_by=ANA,
        grant_id=None,
        previous_request=None,
        started_at=utc_now(),
    )


def chose(request: UUID, motive: str) -> MotiveChosen:
    return MotiveChosen(request_id=request, motive=motive, wanted_kw=None, wanted_phases=None, chosen_by=ANA, chosen_at=utc_now())


async def test_events_of_two_requests_in_one_batch_are_each_written_to_their_own(door: Running) -> None:
    one, other = uuid4(), uuid4()
    batch: Sequence[Recorded[Event]] = [
        recorded(one, 1, 1, begun(one)),
        recorded(other, 1, 2, begun(other)),
        recorded(one, 2, 3, chose(one, "connection")),
        recorded(other, 2, 4, chose(other, "increase")),
        recorded(one, 3, 5, chose(one, "change")),
    ]
    pool = door.parts.platform.pool
    await transact(pool, lambda db: project(db, [(BudgetRequestsView(), batch)]))
    rows = await pool.fetch("select request_id, motive, version from budget_requests where request_id = any($1)", [one, other])
    assert {row["request_id"]: (row["motive"], row["version"]) for row in rows} == {one: ("change", 3), other: ("increase", 2)}


async def test_what_the_views_write_of_a_filing_is_one_statement(door: Running) -> None:
    path, _ = await filed(walker(door, RUI))
    store, told = door.parts.store, list[str]()
    async with door.parts.platform.pool.acquire() as db:
        filing = [
            one for one in await store.load(db, f"budget-request-{path.rsplit('/', 1)[-1]}") if isinstance(one.event, BudgetRequested)
        ]
        given = [(view, filing) for view in store.views if BudgetRequested in view.on]
        with db.query_logger(lambda logged: told.append(logged.query)):
            await project(db, given)
            await asyncio.sleep(0)  # the driver tells of a statement in the next turn of the loop
    assert len(given) > 4
    assert len(told) == 1
