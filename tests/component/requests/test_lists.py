"""Lists are read to their end, page by page, without a row twice or left out, and never by looking at every row."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.requests.views.budget_requests import budgets_of, requests_in, requests_of
from services.requests.views.commissionings import commissionings_in, commissionings_of
from shared.clock import utc_now
from shared.postgres import Db
from shared.testing.plans import plans_of, scans
from shared.testing.running import Running
from tests.component.requests import journey as j
from tests.conftest import Database

MANY = 250
AT = "timestamptz '2026-11-04 12:00+00' + interval '1 second' * (n / 7)"
"""Seven at each instant, so that pages end in the middle of one."""
REQUESTS = f"""
insert into budget_requests (request_id, unit_id, unit_number, holder_id, started_by, responsible_id, state, filed_at, started_at, moved_at,
                             version)
select gen_random_uuid(), gen_random_uuid(), n, $1, $2, $2, $3, case when $3 <> 'draft' then {AT} end, {AT}, {AT}, 1
  from generate_series(1, $4::int) n returning request_id"""
COMMISSIONINGS = f"""
insert into commissionings (commissioning_id, request_id, unit_id, unit_number, holder_id, started_by, responsible_id, attempt, state,
                            is_open, filed_at, started_at, moved_at, version)
select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), n, $1, $2, $2, 1, $3, true, {AT}, {AT}, {AT}, 1
  from generate_series(1, $4::int) n returning commissioning_id"""

STANDING = """
with unit as (insert into units (unit_id, number, holder_id, tariff_group, voltage_v, phases, available_kw, municipality,
                                 connected_before_2022_01_07, existing_kw, active, version)
              select gen_random_uuid(), n, gen_random_uuid(), 'B', 220, 2, 12, '1302603', true, 0, true, 1 from generate_series(1, 20000) n
              returning unit_id, holder_id)
insert into grants (grant_id, unit_id, holder_id, professional_id, may_decide, ends_on, state, version)
select gen_random_uuid(), unit_id, holder_id, gen_random_uuid(), false, current_date + 9, 'live', 1 from unit"""
"""Units and grants of many others, so that a look at all of them would cost."""


async def filled(door: Running, sql: str, holder: UUID, other: UUID, state: str, count: int = MANY) -> list[str]:
    """Rows as many requests leave them; their ids."""
    return [str(row[0]) for row in await door.parts.platform.pool.fetch(sql, holder, other, state, count)]


async def read(who: j.Walker, path: str, key: str = "id", limit: int = 60) -> list[str]:
    """The whole list, page by page."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await who.get(f"{path}{'&' if '?' in path else '?'}limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        assert len(page["items"]) == limit or page["next_cursor"] is None
        found += [item[key] for item in page["items"]]
        cursor = page["next_cursor"]
    return found


async def ordered(door: Running, sql: str, *arguments: object) -> list[str]:
    """The ids in the order in which the list has them."""
    return [str(row[0]) for row in await door.parts.platform.pool.fetch(sql, *arguments)]


async def test_all_that_waits_for_staff_is_reached_in_the_order_of_filing(door: Running) -> None:
    ids = await filled(door, REQUESTS, j.ANA, j.RUI, "under-triage")
    await filled(door, REQUESTS, j.ANA, j.RUI, "under-analysis", 20)
    await filled(door, REQUESTS, j.ANA, j.OTHER, "draft", 3)
    path = "/v1/budget-requests/waiting?state=under-triage"
    found = await read(j.officer(door, "reviewer"), path)
    assert sorted(found) == sorted(ids)
    wanted = "select request_id from budget_requests where state = 'under-triage' order by filed_at, request_id"
    assert found == await ordered(door, wanted)
    assert (await j.officer(door, "reviewer").get("/v1/budget-requests/waiting?state=draft")).status_code == 422, "a draft waits for nobody"
    for cursor in ("x", "WyJ4IiwieSJd", "WyIyMDI2LTExLTA0IiwiMSJd"):
        refused = await j.officer(door, "reviewer").get(f"{path}&cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor-unreadable")


