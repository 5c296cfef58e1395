"""Who may do what with a profile: nobody, somebody else, the right person, staff by role."""

from uuid import UUID, uuid4

import pytest

from shared.testing.running import Running
from tests.component.professional.journey import ANA, BAKERY, RUI, STAFF, Professional

EDITS = [
    ("PUT", "/profession", {"profession": "engenheiro"}),
    ("PUT", "/registration", {"council": "CREA", "number": "12345", "uf": "AM"}),
    ("PUT", "/company", {"cnpj": None}),
    ("PUT", "/documents/carteira-conselho", {"document_id": str(UUID(int=9))}),
    ("DELETE", f"/documents/{UUID(int=9)}", None),
    ("POST", "/submissions", None),
    ("POST", "/withdrawals", None),
    ("POST", "/renewals", None),
    ("POST", "/closures", None),
    ("POST", "/suspension-answers", {"text": "Anuidade paga."}),
]
LOOKS = ["", "/readiness", "/timeline", "/submissions"]
JUDGEMENTS = [("/suspensions", {"reason": "documento-falso"}), ("/reinstatements", None)]


@pytest.mark.parametrize(("method", "path", "body"), EDITS)
async def test_edits_are_the_owners(door: Running, method: str, path: str, body: object) -> None:
    rui = Professional(door)
    assert (await rui.start()).status_code == 201
    more = {"If-Match": '"1"', "Idempotency-Key": str(uuid4())}
    anonymous = await door.client.request(method, rui.path + path, json=body, headers=more)
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "sign-in-required")
    another = await door.client.request(method, rui.path + path, json=body, headers={**door.issuer.person(ANA), **more})
    assert (another.status_code, another.json()["code"]) == (404, "profile-unknown")
    staff = await door.client.request(method, rui.path + path, json=body, headers={**door.issuer.staff(STAFF, "supervisor"), **more})
    assert (staff.status_code, staff.json()["code"]) == (403, "role-required")


@pytest.mark.parametrize("path", LOOKS)
async def test_looks_are_the_owners(door: Running, path: str) -> None:
    rui = Professional(door)
    assert (await rui.start()).status_code == 201
    assert (await door.client.get(rui.path + path)).status_code == 401
    another = await door.client.get(rui.path + path, headers=door.issuer.person(ANA))
    assert (another.status_code, another.json()["code"]) == (404, "profile-unknown")
    assert (await rui.get(path)).status_code == 200


async def test_staff_who_review_may_look_and_leave_a_trace(door: Running) -> None:
    rui = Professional(door)
    assert (await rui.start()).status_code == 201
    seen = {"": "look", "/timeline": "timeline", "/submissions": "submissions"}
    for path in seen:
        assert (await rui.get(path)).status_code == 200
        assert (await door.client.get(rui.path + path, headers=door.issuer.staff(STAFF, "catalogue-editor"))).status_code == 403
    for path in seen:
        assert (await door.client.get(rui.path + path, headers=door.issuer.staff(STAFF, "reviewer"))).status_code == 200
    looks = await door.parts.platform.pool.fetch("select actor, object, purpose from access_log where what = 'profile' order by at, id")
    assert [tuple(look) for look in looks] == [(f"staff:{STAFF}", str(RUI), purpose) for purpose in seen.values()]


@pytest.mark.parametrize(("path", "body"), JUDGEMENTS)
async def test_supervisors_alone_suspend_and_reinstate(door: Running, path: str, body: object) -> None:
    rui = Professional(door)
    assert (await rui.start()).status_code == 201
    assert (await door.client.post(rui.path + path, json=body)).status_code == 401
    assert (await door.client.post(rui.path + path, json=body, headers=rui.token)).status_code == 403
    assert (await door.client.post(rui.path + path, json=body, headers=door.issuer.staff(STAFF, "reviewer"))).status_code == 403
    right = await door.client.post(rui.path + path, json=body, headers=door.issuer.staff(STAFF, "supervisor"))
    assert right.status_code == 409
    oneself = await door.client.post(rui.path + path, json=body, headers=door.issuer.staff(RUI, "supervisor"))
    assert (oneself.status_code, oneself.json()["code"]) == (403, "own-profile")


async def test_the_list_is_for_staff(door: Running) -> None:
    assert (await Professional(door).start()).status_code == 201
    assert (await Professional(door, ANA).start()).status_code == 201
    assert (await door.client.get("/v1/profiles")).status_code == 401
    assert (await door.client.get("/v1/profiles", headers=door.issuer.person(RUI))).status_code == 403
    headers = door.issuer.staff(STAFF, "auditor")
    first = (await door.client.get("/v1/profiles?limit=1&state=draft", headers=headers)).json()
    second = (await door.client.get(f"/v1/profiles?limit=1&cursor={first['next_cursor']}", headers=headers)).json()
    assert [line["id"] for line in (*first["profiles"], *second["profiles"])] == [str(ANA), str(RUI)]
    assert second["next_cursor"] is None
    wrong = await door.client.get("/v1/profiles?cursor=x", headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor-invalid")


async def test_a_profile_is_started_by_a_verified_person_only(door: Running) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert (await door.client.post("/v1/profiles", headers=key)).status_code == 401
    stranger = await door.client.post("/v1/profiles", headers={**door.issuer.person(UUID(int=99)), **key})
    assert (stranger.status_code, stranger.json()["code"]) == (503, "person-not-verified")
    company = await door.client.post("/v1/profiles", headers={**door.issuer.person(BAKERY), **key})
    assert (company.status_code, company.json()["code"]) == (403, "only-people-have-profiles")
    keyless = await door.client.post("/v1/profiles", headers=door.issuer.person(RUI))
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency-key-missing")
    assert (await door.client.get("/v1/profiles/mine", headers=door.issuer.person(RUI))).status_code == 404
    assert (await Professional(door).start()).status_code == 201
    mine = await door.client.get("/v1/profiles/mine", headers=door.issuer.person(RUI))
    assert (mine.status_code, mine.json()["state"]) == (200, "draft")


async def test_the_catalogues_are_for_everybody(door: Running) -> None:
    answer = await door.client.get("/v1/profiles/catalogues/professions")
    assert [entry["code"] for entry in answer.json()["entries"]] == ["engenheiro", "tecnico", "corretor"]
    assert (await door.client.get("/v1/profiles/catalogues/unknown")).status_code == 422
