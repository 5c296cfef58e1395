"""A budget while its commissioning is under way: given up, cancelled, forgotten by its clock; and both at once."""

import asyncio
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

import pytest

from services.requests.domain.budget_request.commands import CancelBudget, WithdrawBudget
from services.requests.domain.facts import AsHolder, Doer
from services.requests.parts import RequestsParts
from services.requests.views.clocks import timer_of
from shared.clock import utc_now
from shared.contracts.backoffice.review import Finding, InspectionReport, Reason
from shared.eventsourcing.event import Cause
from shared.eventsourcing.timers import Timers
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.testing.running import Running
from tests.component.requests import journey as j

GIVEN_UP = {"reason": "desistencia"}
CAUSE = Cause("service:requests", new_id())


async def state_of(who: j.Walker, path: str) -> str:
    """How it stands."""
    return str((await who.get(path)).json()["state"])


async def test_a_budget_given_up_ends_its_commissioning_and_a_late_verdict_changes_nothing(door: Running) -> None:
    ana = j.walker(door, j.ANA)
    path, _ = await j.in_force(j.walker(door, j.RUI), ana)
    commissioning = await j.visit_scheduled(j.walker(door, j.RUI), path)
    assert (await ana.post(f"{path}/withdrawal", GIVEN_UP)).json()["state"] == "withdrawn"
    assert await state_of(ana, commissioning) == "withdrawn"
    told = await door.parts.platform.pool.fetchval("select data->>'reason' from events where type = 'CommissioningWithdrawn'")
    assert told == "desistencia", "whoever holds its review is told"
    await j.concluded(door, commissioning, "inspection", content=j.good_visit())
    assert (await state_of(ana, path), await state_of(ana, commissioning)) == ("withdrawn", "withdrawn")


async def test_a_supervisor_does_not_cancel_what_is_being_commissioned(door: Running) -> None:
    rui, ana, supervisor = j.walker(door, j.RUI), j.walker(door, j.ANA), j.officer(door, "supervisor")
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.commissioning_filed(rui, path)
    refused = await supervisor.post(f"{path}/cancellation", {"reason": "sold"})
    assert (refused.status_code, refused.json()["code"]) == (409, "commissioning-under-way")
    assert "Conclua antes" in refused.json()["detail"]
    assert (await rui.post(f"{commissioning}/withdrawal", GIVEN_UP)).status_code == 200
    assert (await supervisor.post(f"{path}/cancellation", {"reason": "sold"})).json()["state"] == "cancelled"


async def test_an_inspection_that_outlived_its_budget_connects_the_plant_all_the_same(door: Running) -> None:
    rui, ana, parts = j.walker(door, j.RUI), j.walker(door, j.ANA), cast("RequestsParts", door.parts)
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.visit_scheduled(rui, path)
    cancelled = CancelBudget("sold", None, j.STAFF, utc_now())
    await transact(parts.platform.pool, lambda db: parts.requests(db, UUID(path[-36:]), cancelled, CAUSE))
    await j.concluded(door, commissioning, "inspection", content=j.good_visit())
    assert (await state_of(ana, commissioning), await state_of(ana, path)) == ("connected", "cancelled")


async def test_a_filing_waits_for_a_withdrawal_that_is_on_its_way(door: Running) -> None:
    rui, ana, parts = j.walker(door, j.RUI), j.walker(door, j.ANA), cast("RequestsParts", door.parts)
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.commissioning_prepared(rui, path)
    withdrawal = WithdrawBudget(Doer(j.ANA, AsHolder(j.ANA, proven=True)), "desistencia", utc_now())
    async with parts.platform.pool.acquire() as db, db.transaction():
        await parts.requests(db, UUID(path[-36:]), withdrawal, CAUSE)
        filing = asyncio.create_task(rui.post(f"{commissioning}/filing"))
        done, _ = await asyncio.wait([filing], timeout=1)
        assert not done, "what the filing rests on is about to change"
    refused = await filing
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-not-in-force")


async def test_a_withdrawal_waits_for_a_filing_that_is_on_its_way_and_ends_it(door: Running) -> None:
    rui, ana, pool = j.walker(door, j.RUI), j.walker(door, j.ANA), door.parts.platform.pool
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.commissioning_prepared(rui, path)
    async with pool.acquire() as db, db.transaction():
        await db.execute("lock table protocol_numbers in share row exclusive mode")
        filing = asyncio.create_task(rui.post(f"{commissioning}/filing"))
        while not await pool.fetchval("select count(*) from pg_locks where not granted and relation = 'protocol_numbers'::regclass"):
            await asyncio.sleep(0.02)
        withdrawal = asyncio.create_task(ana.post(f"{path}/withdrawal", GIVEN_UP))
        done, _ = await asyncio.wait([withdrawal], timeout=1)
        assert not done, "the filing holds the budget that it rests on"
    assert ((await filing).status_code, (await withdrawal).status_code) == (201, 200)
    assert (await state_of(ana, path), await state_of(ana, commissioning)) == ("withdrawn", "withdrawn")


