"""Two who file at once: each has looked and found nothing open; the index lets one through, the other is told by name."""

import asyncio
from collections.abc import Sequence
from typing import cast
from uuid import UUID

import httpx

from services.requests.domain.budget_request.commands import NameTechnicalResponsible
from services.requests.domain.facts import AsHolder, Doer
from services.requests.parts import RequestsParts
from shared.clock import utc_now
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.testing.running import Running
from tests.component.requests import journey as j


async def both_filed(door: Running, filings: Sequence[tuple[j.Walker, str]]) -> list[httpx.Response]:
    """Each has read what it rests on and waits for its protocol before any goes on."""
    pool = door.parts.platform.pool
    waiting = "select count(*) from pg_locks where not granted and relation = 'protocol_numbers'::regclass"
    async with pool.acquire() as db, db.transaction():
        await db.execute("lock table protocol_numbers in share row exclusive mode")
        tasks = [asyncio.create_task(who.post(f"{path}/filing")) for who, path in filings]
        while await pool.fetchval(waiting) < len(filings):
            assert not any(task.done() for task in tasks)
            await asyncio.sleep(0.02)
    return list(await asyncio.gather(*tasks))


async def test_of_two_requests_for_one_unit_filed_at_once_one_is_open(door: Running) -> None:
    rui, ana, parts = j.walker(door, j.RUI), j.walker(door, j.ANA), cast("RequestsParts", door.parts)
    mine, hers = await j.prepared(rui), await j.prepared(ana)
    naming = NameTechnicalResponsible(Doer(j.ANA, AsHolder(j.ANA, proven=True)), j.RUI, utc_now())
    await transact(parts.platform.pool, lambda db: parts.requests(db, UUID(hers[-36:]), naming, Cause("service:requests", new_id())))
    assert (await rui.post(f"{hers}/responsibility")).status_code == 200
    answers = await both_filed(door, [(rui, mine), (ana, hers)])
    assert sorted(answer.status_code for answer in answers) == [201, 409], [answer.text for answer in answers]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["request-already-open"]


async def test_of_two_commissionings_of_one_budget_filed_at_once_one_is_open(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    path, _ = await j.in_force(rui, ana)
    mine, hers = await j.commissioning_prepared(rui, path), await j.commissioning_prepared(ana, path)
    answers = await both_filed(door, [(rui, mine), (ana, hers)])
    assert sorted(answer.status_code for answer in answers) == [201, 409], [answer.text for answer in answers]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["commissioning-already-open"]
