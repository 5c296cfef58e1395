"""Commissionings at the door, and the whole guide to the connected plant."""

from uuid import uuid4

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.backoffice.review import Finding, InspectionReport, Reason
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.requests import journey as j
from tests.component.requests.test_budget_requests_scopes import revoked


async def test_nobody_and_no_stranger_commissions(door: Running) -> None:
    assert (await j.Walker(door, {}).post("/v1/commissionings", {"request_id": str(uuid4())})).status_code == 401
    path, _ = await j.in_force(j.walker(door, j.RUI), j.walker(door, j.ANA))
    stranger = j.walker(door, j.OTHER)
    assert (await stranger.post("/v1/commissionings", {"request_id": path[-36:]})).status_code == 404
    commissioning = await j.commissioning_filed(j.walker(door, j.RUI), path)
    assert (await stranger.get(commissioning)).status_code == 404
    assert (await stranger.get(f"{commissioning}/timeline")).status_code == 404
    assert (await j.walker(door, j.ANA).get(commissioning)).json()["state"] == "under-review"


async def test_only_a_budget_in_force_is_commissioned(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.filed(rui)
    refused = await rui.post("/v1/commissionings", {"request_id": path[-36:]})
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-not-in-force")
    units = (await rui.get("/v1/commissionable-units")).json()["items"]
    assert [(unit["eligible"], unit["code"]) for unit in units] == [(False, "budget-not-in-force")]


async def test_from_the_budget_in_force_to_the_connected_plant(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    path, protocol = await j.in_force(rui, ana)
    assert [unit["eligible"] for unit in (await rui.get("/v1/commissionable-units")).json()["items"]] == [True]
    commissioning = await j.commissioning_filed(rui, path)
    assert (await rui.post("/v1/commissionings", {"request_id": path[-36:]})).status_code == 201
    await j.concluded(door, commissioning, "commissioning")
    visits = (await j.officer(door, "inspector").get("/v1/commissionings/waiting/visits")).json()["items"]
    assert [visit["id"] for visit in visits] == [commissioning[-36:]]
    visit = {"visit_on": j.tomorrow(), "window": "morning"}
    assert (await rui.post(f"{commissioning}/inspection", visit)).status_code == 403
    scheduled = await j.officer(door, "inspector").post(f"{commissioning}/inspection", visit)
    assert scheduled.json()["state"] == "scheduled", scheduled.text
    await j.concluded(door, commissioning, "inspection", content=j.good_visit())
    assert (await ana.get(commissioning)).json()["state"] == "connected"
    seen = (await ana.get(path)).json()
    assert seen["state"] == "connected"
    assert seen["protocol"] == protocol
    assert {clock["state"] for clock in seen["clocks"]} == {"ended"}


async def test_a_failed_visit_says_what_to_fix_and_a_new_request_follows(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.in_force(rui, j.walker(door, j.ANA))
    commissioning = await j.commissioning_filed(rui, path)
    await j.concluded(door, commissioning, "commissioning")
    visit = {"visit_on": j.tomorrow(), "window": "day"}
    assert (await j.officer(door, "supervisor").post(f"{commissioning}/inspection", visit)).status_code == 200
    bad = InspectionReport(
        visited_on=utc_now().date(),
        findings=(Finding(item="placa", passed=False, reason=Reason(code="placa-de-advertencia"), fix="Fixar a placa."),),
    )
    await j.concluded(door, commissioning, "inspection", approved=False, content=bad)
    seen = (await rui.get(commissioning)).json()
    assert (seen["state"], seen["fixes"]) == ("failed", ["Fixar a placa."])
    again = await rui.post("/v1/commissionings", {"request_id": path[-36:]})
    assert (await rui.get(f"/v1/commissionings/{again.json()['id']}")).json()["attempt"] == 2


async def test_of_one_budget_one_commissioning_is_open(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    path, _ = await j.in_force(rui, ana)
    hers = await ana.post("/v1/commissionings", {"request_id": path[-36:]})
    assert hers.status_code == 201
    commissioning = await j.commissioning_filed(rui, path)
    refused = await ana.post(f"/v1/commissionings/{hers.json()['id']}/filing")
    assert (refused.status_code, refused.json()["code"]) == (409, "commissioning-already-open")
    assert [(unit["eligible"], unit["code"]) for unit in (await rui.get("/v1/commissionable-units")).json()["items"]] == [
        (False, "commissioning-already-open")
    ]
    assert (await rui.post("/v1/commissionings", {"request_id": path[-36:]})).status_code == 201
    twice = await rui.post("/v1/commissionings", {"request_id": path[-36:]})
    assert (twice.status_code, twice.json()["code"]) == (409, "commissioning-already-open")
    company = await rui.send("PUT", f"{commissioning}/contractor", {"kind": "company"}, version=5)
    assert (company.status_code, company.json()["code"]) == (422, "company-missing")


async def test_whose_access_ended_sees_only_that_their_commissioning_exists(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    path, _ = await j.in_force(rui, ana)
    commissioning = await j.visit_scheduled(rui, path)
    before = (await rui.get(commissioning)).json()
    await happened(door, service(), told(revoked(), f"grant-{j.GRANT}", 3))
    seen = (await rui.get(commissioning)).json()
    [item] = (await rui.get("/v1/commissionings")).json()["items"]
    assert (item["protocol"], item["filed_at"]) == (before["protocol"], before["filed_at"])
    assert (item["state"], item["visit_on"], item["window"]) == (None, None, None)
    [hers] = (await ana.get("/v1/commissionings")).json()["items"]
    assert (hers["state"], hers["visit_on"], hers["window"]) == ("scheduled", before["visit_on"], before["window"])
    told_of = {"id", "version", "protocol", "request_id", "unit_id", "unit_number", "attempt", "filed_at"}
    assert {name: seen[name] for name in told_of} == {name: before[name] for name in told_of}
    assert not any(value for name, value in seen.items() if name not in {*told_of, "server_time"})
    assert (await rui.get(f"{commissioning}/timeline")).status_code == 404
    assert (await ana.get(commissioning)).json()["visit_on"] == before["visit_on"]


async def test_all_problems_of_a_commissioning_are_told(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.in_force(rui, j.walker(door, j.ANA))
    created = await rui.post("/v1/commissionings", {"request_id": path[-36:]})
    commissioning = f"/v1/commissionings/{created.json()['id']}"
    refused = await rui.post(f"{commissioning}/filing")
    assert [problem["step"] for problem in refused.json()["problems"]] == ["as-built", "documents", "contractor"]
    readiness = (await rui.get(f"{commissioning}/readiness")).json()
    assert readiness["problems"] == refused.json()["problems"]
    more = {"modules": [j.MODULE, j.MODULE], "inverters": [j.INVERTER, j.INVERTER]}
    assert (await rui.send("PUT", f"{commissioning}/as-built", more, version=1)).json()["code"] == "more-power-than-approved"
