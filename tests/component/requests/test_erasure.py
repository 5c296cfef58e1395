"""A person asks to be forgotten: drafts go with their files, what was filed stays for ten years after its end, and both are answered."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.identity.user import PersonalDataErased
from shared.documents.forgetting import Forgetting
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.requests.journey import ANA, DOCUMENTS, OTHER, RUI, SITE, filed, prepared, started, walker
from tests.conftest import Database
from tests.infra.scan import traces_in_bucket, traces_in_database

ADDRESS = str(SITE["address"])


async def erased(it: Running, person: UUID, version: int = 2) -> None:
    """Identity says that somebody was erased."""
    fact = PersonalDataErased(user_id=person, person_id=person, at=utc_now() + timedelta(seconds=1))
    await happened(it, service(), told(fact, f"user-{person}", version))


async def answers(it: Running) -> list[dict[str, Any]]:
    rows = await it.parts.platform.pool.fetch("select data from events where type = 'ErasureApplied' order by position")
    return [json.loads(row["data"]) for row in rows]


async def test_a_draft_goes_at_once_with_its_documents(door: Running, database: Database) -> None:
    path = await prepared(walker(door, RUI))
    pool, storage = door.parts.platform.pool, door.parts.platform.storage
    stream = f"budget-request-{path[-36:]}"
    brought = f"brought-{uuid4()}"
    await storage.put(f"{stream}/note", brought.encode(), "application/pdf")
    await pool.execute("update documents set name = $1 where owner_stream = $2", f"{brought}.pdf", stream)
    assert await traces_in_bucket(storage, f"{stream}/", [brought]) == [f"{stream}/note: {brought}"]
    assert await traces_in_database(database.migrator_url, [brought]) == [f"documents: {brought}"]
    await erased(door, ANA)
    assert await pool.fetchval("select state from budget_requests") == "discarded"
    forgetting = Forgetting(pool, storage)
    assert await forgetting.step()
    assert not await forgetting.step()
    assert await traces_in_bucket(storage, "incoming/", [brought]) == []
    assert [stored async for stored in storage.under(f"{stream}/")] == []
    assert await traces_in_database(database.migrator_url, [brought, ADDRESS]) == []
    live = "select count(*) from stream_keys where destroyed_at is null and (stream = $1 or stream like 'document-%')"
    assert await pool.fetchval(live, stream) == 0
    told_of = str([event.event for event in await load(door, stream)])
    assert ADDRESS not in told_of
    assert "DraftDiscarded" in told_of
    assert [(one["person_id"], one["kept"], one["notices_due"]) for one in await answers(door)] == [(str(ANA), [], False)]


async def test_many_drafts_go_in_parts_and_are_answered_once(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.eventsourcing.parts.AT_ONCE", 1)
    for somebody in (RUI, ANA):
        await started(walker(door, somebody))
    await erased(door, ANA)
    assert [row["state"] for row in await door.parts.platform.pool.fetch("select state from budget_requests")] == ["discarded"] * 2
    assert [one["person_id"] for one in await answers(door)] == [str(ANA)]


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


async def test_a_copy_holds_the_request_and_its_documents_for_its_holder_only(door: Running) -> None:
    path = await prepared(walker(door, RUI))
    for person in (ANA, RUI, OTHER):
        taken = await walker(door, person).get("/requests/v1/my-data")
        assert taken.status_code == 200
        with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
            content = json.loads(archive.read("requests.json"))
            files = [name for name in archive.namelist() if name.startswith("documents/")]
            assert all(archive.read(name) for name in files)
        assert (ADDRESS in json.dumps(content)) is (person == ANA)
        assert [line["id"] for line in content["records"]["taken_part_in"]] == ([path[-36:]] if person == RUI else [])
        assert len(files) == len(content["documents"]) == (len(DOCUMENTS) if person == ANA else 0)


async def test_whoever_has_nothing_here_is_told_so(door: Running) -> None:
    await erased(door, RUI)
    assert [(one["kept"], one["notices_due"]) for one in await answers(door)] == [([], False)]
    assert await door.parts.platform.pool.fetchval("select proven from holders where person_id = $1", ANA) is True
    await erased(door, ANA)
    assert await door.parts.platform.pool.fetchval("select proven from holders where person_id = $1", ANA) is False
