"""Queues: who may look, who may take, and in which order."""

import asyncio
from datetime import timedelta

from shared.clock import utc_now
from shared.ids import new_id
from tests.component.backoffice.house import AUDITOR, MARCOS, PAULA, RUI, SARA, house, submitted, who
from tests.conftest import Database

PROFILE = f"profile-{RUI}"


ROUTES = [
    ("GET", "/v1/queues"),
    ("GET", "/v1/queues/profiles/reviews"),
    ("POST", "/v1/queues/profiles/next-claims"),
    ("POST", "/v1/queues/profiles/reassignments"),
]


async def test_anonymous_people_and_wrong_roles_are_turned_away(database: Database) -> None:
    async with house(database) as its:
        key = {"Idempotency-Key": str(new_id())}
        for method, path in ROUTES:
            body = {"reviews": [str(RUI)], "to": str(PAULA), "reason": "Férias"} if path.endswith("reassignments") else None
            assert (await its.it.client.request(method, path, headers=key, json=body)).status_code == 401
            for headers in (its.it.issuer.person(RUI), its.staff(PAULA, "attendant"), its.staff(PAULA, "operator")):
                assert (await its.it.client.request(method, path, headers={**key, **headers}, json=body)).status_code == 403


async def test_a_queue_of_other_roles_is_not_there(database: Database) -> None:
    async with house(database) as its:
        reviewer = its.staff(PAULA, "reviewer")
        slugs = [queue["slug"] for queue in (await its.get("/v1/queues", reviewer)).json()["queues"]]
        assert slugs == ["profiles", "triage", "overdue", "mine"]
        answer = await its.get("/v1/queues/analysis/reviews", reviewer)
        assert (answer.status_code, answer.json()["code"]) == (404, "queue-unknown")
        assert (await its.post("/v1/queues/analysis/next-claims", reviewer)).status_code == 404
        assert (await its.post("/v1/queues/mine/next-claims", reviewer)).json()["code"] == "queue-has-no-reviews"


async def test_a_submission_waits_and_is_counted(database: Database) -> None:
    async with house(database) as its:
        await its.tell(PROFILE, submitted(RUI, "20262000000017"))
        reviewer = its.staff(PAULA, "reviewer")
        [profiles, *_] = (await its.get("/v1/queues", reviewer)).json()["queues"]
        assert (profiles["slug"], profiles["count"], profiles["action"]["deed"]) == ("profiles", 1, "claim-next")
        [row] = (await its.get("/v1/queues/profiles/reviews", reviewer)).json()["items"]
        assert (row["protocol"], row["state"], row["documents"], row["party"]) == ("20262000000017", "waiting", 2, False)


async def test_the_oldest_protocol_is_next_and_never_ones_own(database: Database) -> None:
    async with house(database) as its:
        now = utc_now()
        await its.tell(PROFILE, submitted(RUI, "20262000000017", filed_at=now - timedelta(days=3)))
        clara = who("clara")
        await its.tell(f"profile-{clara}", submitted(clara, "20262000000025", filed_at=now - timedelta(days=2)))
        assert (
            await its.get(f"/v1/reviews/{await its.claim_next('profiles', its.staff(RUI, 'reviewer'))}", its.staff(PAULA, "reviewer"))
        ).json()["protocol"] == "20262000000025"
        mine = await its.claim_next("profiles", its.staff(PAULA, "reviewer"))
        assert (await its.get(f"/v1/reviews/{mine}", its.staff(PAULA, "reviewer"))).json()["protocol"] == "20262000000017"
        nothing = await its.post("/v1/queues/profiles/next-claims", its.staff(MARCOS, "reviewer"))
        assert (nothing.status_code, nothing.json()["code"]) == (404, "nothing-waits")


async def test_many_who_ask_at_once_get_one_each(database: Database) -> None:
    async with house(database) as its:
        people = [who(f"applicant-{n}") for n in range(5)]
        for n, person in enumerate(people):
            await its.tell(f"profile-{person}", submitted(person, f"2026200000{n:04d}"))
        officers = [its.staff(who(f"officer-{n}"), "reviewer") for n in range(7)]
        answers = await asyncio.gather(*(its.post("/v1/queues/profiles/next-claims", officer) for officer in officers))
        taken = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert len(taken) == len(set(taken)) == 5
        assert sorted(answer.status_code for answer in answers) == [201] * 5 + [404] * 2


