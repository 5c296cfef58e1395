"""Reviews: who may look, judge, conclude and confirm, and what stays when the world moves."""

from datetime import timedelta

import pytest

from services.backoffice.views.claim_timers import EXPIRE_CLAIM
from shared.clock import utc_now
from shared.contracts.professional.profile import SubmissionWithdrawn
from shared.contracts.verdict import NotAppliedBecause, VerdictNotApplied
from shared.eventsourcing.timers import Timers
from shared.ids import new_id
from tests.component.backoffice.house import AUDITOR, MARCOS, PAULA, RUI, SARA, House, house, submitted, who
from tests.conftest import Database

PROFILE = f"profile-{RUI}"
TERMS = {"type": "profile-terms", "valid_until": "2027-03-31", "attribution_confirmed": True}
APPROVED = {"outcome": "approved", "reasons": [], "content": TERMS}
REFUSED = {"verdict": "refused", "reason": {"code": "ilegivel", "text": "A frente está cortada"}}


async def waiting(its: House) -> str:
    """Rui's submission waits."""
    await its.tell(PROFILE, submitted(RUI, "20262000000017"))
    [row] = (await its.get("/v1/queues/profiles/reviews", its.staff(SARA, "supervisor"))).json()["items"]
    return str(row["review_id"])


async def proposed(its: House) -> str:
    """Paula proposes to deny it."""
    await waiting(its)
    paula = its.staff(PAULA, "reviewer")
    review = await its.claim_next("profiles", paula)
    await its.judge_all(review, paula, REFUSED)
    answer = await its.post(f"/v1/reviews/{review}/conclusion", paula, {"outcome": "rejected", "reasons": []})
    assert (answer.status_code, answer.json()["state"]) == (200, "awaiting-second-person"), answer.text
    return review


ROUTES = [
    ("GET", "", None),
    ("POST", "/claims", {}),
    ("POST", "/claim-renewals", None),
    ("POST", "/releases", None),
    ("PUT", "/documents/{document}/verdict", {"verdict": "accepted"}),
    ("DELETE", "/documents/{document}/verdict", None),
    ("POST", "/conclusion", APPROVED),
    ("POST", "/confirmation", None),
    ("POST", "/return", {"note": "Rever"}),
]


async def test_anonymous_people_and_wrong_roles_are_turned_away(database: Database) -> None:
    async with house(database) as its:
        review = await waiting(its)
        tag = {"If-Match": '"1"'}
        for method, path, body in ROUTES:
            url = f"/v1/reviews/{review}{path.format(document=who('document'))}"
            assert (await its.it.client.request(method, url, headers=tag, json=body)).status_code == 401, url
            for headers in (its.it.issuer.person(RUI), its.staff(PAULA, "attendant")):
                assert (await its.it.client.request(method, url, headers={**tag, **headers}, json=body)).status_code == 403, url
            other_queue = await its.it.client.request(method, url, headers={**tag, **its.staff(PAULA, "inspector")}, json=body)
            assert (other_queue.status_code, other_queue.json()["code"]) == (404, "review-unknown"), url
            party = await its.it.client.request(method, url, headers={**tag, **its.staff(RUI, "reviewer")}, json=body)
            assert (party.status_code, party.json()["code"]) == (403, "reviewer-is-party"), url


async def test_a_review_that_is_not_there_is_not_found(database: Database) -> None:
    async with house(database) as its:
        assert (await its.get(f"/v1/reviews/{new_id()}", its.staff(PAULA, "reviewer"))).status_code == 404
        assert (await its.get("/v1/reviews/not-an-id", its.staff(PAULA, "reviewer"))).status_code == 422