async def nudged(door: Running, at: datetime) -> None:
    """Every clock that is over by then nudges once."""
    timers = Timers(door.parts.platform.pool, door.parts.timers, lambda: at)
    while await timers.fire_one():
        pass


async def due_on(who: j.Walker, path: str) -> date:
    """The last day for asking for the inspection."""
    clocks = {clock["clock"]: clock for clock in (await who.get(path)).json()["clocks"]}
    return date.fromisoformat(clocks["inspection-request"]["due_on"])


@pytest.mark.parametrize("end", ["withdrawn", "dismissed"])
async def test_a_commissioning_that_comes_to_nothing_stops_no_clock(door: Running, end: str) -> None:
    rui, ana, calendar = j.walker(door, j.RUI), j.walker(door, j.ANA), door.parts.platform.calendar
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.commissioning_filed(rui, path)
    over_at = calendar.end_of_day(await due_on(ana, path))
    await nudged(door, over_at)
    assert await state_of(ana, path) == "in-force", "an inspection that was asked for goes on"
    if end == "withdrawn":
        assert (await rui.post(f"{commissioning}/withdrawal", GIVEN_UP)).status_code == 200
    else:
        await j.concluded(door, commissioning, "commissioning", approved=False, reasons=(Reason(code="documento-ilegivel"),))
    assert await state_of(ana, commissioning) == end
    await nudged(door, over_at + timedelta(days=1))
    assert await state_of(ana, path) == "expired"


async def test_an_inspection_that_was_made_and_failed_was_asked_for(door: Running) -> None:
    rui, ana, calendar = j.walker(door, j.RUI), j.walker(door, j.ANA), door.parts.platform.calendar
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.visit_scheduled(rui, path)
    await failed(door, commissioning)
    await nudged(door, calendar.end_of_day(await due_on(ana, path)) + timedelta(days=1))
    assert await state_of(ana, path) == "in-force", "what follows is the time to ask again (art. 94, §3)"


async def test_after_its_time_no_inspection_is_asked_for_though_no_timer_told(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    rui, ana, parts = j.walker(door, j.RUI), j.walker(door, j.ANA), cast("RequestsParts", door.parts)
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.commissioning_prepared(rui, path)
    over_at = parts.calendar.end_of_day(await due_on(ana, path))
    monkeypatch.setattr(RequestsParts, "now", lambda _: over_at)
    for refused in (await rui.post(f"{commissioning}/filing"), await rui.post("/v1/commissionings", {"request_id": path[-36:]})):
        assert (refused.status_code, refused.json()["code"]) == (409, "budget-not-in-force")
    assert await state_of(ana, path) == "in-force", "the timer has still to tell"
    monkeypatch.setattr(RequestsParts, "now", lambda _: over_at - timedelta(microseconds=1))
    assert (await rui.post(f"{commissioning}/filing")).status_code == 201


async def test_after_a_visit_that_failed_another_is_asked_for_beyond_the_time_for_the_first(
    door: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    rui, ana, parts = j.walker(door, j.RUI), j.walker(door, j.ANA), cast("RequestsParts", door.parts)
    path, _ = await j.in_force(rui, ana)
    await failed(door, await j.visit_scheduled(rui, path))
    over_at = parts.calendar.end_of_day(await due_on(ana, path))
    monkeypatch.setattr(RequestsParts, "now", lambda _: over_at)
    again = await j.commissioning_prepared(rui, path)
    fixed = await rui.post(f"{again}/documents", {"document_id": await j.kept(door, again, "CORRECOES")})
    assert fixed.status_code == 200, fixed.text
    filed = await rui.post(f"{again}/filing")
    assert filed.status_code == 201, filed.text


async def failed(door: Running, commissioning: str) -> None:
    """The visit finds something to fix."""
    finding = Finding(item="placa", passed=False, reason=Reason(code="placa-de-advertencia"), fix="Fixar a placa.")
    bad = InspectionReport(visited_on=utc_now().date(), findings=(finding,))
    await j.concluded(door, commissioning, "inspection", approved=False, content=bad)


async def test_a_clock_that_ran_out_without_an_inspection_ends_the_budget_at_that_instant(door: Running) -> None:
    rui, ana, calendar = j.walker(door, j.RUI), j.walker(door, j.ANA), door.parts.platform.calendar
    path, _ = await j.in_force(rui, ana)
    over_at = calendar.end_of_day(await due_on(ana, path))
    await nudged(door, over_at - timedelta(microseconds=1))
    assert await state_of(ana, path) == "in-force"
    left = await door.parts.platform.pool.fetchval("select due_at from timers where name = $1", timer_of("inspection-request"))
    assert left == over_at
    await nudged(door, over_at)
    assert await state_of(ana, path) == "expired"