async def test_the_same_key_claims_once(database: Database) -> None:
    async with house(database) as its:
        for name in ("rui", "clara"):
            await its.tell(f"profile-{who(name)}", submitted(who(name), "20262000000017"))
        headers = {**its.staff(PAULA, "reviewer"), "Idempotency-Key": str(new_id())}
        first = await its.it.client.post("/v1/queues/profiles/next-claims", headers=headers)
        again = await its.it.client.post("/v1/queues/profiles/next-claims", headers=headers)
        assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
        missing = await its.it.client.post("/v1/queues/profiles/next-claims", headers=its.staff(PAULA, "reviewer"))
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-missing")


async def test_pages_follow_each_other(database: Database) -> None:
    async with house(database) as its:
        for n in range(3):
            person = who(f"applicant-{n}")
            await its.tell(f"profile-{person}", submitted(person, f"2026200000{n:04d}", filed_at=utc_now() - timedelta(days=5 - n)))
        reviewer = its.staff(PAULA, "reviewer")
        first = (await its.get("/v1/queues/profiles/reviews?limit=2", reviewer)).json()
        second = (await its.get(f"/v1/queues/profiles/reviews?limit=2&cursor={first['next_cursor']}", reviewer)).json()
        assert [row["protocol"] for row in [*first["items"], *second["items"]]] == [f"2026200000{n:04d}" for n in range(3)]
        assert second["next_cursor"] is None
        assert (await its.get("/v1/queues/profiles/reviews?cursor=%2e%2e", reviewer)).status_code == 400


async def test_a_supervisor_reassigns_many_with_a_result_each(database: Database) -> None:
    async with house(database) as its:
        await its.tell(PROFILE, submitted(RUI, "20262000000017"))
        review = await its.claim_next("profiles", its.staff(PAULA, "reviewer"))
        body = {"reviews": [review, str(who("stray"))], "to": str(MARCOS), "reason": "Licença médica"}
        answer = await its.post("/v1/queues/profiles/reassignments", its.staff(SARA, "supervisor"), body)
        assert [(item["done"], item["code"]) for item in answer.json()["items"]] == [(True, None), (False, "review-unknown")]
        found = (await its.get(f"/v1/reviews/{review}", its.staff(MARCOS, "reviewer"))).json()
        assert found["claim"]["by"]["person_id"] == str(MARCOS)
        party = await its.post("/v1/queues/profiles/reassignments", its.staff(SARA, "supervisor"), {**body, "to": str(RUI)})
        assert party.json()["items"][0]["code"] == "reviewer-is-party"
        unknown = await its.post("/v1/queues/profiles/reassignments", its.staff(SARA, "supervisor"), {**body, "to": str(who("nobody"))})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "staff-unknown")


async def test_staff_do_not_write_while_ended_sessions_are_unknown(database: Database) -> None:
    async with house(database) as its:
        await its.tell(PROFILE, submitted(RUI, "20262000000017"))
        await its.parts.platform.pool.execute("update reader_progress set caught_up_at = now() - interval '11 seconds'")
        answer = await its.post("/v1/queues/profiles/next-claims", its.staff(PAULA, "reviewer"))
        assert (answer.status_code, answer.json()["code"]) == (503, "session-unknown")
        assert "retry-after" in answer.headers
        assert (await its.get("/v1/queues", its.staff(PAULA, "reviewer"))).status_code == 200


async def test_the_auditor_looks_and_takes_nothing(database: Database) -> None:
    async with house(database) as its:
        await its.tell(PROFILE, submitted(RUI, "20262000000017"))
        auditor = its.staff(AUDITOR, "auditor")
        assert len((await its.get("/v1/queues/profiles/reviews", auditor)).json()["items"]) == 1
        assert (await its.post("/v1/queues/profiles/next-claims", auditor)).status_code == 403
