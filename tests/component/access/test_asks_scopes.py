"""A professional asks: right and wrong pairs look alike to who asks, and only right ones reach the holder."""

from typing import Any

import pytest

from tests.component.access.story import ANA, BRUNO, CLARA, ENDS_ON, RUI, TIAGO, Story, number

HIDDEN = ("id", "protocol", "opened_at", "lapses_at", "server_time")


def bare(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs between any two asks."""
    return {name: value for name, value in answer.items() if name not in HIDDEN}


async def test_right_and_wrong_pairs_answer_alike(story: Story) -> None:
    right = await story.ask(number(1), ANA, RUI)
    wrong = await story.ask(number(1), ANA, TIAGO)
    unknown = await story.ask(number(9), ANA, TIAGO)
    assert right.status_code == wrong.status_code == unknown.status_code == 201
    await story.ask(number(3), ANA, RUI)
    mine = (await story.get("/v1/grants?side=professional", RUI)).json()["items"]
    right_one, wrong_one = (bare(next(item for item in mine if item["unit"]["number"] == number(place))) for place in (1, 3))
    assert right_one | {"unit": None} == wrong_one | {"unit": None}
    assert right_one["unit"].keys() == wrong_one["unit"].keys()
    assert right_one["holder"] == {"person_id": str(story.pid(ANA)), "display_name": None}
    for place in (1, 3):
        path = f"/v1/grants/{next(item['id'] for item in mine if item['unit']['number'] == number(place))}"
        told = (await story.get(f"{path}/timeline", RUI)).json()["items"]
        assert [(moment["code"], moment["actor_role"]) for moment in told] == [("access-requested", "professional")]
        gone = await story.post(f"{path}/withdrawal", RUI)
        assert (gone.status_code, gone.json()["state"], gone.json()["version"], gone.json()["ended_by"]) == (
            200,
            "withdrawn",
            3,
            "professional",
        )


async def test_only_the_right_holder_hears(story: Story) -> None:
    await story.ask(number(3), ANA, RUI)
    await story.ask(number(1), ANA, RUI)
    assert [fact for fact, person in await story.facts_mailed() if person == story.pid(ANA)] == ["access-requested"]
    assert [fact for fact, person in await story.facts_mailed() if person == story.pid(BRUNO)] == []
    theirs = (await story.get("/v1/grants?side=holder", ANA)).json()["items"]
    assert [item["unit"]["number"] for item in theirs] == [number(1)]
    assert (await story.get("/v1/grants?side=holder", BRUNO)).json()["items"] == []


async def test_the_holder_allows_what_was_asked(story: Story) -> None:
    asked = await story.ask("12345")
    path = asked.headers["location"]
    assert len(asked.json()["ids"]["protocol"]) == 14
    assert asked.json()["ids"]["protocol"][4] == "3"
    refused = await story.post(f"{path}/allowance", RUI, {"ends_on": ENDS_ON.isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-the-holder")
    live = (await story.post(f"{path}/allowance", ANA, {"ends_on": ENDS_ON.isoformat(), "may_decide": True})).json()
    assert (live["state"], live["may_decide"], live["asked_by"]) == ("live", True, "professional")
    seen = (await story.get(path, RUI)).json()
    assert (seen["unit"]["number"], seen["unit"]["legacy_number"]) == (number(1), "12345")


async def test_the_holder_declines(story: Story) -> None:
    path = (await story.ask(number(1))).headers["location"]
    assert (await story.post(f"{path}/refusal", ANA)).json()["state"] == "declined"
    assert ("access-declined", story.pid(RUI)) in await story.facts_mailed()


async def test_an_unproven_holder_cannot_allow(story: Story) -> None:
    path = (await story.ask(number(3), BRUNO)).headers["location"]
    refused = await story.post(f"{path}/allowance", BRUNO, {"ends_on": ENDS_ON.isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (409, "holder-not-proven")


@pytest.mark.parametrize("unit", [number(1), number(3)])
async def test_the_same_ask_twice_is_refused_be_it_right_or_wrong(story: Story, unit: str) -> None:
    assert (await story.ask(unit)).status_code == 201
    again = await story.ask(unit)
    assert (again.status_code, again.json()["code"]) == (409, "offer-already-open")


async def test_another_number_of_the_same_unit_tells_nothing(story: Story) -> None:
    assert (await story.ask(number(1))).status_code == 201
    assert (await story.ask("12345")).status_code == 201
    assert len((await story.get("/v1/grants?side=holder", ANA)).json()["items"]) == 1


async def test_asks_that_the_rules_refuse(story: Story) -> None:
    assert (await story.ask(number(1), by=CLARA)).json()["code"] == "professional-not-approved"
    assert (await story.ask(number(1), of=RUI)).json()["code"] == "grant-to-oneself"
    assert (await story.ask("000000000000000")).json()["code"] == "unit-number-invalid"
    bad = await story.post("/v1/grants/asks", RUI, {"client_document": "123", "unit_number": number(1)})
    assert (bad.status_code, bad.json()["code"]) == (422, "document-invalid")
    assert "123" not in bad.text.replace(bad.json()["request_id"], "")


async def test_twenty_asks_a_day(story: Story) -> None:
    answers = [await story.ask(number(place), ANA, TIAGO) for place in range(10, 31)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [409]
    assert answers[-1].json()["code"] == "too-many-asks"
    assert answers[-1].json()["until"]
