"""Who sees which unit; and how units follow the register, by topic and by CSV."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from demo.cast import UNIT_COLUMNS, as_csv
from services.access.domain.consumer_unit.refusals import RegisterRecordInvalid, UnitNumberReused
from services.access.reactions.when_register_tells import KeyDiffersFromNumber
from shared.clock import utc_now
from shared.eventsourcing.refusal import Malformed
from shared.eventsourcing.transaction import transact
from shared.imports import Imports
from shared.testing.running import Running
from tests.component.access.story import ANA, BRUNO, CLARA, RUI, TIAGO, Story, number, record


async def test_units_are_their_holders_and_who_may_act_for_them(story: Story, it: Running) -> None:
    await story.granted()
    path = f"/v1/consumer-units/{await story.unit_id(1)}"
    assert (await it.client.get(path)).status_code == 401
    assert (await it.client.get("/v1/consumer-units")).status_code == 401
    for stranger in (TIAGO, BRUNO):
        assert (await story.get(path, stranger)).json()["code"] == "unknown-unit"
    own = (await story.get(path, ANA)).json()
    assert (own["acting_as"], own["address"], own["available_kw"]) == ("holder", "Rua das Palmeiras 1", "12.0")
    assert own["actions"]["offer-access"]["allowed"] is True
    seen = await story.get(path, RUI)
    assert (seen.json()["acting_as"], seen.json()["address"], seen.headers["etag"]) == ("professional", own["address"], '"2"')
    looks = await story.parts.platform.pool.fetch("select actor, object from access_log where what = 'consumer-unit'")
    assert [look["actor"] for look in looks] == [f"person:{story.pid(RUI)}"]


async def test_a_holder_sees_their_units_once_proven(story: Story) -> None:
    units = (await story.get("/v1/consumer-units?limit=1", ANA)).json()
    assert [unit["number"] for unit in units["items"]] == [number(1)]
    more = (await story.get(f"/v1/consumer-units?cursor={units['next_cursor']}", ANA)).json()
    assert ([unit["number"] for unit in more["items"]], more["next_cursor"]) == ([number(2)], None)
    unproven = (await story.get("/v1/consumer-units", BRUNO)).json()
    assert (unproven["items"], unproven["listing"]["code"]) == ([], "holder-not-proven")


async def test_the_address_is_sealed_in_the_store(story: Story) -> None:
    stored = await story.parts.platform.pool.fetch("select data::text as data from events where stream like 'consumer-unit-%'")
    assert stored
    assert not any("Palmeiras" in row["data"] or ANA.document in row["data"] for row in stored)


async def test_newer_wins_and_late_ones_change_nothing(story: Story) -> None:
    await story.register(record(1, ANA, sequence=5, available_kw="15"))
    await story.register(record(1, ANA, sequence=4, available_kw="9"), record(1, ANA, sequence=5, available_kw="8"))
    unit = (await story.get(f"/v1/consumer-units/{await story.unit_id(1)}", ANA)).json()
    assert unit["available_kw"] == "15"


async def test_a_renumbered_unit_answers_to_both(story: Story) -> None:
    before = await story.unit_id(1)
    await story.register(record(50, ANA, sequence=1, replaces=number(1)))
    assert await story.unit_id(50) == before == await story.unit_id(1)
    unit = (await story.get(f"/v1/consumer-units/{before}", ANA)).json()
    assert (unit["number"], unit["other_numbers"]) == (number(50), ["12345", number(1)] if number(1) > "12345" else [number(1), "12345"])
    assert (await story.ask(number(1))).status_code == 201
    assert len((await story.get("/v1/grants?side=holder", ANA)).json()["items"]) == 1


async def test_records_that_can_never_be_taken(story: Story) -> None:
    handle = story.parts.ingress[0].handle

    async def refused(key: str, value: dict[str, Any], refusal: type[Exception]) -> None:
        with pytest.raises(refusal) as caught:
            await transact(story.parts.platform.pool, lambda db: handle(db, key.encode(), value))
        assert ANA.document not in str(caught.value)

    await refused(number(2), record(1, ANA, sequence=9), KeyDiffersFromNumber)
    await refused(number(1), record(1, ANA, sequence=9, phases=7), RegisterRecordInvalid)
    await refused(number(1), record(1, ANA, sequence=9, holder_document="11111111111"), Malformed)
    await refused("x", record(1, ANA, sequence=9, number="x"), Malformed)
    await refused(number(60), record(60, ANA, legacy_number="12345"), UnitNumberReused)
    await refused(number(2), record(2, ANA, sequence=9, replaces=number(1)), UnitNumberReused)


async def test_another_holder_ends_what_the_former_granted(story: Story) -> None:
    live, offered = await story.granted(1), (await story.offer(2)).headers["location"]
    await story.register(record(1, BRUNO, sequence=2), record(2, ANA, sequence=2, status="closed"))
    reaction = story.parts.reactions[0]
    stored = [event for event in await _all(story) if type(event.event) in reaction.on]
    for event in [*stored, *stored]:
        await transact(story.parts.platform.pool, lambda db, e=event: reaction.react(db, e))  # type: ignore[misc]
    ended = (await story.get(live, RUI)).json()
    assert (ended["state"], ended["ended_by"], ended["version"]) == ("revoked", "register", 3)
    assert (await story.get(offered, RUI)).json()["state"] == "withdrawn"
    refused = await story.offer(1)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-unit")


async def _all(story: Story) -> list[Any]:
    async with story.parts.platform.pool.acquire() as db:
        return list(await story.parts.store.after(db, 0))


async def test_time_lapses_announces_and_ends(story: Story) -> None:
    offered, live = (await story.offer(2)).headers["location"], await story.granted(1)
    fire = story.parts.timers

    async def pass_to(days: float) -> None:
        now = utc_now() + timedelta(days=days)
        for row in await story.parts.platform.pool.fetch("select name, stream from timers where due_at <= $1", now):
            await story.parts.platform.pool.execute("delete from timers where name = $1 and stream = $2", *row)
            await transact(story.parts.platform.pool, lambda db, r=row: fire[r["name"]](db, r["stream"], now))  # type: ignore[misc]

    await pass_to(3.1)
    assert ("access-offered-reminder", story.pid(RUI)) in await story.facts_mailed()
    await pass_to(8.1)
    assert (await story.get(offered, ANA)).json()["state"] == "lapsed"
    await pass_to(359)
    assert {person for fact, person in await story.facts_mailed() if fact == "end-announced"} == {story.pid(ANA), story.pid(RUI)}
    await pass_to(367)
    assert (await story.get(live, ANA)).json()["state"] == "expired"
    assert await story.parts.platform.pool.fetchval("select count(*) from timers") == 0


async def test_units_come_by_csv_with_a_report_of_bad_lines(story: Story, it: Running) -> None:
    operator = it.issuer.staff(uuid4(), "operator")
    assert (await it.client.post("/access/v1/imports/uploads", headers=it.issuer.person(story.pid(ANA)))).status_code == 403
    rows = [record(70, CLARA), record(71, CLARA, phases=9), record(1, ANA), record(1, ANA, sequence=0)]
    texts = [{name: str(value) for name, value in row.items()} for row in rows]
    for dry_run, changed in ((True, 1), (False, 1), (False, 0)):
        place = (await it.client.post("/access/v1/imports/uploads", headers=operator)).json()
        async with httpx.AsyncClient() as http:
            assert (await http.put(place["url"], content=as_csv(UNIT_COLUMNS, texts))).status_code == 200
        body = {"kind": "consumer-units", "object": place["object"], "dry_run": dry_run}
        asked = await it.client.post("/access/v1/imports", json=body, headers={**operator, "Idempotency-Key": str(uuid4())})
        assert asked.status_code == 202, asked.text
        platform = story.parts.platform
        assert await Imports(platform.pool, platform.storage, platform.keys, story.parts.imports).step()
        await asyncio.sleep(0)
        done = (await it.client.get(asked.headers["location"], headers=operator)).json()
        assert (done["state"], done["report"]["total"], done["report"]["changed"]) == ("done", 4, changed)
        faults = [(fault["line"], fault["code"]) for fault in done["report"]["faults"]]
        assert faults == [(3, "register-record-invalid"), (5, "stale-cis-record")]
        known = await story.parts.platform.pool.fetchval("select count(*) from consumer_units where holder_id = $1", story.pid(CLARA))
        assert known == (0 if dry_run else 1)
