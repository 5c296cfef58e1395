"""A person asks to be forgotten: drafts go with their files, what was filed stays for ten years after its end, and both are answered."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.identity.user import PersonalDataErased
from shared.documents.forgetting import Forgetting
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.requests.journey import ANA, RUI, SITE, filed, prepared, walker

ADDRESS = str(SITE["address"])


async def erased(it: Running, person: UUID, version: int = 2) -> None:
    """Identity says that somebody was erased."""
    fact = PersonalDataErased(user_id=person, person_id=person, at=utc_now() + timedelta(seconds=1))
    await happened(it, service(), told(fact, f"user-{person}", version))


async def answers(it: Running) -> list[dict[str, Any]]:
    rows = await it.parts.platform.pool.fetch("select data from events where type = 'ErasureApplied' order by position")
    return [json.loads(row["data"]) for row in rows]


async def test_a_draft_goes_at_once_with_its_documents(door: Running) -> None:
    path = await prepared(walker(door, RUI))
    pool, storage = door.parts.platform.pool, door.parts.platform.storage
    stream = f"budget-request-{path[-36:]}"
    assert [stored async for stored in storage.under(f"{stream}/")]
    await erased(door, ANA)
    assert await pool.fetchval("select state from budget_requests") == "discarded"
    forgetting = Forgetting(pool, storage)
    assert await forgetting.step()
    assert not await forgetting.step()
    assert not [stored async for stored in storage.under(f"{stream}/")]
    live = "select count(*) from stream_keys where destroyed_at is null and (stream = $1 or stream like 'document-%')"
    assert await pool.fetchval(live, stream) == 0
    told_of = str([event.event for event in await load(door, stream)])
    assert ADDRESS not in told_of
    assert "DraftDiscarded" in told_of
    assert [(one["person_id"], one["kept"], one["notices_due"]) for one in await answers(door)] == [(str(ANA), [], False)]


async def load(door: Running, stream: str) -> Any:
    async with door.parts.platform.pool.acquire() as db:
        return await door.parts.store.load(db, stream)


async def test_what_was_filed_is_kept_until_ten_years_after_its_end(door: Running) -> None:
    path, _protocol = await filed(walker(door, RUI))
    await erased(door, ANA)
    first = (await answers(door))[0]
    assert (first["notices_due"], first["kept"][0]["what"], first["kept"][0]["until"]) == (True, "requests", None)
    stream = f"budget-request-{path[-36:]}"
    assert ADDRESS in str([event.event for event in await load(door, stream)])
    assert (await walker(door, RUI).post(f"{path}/withdrawal", {"reason": "desistencia"})).status_code == 200
    await published(door, stream)
    last = (await answers(door))[-1]
    today = door.parts.platform.calendar.today(utc_now())
    assert last["notices_due"] is False
    assert last["kept"][0]["until"][:4] == str(today.year + 10)
    assert len(await answers(door)) == 2


async def published(door: Running, stream: str) -> None:
    """Its own topic brings the stream back."""
    await happened(door, service(), *await load(door, stream))


async def test_whoever_has_nothing_here_is_told_so(door: Running) -> None:
    await erased(door, RUI)
    assert [(one["kept"], one["notices_due"]) for one in await answers(door)] == [([], False)]
    assert await door.parts.platform.pool.fetchval("select proven from holders where person_id = $1", ANA) is True
    await erased(door, ANA)
    assert await door.parts.platform.pool.fetchval("select proven from holders where person_id = $1", ANA) is False