async def test_all_visits_to_schedule_are_reached_in_the_order_of_filing(door: Running) -> None:
    ids = await filled(door, COMMISSIONINGS, j.ANA, j.RUI, "awaiting-inspection")
    scheduled = await filled(door, COMMISSIONINGS, j.ANA, j.RUI, "scheduled", 20)
    found = await read(j.officer(door, "inspector"), "/v1/commissionings/waiting/visits")
    assert sorted(found) == sorted(ids)
    wanted = "select commissioning_id from commissionings where state = 'awaiting-inspection' order by filed_at, commissioning_id"
    assert found == await ordered(door, wanted)
    assert set(await read(j.officer(door, "analyst"), "/v1/commissionings/waiting/visits?state=scheduled", limit=7)) == set(scheduled)


async def test_all_my_commissionings_are_reached_from_the_newest_on_and_nobody_elses(door: Running) -> None:
    mine = await filled(door, COMMISSIONINGS, j.ANA, j.RUI, "under-review")
    await filled(door, COMMISSIONINGS, j.OTHER, j.CLARA, "under-review", 20)
    wanted = (
        "select commissioning_id from commissionings where $1 in (holder_id, started_by) order by started_at desc, commissioning_id desc"
    )
    for person in (j.ANA, j.RUI):
        found = await read(j.walker(door, person), "/v1/commissionings")
        assert sorted(found) == sorted(mine)
        assert found == await ordered(door, wanted, person)


async def test_all_units_with_a_budget_are_reached_however_many_drafts_there_are(door: Running) -> None:
    await filled(door, REQUESTS, j.ANA, j.RUI, "draft")
    good = await filled(door, REQUESTS, j.ANA, j.RUI, "in-force", 150)
    over = await filled(door, REQUESTS, j.ANA, j.RUI, "expired", 100)
    await filled(door, REQUESTS, j.OTHER, j.CLARA, "in-force", 20)
    open_one = "update commissionings set request_id = $2 where commissioning_id = $1"
    [begun] = await filled(door, COMMISSIONINGS, j.ANA, j.RUI, "under-review", 1)
    await door.parts.platform.pool.execute(open_one, UUID(begun), UUID(good[0]))
    path = "/v1/commissionable-units"
    rui = j.walker(door, j.RUI)
    assert sorted(await read(rui, path, "request_id")) == sorted([*good, *over])
    codes = await read(j.walker(door, j.ANA), path, "code", limit=100)
    assert (codes.count("commissioning-already-open"), codes.count("budget-not-in-force")) == (1, 100)
    assert len(codes) == len(good) + len(over)
    assert set(await read(rui, path, "code", limit=100)) == {"access-not-live"}, "he filed them all, and has access to none of these units"


SOMEBODY = uuid4()
TODAY = utc_now().date()
ASKS: dict[str, Callable[[Db], Awaitable[object]]] = {
    "requests in a state": lambda db: requests_in(db, "under-triage", None, 51),
    "my requests": lambda db: requests_of(db, SOMEBODY, TODAY, None, None, 51),
    "my budgets": lambda db: budgets_of(db, SOMEBODY, TODAY, None, 51),
    "commissionings in a state": lambda db: commissionings_in(db, "scheduled", None, 51),
    "my commissionings": lambda db: commissionings_of(db, SOMEBODY, TODAY, None, 51),
}


@pytest.mark.parametrize("ask", ASKS)
async def test_a_page_is_found_by_an_index(door: Running, database: Database, ask: str) -> None:
    for sql, states in ((REQUESTS, ("under-triage", "connected")), (COMMISSIONINGS, ("scheduled", "connected"))):
        for state in states:
            await filled(door, sql, j.ANA, j.RUI, state, 10_000)
        await filled(door, sql, SOMEBODY, j.CLARA, states[0], 60)
    await door.parts.platform.pool.execute(STANDING)
    async with database.connect_as_migrator() as db:
        await db.execute("insert into holders select gen_random_uuid(), true from generate_series(1, 10000)")
        await db.execute("analyze")
        plans = await plans_of(db, ASKS[ask])
    found = [scan for plan in plans for scan in scans(plan)]
    assert found
    assert [scan for scan in found if scan[0] == "Seq Scan"] == []