async def test_the_right_person_claims_judges_and_approves(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        paula = its.staff(PAULA, "reviewer")
        review = await its.claim_next("profiles", paula)
        await its.judge_all(review, paula)
        answer = await its.post(f"/v1/reviews/{review}/conclusion", paula, APPROVED)
        found = answer.json()
        assert (answer.status_code, found["state"], found["conclusion"]["outcome"]) == (200, "concluded", "approved"), answer.text
        assert answer.headers["etag"] == f'"{found["version"]}"'
        name, fact = (await its.events(review))[-1]
        assert (name, fact["submission"], fact["subject_stream"], fact["content"]) == ("ReviewConcluded", 1, PROFILE, TERMS)
        assert [item["code"] for item in found["timeline"]] == [
            "opened",
            "claimed",
            "document-accepted",
            "document-accepted",
            "concluded",
        ]
        again = await its.post(f"/v1/reviews/{review}/conclusion", paula, APPROVED)
        assert (again.status_code, again.json()["code"]) == (409, "already-concluded")


async def test_what_may_be_done_is_what_the_rules_say(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        paula, marcos = its.staff(PAULA, "reviewer"), its.staff(MARCOS, "reviewer")
        review = await its.claim_next("profiles", paula)
        mine = (await its.get(f"/v1/reviews/{review}", paula)).json()["actions"]
        others = (await its.get(f"/v1/reviews/{review}", marcos)).json()["actions"]
        assert (mine["judge"]["allowed"], mine["conclude"]["code"]) == (True, "documents-not-all-judged")
        assert (others["judge"]["code"], others["claim"]["code"]) == ("claimed-by-another", "claimed-by-another")
        auditor = (await its.get(f"/v1/reviews/{review}", its.staff(AUDITOR, "auditor"))).json()["actions"]
        assert {deed["code"] for name, deed in auditor.items() if name not in {"confirm", "return", "release"}} == {"role-missing"}


async def test_a_look_is_written_down(database: Database) -> None:
    async with house(database) as its:
        review = await waiting(its)
        await its.get(f"/v1/reviews/{review}", its.staff(AUDITOR, "auditor"))
        look = await its.parts.platform.pool.fetchrow("select actor, what, object, channel from access_log")
        assert look is not None
        assert tuple(look) == (f"staff:{AUDITOR}", "review", review, "staff")


async def test_a_second_claimer_is_refused(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        review = await its.claim_next("profiles", its.staff(PAULA, "reviewer"))
        answer = await its.post(f"/v1/reviews/{review}/claims", its.staff(MARCOS, "reviewer"), {})
        assert (answer.status_code, answer.json()["code"], answer.json()["claimed_by"]) == (409, "claimed-by-another", str(PAULA))
        assert "until" in answer.json()


async def test_another_than_the_next_needs_a_reason(database: Database) -> None:
    async with house(database) as its:
        await its.tell(PROFILE, submitted(RUI, "20262000000017", filed_at=utc_now() - timedelta(days=3)))
        clara = who("clara")
        await its.tell(f"profile-{clara}", submitted(clara, "20262000000025"))
        paula = its.staff(PAULA, "reviewer")
        older, newer = [row["review_id"] for row in (await its.get("/v1/queues/profiles/reviews", paula)).json()["items"]]
        assert (await its.post(f"/v1/reviews/{newer}/claims", paula, {})).json()["code"] == "out-of-order-needs-reason"
        personal = await its.post(f"/v1/reviews/{newer}/claims", paula, {"reason": "Pedido de 529.982.247-25"})
        assert (personal.status_code, personal.json()["code"]) == (422, "personal-data-in-text")
        assert "529.982" not in personal.text
        assert (await its.post(f"/v1/reviews/{newer}/claims", paula, {"reason": "Decisão judicial"})).status_code == 200
        assert (await its.post(f"/v1/reviews/{older}/claims", paula, {})).status_code == 200


async def test_verdicts_are_edits_of_a_version(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        paula = its.staff(PAULA, "reviewer")
        review = await its.claim_next("profiles", paula)
        found = await its.get(f"/v1/reviews/{review}", paula)
        url = f"/v1/reviews/{review}/documents/{found.json()['documents'][0]['id']}/verdict"
        tag = {"If-Match": found.headers["etag"]}
        assert (await its.it.client.put(url, headers=paula, json={"verdict": "accepted"})).status_code == 428
        first = await its.it.client.put(url, headers={**paula, **tag}, json={"verdict": "accepted"})
        assert first.status_code == 200
        stale = await its.it.client.put(url, headers={**paula, **tag}, json=REFUSED)
        assert (stale.status_code, stale.json()["code"]) == (412, "version-changed")
        same = await its.it.client.put(url, headers={**paula, "If-Match": first.headers["etag"]}, json={"verdict": "accepted"})
        assert same.headers["etag"] == first.headers["etag"]
        undone = await its.it.client.delete(url, headers={**paula, "If-Match": first.headers["etag"]})
        assert undone.json()["documents"][0]["verdict"] is None
        stray = f"/v1/reviews/{review}/documents/{new_id()}/verdict"
        missing = await its.it.client.put(stray, headers={**paula, "If-Match": undone.headers["etag"]}, json={"verdict": "accepted"})
        assert (missing.status_code, missing.json()["code"]) == (404, "document-not-in-review")


IMPOSSIBLE = [
    ({"outcome": "maybe", "reasons": []}, 422),
    ({"outcome": "approved", "reasons": [], "content": {"type": "profile-terms"}}, 422),
    ({"outcome": "approved", "reasons": [], "content": {**TERMS, "surplus": 1}}, 422),
    ({"outcome": "approved", "reasons": [], "content": TERMS, "surplus": 1}, 422),
    ({"outcome": "approved", "reasons": []}, 409),
    ({"outcome": "rejected", "reasons": []}, 409),
    ({"outcome": "rejected", "reasons": [{"code": "feio"}]}, 409),
]


async def test_a_conclusion_that_cannot_be_is_refused(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        paula = its.staff(PAULA, "reviewer")
        review = await its.claim_next("profiles", paula)
        await its.judge_all(review, paula)
        for body, status in IMPOSSIBLE:
            answer = await its.post(f"/v1/reviews/{review}/conclusion", paula, body)
            assert answer.status_code == status, answer.text
        assert (await its.events(review))[-1][0] == "DocumentJudged"


async def test_a_denial_needs_a_second_person_who_is_not_the_first(database: Database) -> None:
    async with house(database) as its:
        review = await proposed(its)
        found = (await its.get(f"/v1/reviews/{review}", its.staff(MARCOS, "reviewer"))).json()
        assert found["preview"][0] == "CARTEIRA: Ilegível — A frente está cortada (art. 67)"
        assert found["hours_left"] > 0
        first = await its.post(f"/v1/reviews/{review}/confirmation", its.staff(PAULA, "reviewer"))
        assert (first.status_code, first.json()["code"]) == (403, "second-person-is-first")
        second = await its.post(f"/v1/reviews/{review}/confirmation", its.staff(MARCOS, "reviewer"))
        assert (second.status_code, second.json()["state"]) == (200, "concluded")
        fact = (await its.events(review))[-1][1]
        assert (fact["outcome"], fact["concluded_by"], fact["confirmed_by"]) == ("rejected", str(PAULA), str(MARCOS))
        assert fact["documents"][0]["reason"] == {"code": "ilegivel", "article": "art. 67", "text": "A frente está cortada"}


async def test_a_returned_conclusion_is_again_with_whoever_proposed(database: Database) -> None:
    async with house(database) as its:
        review = await proposed(its)
        answer = await its.post(f"/v1/reviews/{review}/return", its.staff(MARCOS, "reviewer"), {"note": "A frente está legível"})
        assert answer.json()["claim"]["by"]["person_id"] == str(PAULA)
        released = await its.post(f"/v1/reviews/{review}/releases", its.staff(PAULA, "reviewer"))
        assert released.json()["state"] == "waiting"


async def test_an_idle_claim_is_released_by_the_timer(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        review = await its.claim_next("profiles", its.staff(PAULA, "reviewer"))
        pool = its.parts.platform.pool
        soon = Timers(pool, its.parts.timers, lambda: utc_now() + timedelta(hours=7))
        assert await soon.fire_one() is False
        later = Timers(pool, its.parts.timers, lambda: utc_now() + timedelta(hours=9))
        assert await later.fire_one() is True
        assert (await its.events(review))[-1][1]["why"] == "idle"
        assert await pool.fetchval("select count(*) from timers where name = $1", EXPIRE_CLAIM) == 0
        renewed = await its.claim_next("profiles", its.staff(MARCOS, "reviewer"))
        assert (await its.post(f"/v1/reviews/{renewed}/claim-renewals", its.staff(MARCOS, "reviewer"))).status_code == 200


async def test_a_withdrawn_submission_closes_its_review(database: Database) -> None:
    async with house(database) as its:
        review = await waiting(its)
        fact = SubmissionWithdrawn(profile_id=RUI, person_id=RUI, submission=1, protocol="20262000000017", withdrawn_at=utc_now())
        await its.tell(PROFILE, fact)
        found = await its.get(f"/v1/reviews/{review}", its.staff(PAULA, "reviewer"))
        assert found.json()["state"] == "closed"
        answer = await its.post(f"/v1/reviews/{review}/claims", its.staff(PAULA, "reviewer"), {})
        assert (answer.status_code, answer.json()["code"]) == (409, "subject-moved-on")


async def test_whoever_holds_a_withdrawn_submission_is_told(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        await its.claim_next("profiles", its.staff(PAULA, "reviewer"))
        fact = SubmissionWithdrawn(profile_id=RUI, person_id=RUI, submission=1, protocol="20262000000017", withdrawn_at=utc_now())
        await its.tell(PROFILE, fact)
        mail = await its.parts.platform.pool.fetchrow("select person_id, subject from outbox")
        assert mail is not None
        assert tuple(mail) == (PAULA, "O protocolo 20262000000017 saiu da sua fila")


async def test_a_later_submission_replaces_the_earlier_one(database: Database) -> None:
    async with house(database) as its:
        await waiting(its)
        await its.tell(PROFILE, submitted(RUI, "20262000000033", submission=2))
        rows = (await its.get("/v1/queues/profiles/reviews", its.staff(PAULA, "reviewer"))).json()["items"]
        assert [(row["submission"], row["protocol"]) for row in rows] == [(2, "20262000000033")]


async def test_the_same_submission_told_twice_opens_one_review(database: Database) -> None:
    async with house(database) as its:
        review = await waiting(its)
        its.versions[PROFILE] = 0
        await its.tell(PROFILE, submitted(RUI, "20262000000017"))
        rows = (await its.get("/v1/queues/profiles/reviews", its.staff(PAULA, "reviewer"))).json()["items"]
        assert [row["review_id"] for row in rows] == [review]
        assert len(await its.events(review)) == 1


@pytest.mark.parametrize(("because", "state"), [("content-missing", "waiting"), ("not-under-review", "concluded")])
async def test_a_conclusion_that_was_not_applied(database: Database, because: NotAppliedBecause, state: str) -> None:
    async with house(database) as its:
        await waiting(its)
        paula = its.staff(PAULA, "reviewer")
        review = await its.claim_next("profiles", paula)
        await its.judge_all(review, paula)
        await its.post(f"/v1/reviews/{review}/conclusion", paula, APPROVED)
        review_id = await its.parts.platform.pool.fetchval("select review_id from reviews")
        await its.tell(PROFILE, VerdictNotApplied(review_id=review_id, subject_stream=PROFILE, submission=1, because=because, at=utc_now()))
        assert (await its.get(f"/v1/reviews/{review}", paula)).json()["state"] == state
