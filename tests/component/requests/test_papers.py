"""Papers: rendered once each, told by mail; and every view of requests is what its events make of it."""

import asyncio
from typing import cast
from uuid import UUID

import pytest

from services.requests.papers import Papers
from services.requests.parts import RequestsParts
from services.requests.views.papers import claim_open
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.verify import Report, check_views
from shared.testing.running import Running
from tests.component.requests import journey as j


def papers_of(door: Running, monkeypatch: pytest.MonkeyPatch) -> Papers:
    """The worker, while identity answers how people are called."""

    async def names(_self: object, ids: list[UUID], purpose: str, on_behalf_of: str | None = None) -> dict[UUID, str]:
        del purpose, on_behalf_of
        return dict.fromkeys(ids, "Ana & Rui")

    parts = cast("RequestsParts", door.parts)
    platform = parts.platform
    monkeypatch.setattr(type(platform.names), "of", names)
    return Papers(platform.pool, parts.requests, parts.documents, platform.names, platform.calendar, platform.clock, "Agência")


async def findings(door: Running) -> Report:
    """What verify says of the views."""
    report = Report("requests")
    async with door.parts.platform.pool.acquire() as db:
        await check_views(db, report, door.parts.store, door.parts.store.views)
    return report


async def test_form_and_receipt_are_rendered_and_both_are_told_by_mail(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.filed(rui)
    assert [paper["document_id"] for paper in (await rui.get(path)).json()["papers"]] == [None, None]
    papers = papers_of(door, monkeypatch)
    assert await papers.step()
    assert await papers.step()
    assert not await papers.step()
    seen = (await rui.get(path)).json()
    assert all(paper["document_id"] for paper in seen["papers"])
    look = await rui.post(f"/v1/request-documents/{seen['papers'][0]['document_id']}/views", {"purpose": "conferir"})
    assert look.status_code == 200
    async with door.parts.platform.pool.acquire() as db:
        told = await db.fetch("select person_id, subject from outbox where fact = 'budget-requested'")
    assert {row["person_id"] for row in told} == {j.ANA, j.RUI}
    assert seen["protocol"] in told[0]["subject"]
    assert await door.parts.platform.pool.fetchval("select count(*) from paper_tries") == 0
    correlation = "select distinct metadata->>'correlation' from events where type = $1"
    asked = await door.parts.platform.pool.fetch(correlation, "BudgetRequested")
    assert await door.parts.platform.pool.fetch(correlation, "FormRendered") == asked, "one correlation, from the click to the paper"


async def test_of_many_workers_each_paper_is_taken_by_one_until_its_minute_is_over(door: Running) -> None:
    await j.filed(j.walker(door, j.RUI))
    pool, now = door.parts.platform.pool, door.parts.platform.clock()
    taken = await asyncio.gather(*(transact(pool, lambda db: claim_open(db, now)) for _ in range(6)))
    again = [await transact(pool, lambda db: claim_open(db, now)) for _ in range(2)]
    got = [paper.code for paper in (*taken, *again) if paper is not None]
    assert sorted(got) == ["FORMULARIO_ANEEL", "RECIBO"]
    await pool.execute("update paper_tries set next_try_at = next_try_at - interval '61 seconds'")
    assert await transact(pool, lambda db: claim_open(db, now)) is not None


async def test_every_view_equals_its_rebuild_and_a_paper_or_a_timer_by_hand_is_found(
    door: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.in_force(rui, j.walker(door, j.ANA))
    await j.commissioning_filed(rui, path)
    papers = papers_of(door, monkeypatch)
    assert await papers.step()
    report = await findings(door)
    assert report.findings == []
    assert {"papers", "clocks", "timers", "timeline", "budget_requests", "commissionings"} <= {one.table for one in report.views}
    assert [one.partition(" ")[0] for one in report.not_compared] == ["notices_by_mail_1"]
    pool = door.parts.platform.pool
    await pool.execute("update papers set document_id = null where document_id is not null")
    await pool.execute("delete from timers where name = 'clock-inspection'")
    assert (await findings(door)).findings == [
        "view clocks_1, table timers: 0 rows only live, 1 only in its rebuild",
        "view papers_1, table papers: 1 rows only live, 1 only in its rebuild",
    ]


async def test_a_paper_drawn_anew_after_a_death_is_the_same_file(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    await j.filed(j.walker(door, j.RUI))
    papers, pool = papers_of(door, monkeypatch), door.parts.platform.pool
    with monkeypatch.context() as dying:

        async def dies(*_: object, **__: object) -> None:
            raise LookupError

        dying.setattr(type(papers.documents), "keep", dies)
        for _ in range(2):
            with pytest.raises(LookupError):
                await papers.step()
    await pool.execute("update paper_tries set next_try_at = now() - interval '1 second'")
    await asyncio.sleep(1.1)
    assert await papers.step()
    assert await papers.step()
    rows = await pool.fetch("select owner_stream, sha256 from documents join papers using (document_id)")
    stream = rows[0]["owner_stream"]
    stored = {one.name async for one in papers.documents.storage.under(f"{stream}/")}
    papers_only = {f"{stream}/{row['sha256']}" for row in rows}
    others = {f"{stream}/{row['sha256']}" for row in await pool.fetch("select sha256 from documents where owner_stream = $1", stream)}
    assert len(papers_only) == 2
    assert papers_only <= stored <= others
