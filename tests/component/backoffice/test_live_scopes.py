"""Server-sent events: who may listen, and that the same content is not sent twice."""

import json

from tests.component.backoffice.house import PAULA, RUI, SARA, house, submitted
from tests.conftest import Database


async def test_anonymous_people_and_wrong_roles_are_turned_away(database: Database) -> None:
    async with house(database) as its:
        for path in ("/v1/live/queues", "/v1/live/dashboards/overview", f"/v1/live/reviews/{RUI}"):
            assert (await its.it.client.get(path)).status_code == 401
            for headers in (its.it.issuer.person(RUI), its.staff(PAULA, "attendant")):
                assert (await its.get(path, headers)).status_code == 403


async def test_a_change_is_one_event_and_the_same_content_is_not_sent_again(database: Database) -> None:
    async with house(database) as its:
        reviewer = its.staff(PAULA, "reviewer")
        empty = await its.get("/v1/live/queues", reviewer)
        assert empty.headers["content-type"].startswith("text/event-stream")
        first = _event(empty.text)
        again = await its.it.client.get("/v1/live/queues", headers={**reviewer, "Last-Event-ID": first["id"]})
        assert "data:" not in again.text
        await its.tell(f"profile-{RUI}", submitted(RUI, "20262000000017"))
        changed = await its.it.client.get("/v1/live/queues", headers={**reviewer, "Last-Event-ID": first["id"]})
        assert json.loads(_event(changed.text)["data"])["queues"][0]["count"] == 1


async def test_a_review_is_followed_by_those_who_may_see_it(database: Database) -> None:
    async with house(database) as its:
        await its.tell(f"profile-{RUI}", submitted(RUI, "20262000000017"))
        review = await its.claim_next("profiles", its.staff(PAULA, "reviewer"))
        shown = json.loads(_event((await its.get(f"/v1/live/reviews/{review}", its.staff(SARA, "supervisor"))).text)["data"])
        assert shown["state"] == "claimed"
        assert (await its.get(f"/v1/live/reviews/{review}", its.staff(RUI, "reviewer"))).json()["code"] == "reviewer-is-party"
        assert (await its.get("/v1/live/dashboards/nothing", its.staff(PAULA, "reviewer"))).json()["code"] == "dashboard-unknown"
        assert (await its.get("/v1/live/dashboards/profiles", its.staff(PAULA, "reviewer"))).status_code == 200


def _event(text: str) -> dict[str, str]:
    """The fields of the event in a stream."""
    return dict(line.split(": ", 1) for line in text.splitlines() if line.split(": ", 1)[0] in {"id", "event", "data"})
