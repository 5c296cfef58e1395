"""Who may offer, ask, answer, see and end: nobody, somebody else, the right person."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.clock import utc_now
from shared.testing.running import Running
from tests.component.access.story import ANA, BRUNO, CLARA, ENDS_ON, RUI, TIAGO, Story, number

DEEDS: list[tuple[str, Any]] = [
    ("confirmation", None),
    ("refusal", None),
    ("withdrawal", None),
    ("allowance", {"ends_on": ENDS_ON.isoformat()}),
    ("extension", {"ends_on": ENDS_ON.isoformat()}),
    ("extension/acceptance", None),
    ("extension/refusal", None),
    ("revocation", None),
    ("renunciation", None),
    ("reinstatement", None),
]


@pytest.mark.parametrize(("deed", "body"), DEEDS)
async def test_deeds_are_the_two_sides(story: Story, it: Running, deed: str, body: Any) -> None:
    path = (await story.offer()).headers["location"]
    anonymous = await it.client.post(f"{path}/{deed}", json=body)
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "sign-in-required")
    another = await story.post(f"{path}/{deed}", TIAGO, body)
    assert (another.status_code, another.json()["code"]) == (404, "unknown-grant")
    staff = await it.client.post(f"{path}/{deed}", json=body, headers=it.issuer.staff(uuid4(), "supervisor"))
    assert (staff.status_code, staff.json()["code"]) == (403, "role-required")


@pytest.mark.parametrize("path", ["", "/timeline"])
async def test_looks_are_the_two_sides(story: Story, it: Running, path: str) -> None:
    grant = (await story.offer()).headers["location"]
    assert (await it.client.get(grant + path)).status_code == 401
    assert (await story.get(grant + path, TIAGO)).status_code == 404
    assert (await story.get(f"/v1/grants/{UUID(int=5)}{path}", ANA)).status_code == 404
    for side in (ANA, RUI):
        assert (await story.get(grant + path, side)).status_code == 200


@pytest.mark.parametrize("path", ["/v1/grants/offers", "/v1/grants/asks"])
async def test_nobody_offers_or_asks_anonymously(it: Running, path: str) -> None:
    refused = await it.client.post(path, json={}, headers={"Idempotency-Key": str(uuid4())})
    assert refused.status_code == 401


async def test_offered_confirmed_seen_and_revoked(story: Story) -> None:
    offered = await story.offer(may_decide=True)
    assert offered.status_code == 201
    path = offered.headers["location"]
    seen = (await story.get(path, RUI)).json()
    assert (seen["state"], seen["side"], seen["actions"]["confirmation"]["allowed"], seen["version"]) == (
        "offered",
        "professional",
        True,
        1,
    )
    assert (await story.get("/v1/clients", RUI)).json()["items"] == []
    live = (await story.post(f"{path}/confirmation", RUI)).json()
    assert (live["state"], live["ends_on"], live["may_decide"], live["dormant"]) == ("live", ENDS_ON.isoformat(), True, False)
    again = await story.post(f"{path}/confirmation", RUI)
    assert (again.status_code, again.json()["version"]) == (200, live["version"])
    clients = (await story.get("/v1/clients?q=" + number(1).lstrip("0")[:6], RUI)).json()["items"]
    assert [(row["number"], row["grant_id"]) for row in clients] == [(number(1), live["id"])]
    revoked = await story.post(f"{path}/revocation", ANA)
    assert (revoked.json()["state"], revoked.json()["actions"]) == ("revoked", {})
    assert (await story.get("/v1/clients", RUI)).json()["items"] == []
    told = (await story.get(f"{path}/timeline", ANA)).json()["items"]
    assert [moment["code"] for moment in told] == ["access-offered", "access-granted", "access-revoked"]
    first = (await story.get(f"{path}/timeline?limit=2", ANA)).json()
    rest = (await story.get(f"{path}/timeline?limit=2&cursor={first['next_cursor']}", ANA)).json()
    assert ([*first["items"], *rest["items"]], rest["next_cursor"]) == (told, None)
    assert (await story.get(f"{path}/timeline?cursor=WyJ4Il0", ANA)).json()["code"] == "cursor-unreadable"
    mails = await story.facts_mailed()
    assert ("access-offered", story.pid(RUI)) in mails
    assert {person for fact, person in mails if fact == "access-granted"} == {story.pid(ANA), story.pid(RUI)}


async def test_each_side_its_own_deeds(story: Story) -> None:
    path = (await story.offer()).headers["location"]
    for somebody, deed, code in ((ANA, "confirmation", "not-the-invited"), (RUI, "withdrawal", "not-the-holder")):
        refused = await story.post(f"{path}/{deed}", somebody)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    live = await story.granted(2)
    refused = await story.post(f"{live}/revocation", RUI)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-the-holder")
    assert (await story.post(f"{live}/renunciation", RUI)).json()["ended_by"] == "professional"


async def test_offers_that_the_rules_refuse(story: Story) -> None:
    async def code(expected: int, **changes: Any) -> str:
        refused = await story.offer(**changes)
        assert refused.status_code == expected, refused.text
        return str(refused.json()["code"])

    yesterday = (utc_now() - timedelta(days=2)).date().isoformat()
    assert await code(409, ends_on=yesterday) == "end-not-in-the-future"
    assert await code(409, ends_on="2099-01-01") == "end-too-far"
    assert await code(409, to=CLARA) == "professional-not-approved"
    assert await code(409, to=ANA) == "grant-to-oneself"
    assert await code(422, professional_cpf="12345678901") == "cpf-invalid"
    assert await code(422, surprise=True) == "body-invalid"
    assert await code(404, place=3) == "unknown-unit"
    assert await code(404, unit_ids=[str(UUID(int=1))]) == "unknown-unit"
    assert (await story.offer(3, by=BRUNO)).json()["code"] == "holder-not-proven"
    assert (await story.offer()).status_code == 201
    assert await code(409) == "offer-already-open"
    live = await story.granted(2)
    assert await code(409, place=2) == "access-already-live"
    assert (await story.post(f"{live}/renunciation", RUI)).status_code == 200
    assert (await story.offer(2)).status_code == 201


async def test_one_offer_of_two_units_is_two_grants_and_one_mail(story: Story) -> None:
    units = [str(await story.unit_id(place)) for place in (1, 2)]
    offered = await story.offer(unit_ids=units)
    assert sorted(offered.json()["ids"]) == ["grant_1", "grant_2", "id"]
    assert (await story.facts_mailed()) == [("access-offered", story.pid(RUI))]
    assert len((await story.get("/v1/grants?side=professional&state=offered", RUI)).json()["items"]) == 2


async def test_two_people_offering_at_once_make_one_offer(story: Story) -> None:
    import asyncio  # noqa: PLC0415 - only here

    answers = await asyncio.gather(*(story.offer() for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


async def test_a_key_makes_one_offer(story: Story) -> None:
    body = {"professional_cpf": RUI.document, "unit_ids": [str(await story.unit_id(1))], "ends_on": ENDS_ON.isoformat()}
    first = await story.post("/v1/grants/offers", ANA, body, **{"Idempotency-Key": "chave-da-ana-1"})
    second = await story.post("/v1/grants/offers", ANA, body, **{"Idempotency-Key": "chave-da-ana-1"})
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    other = await story.post("/v1/grants/offers", ANA, {**body, "may_decide": True}, **{"Idempotency-Key": "chave-da-ana-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    missing = await story.it.client.post("/v1/grants/offers", json=body, headers=story.it.issuer.person(story.pid(ANA)))
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-missing")


async def test_a_deed_on_what_changed_meanwhile(story: Story) -> None:
    path = (await story.offer()).headers["location"]
    stale = await story.post(f"{path}/confirmation", RUI, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version-changed")
    assert (await story.post(f"{path}/confirmation", RUI, **{"If-Match": '"1"'})).headers["etag"] == '"2"'


async def test_an_extension_needs_both(story: Story) -> None:
    path = await story.granted()
    later = (ENDS_ON + timedelta(days=90)).isoformat()
    proposed = (await story.post(f"{path}/extension", RUI, {"ends_on": later})).json()
    assert (proposed["ends_on"], proposed["extension"]) == (ENDS_ON.isoformat(), {"proposed_by": "professional", "ends_on": later})
    assert (await story.post(f"{path}/extension/acceptance", RUI)).json()["code"] == "nothing-proposed"
    assert (await story.post(f"{path}/extension/acceptance", ANA)).json()["ends_on"] == later


async def test_a_suspended_professional_is_dormant_and_gets_nothing_new(story: Story) -> None:
    path = await story.granted()
    open_offer = (await story.offer(2)).headers["location"]
    await story.suspended(RUI)
    assert (await story.get(path, ANA)).json()["dormant"] is True
    refused = await story.post(f"{open_offer}/confirmation", RUI)
    assert (refused.status_code, refused.json()["code"]) == (409, "professional-not-approved")
    assert (await story.get(open_offer, RUI)).json()["actions"]["confirmation"]["code"] == "professional-not-approved"


async def test_without_news_of_sessions_nothing_is_granted(story: Story) -> None:
    path = (await story.offer()).headers["location"]
    await story.parts.platform.pool.execute("update reader_progress set caught_up_at = now() - interval '1 minute'")
    refused = await story.post(f"{path}/confirmation", RUI)
    assert (refused.status_code, refused.json()["code"]) == (503, "session-unknown")
    assert refused.headers["retry-after"]


async def test_a_late_timer_stands_in_nobodys_way(story: Story) -> None:
    lapsed, ended = (await story.offer(1)).headers["location"], await story.granted(2)
    async with story.later(days=370) as then:
        refused = await then.post(f"{lapsed}/confirmation", RUI)
        assert (refused.status_code, refused.json()["code"]) == (409, "offer-over")
        shown = (await then.get(ended, RUI)).json()
        assert (shown["state"], shown["actions"]["renunciation"]["code"]) == ("expired", "access-not-live")
        assert (await then.get("/v1/clients", RUI)).json()["items"] == []
        assert (await then.get(f"/v1/consumer-units/{await then.unit_id(2)}", RUI)).status_code == 404
        ends_on = (ENDS_ON + timedelta(days=300)).isoformat()
        for place in (1, 2):
            again = await then.offer(place, ends_on=ends_on)
            assert again.status_code == 201, again.text
        assert [(await then.get(path, ANA)).json()["state"] for path in (lapsed, ended)] == ["lapsed", "expired"]


async def test_who_is_not_proven_sees_nothing_as_holder(story: Story) -> None:
    path = (await story.ask(number(3), BRUNO)).headers["location"]
    assert (await story.get("/v1/grants", BRUNO)).json()["items"] == []
    for look in (path, f"{path}/timeline"):
        refused = await story.get(look, BRUNO)
        assert (refused.status_code, refused.json()["code"]) == (409, "holder-not-proven")
    await story.proven(BRUNO)
    assert (await story.get(path, BRUNO)).json()["actions"]["allowance"]["allowed"] is True
