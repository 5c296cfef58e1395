"""Requests at the door: anonymous first, then somebody else, then the right person."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.access.grant import AccessRevoked
from shared.contracts.backoffice.review import Judged, Reason
from shared.contracts.identity.user import AccountHandedOver
from shared.identifiers import unit_check_digits
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.requests import journey as j
from tests.component.requests.facts import granted, house

CPF, CNPJ = "52998224725", "11222333000181"


async def test_nobody_begins_or_reads_without_signing_in(door: Running) -> None:
    nobody = j.Walker(door, {})
    assert (await nobody.post("/v1/budget-requests", {"unit_number": j.UNIT_NUMBER})).status_code == 401
    assert (await nobody.get("/v1/budget-requests")).status_code == 401
    assert (await nobody.get(f"/v1/budget-requests/{uuid4()}")).status_code == 401


async def test_a_stranger_neither_begins_nor_sees(door: Running) -> None:
    stranger = j.walker(door, j.OTHER)
    refused = await stranger.post("/v1/budget-requests", {"unit_number": j.UNIT_NUMBER})
    assert (refused.status_code, refused.json()["code"]) == (403, "access-not-live")
    path = await j.started(j.walker(door, j.RUI))
    for look in (path, f"{path}/readiness", f"{path}/checklist", f"{path}/timeline", f"{path}/clocks", f"{path}/receipt"):
        assert (await stranger.get(look)).status_code == 404, look
    edit = await stranger.send("PUT", f"{path}/motive", {"motive": "gd-sem-alteracao"}, version=1)
    assert edit.status_code == 404


async def test_an_unknown_unit_looks_like_one_that_is_not_yours(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    refused = await rui.post("/v1/budget-requests", {"unit_id": str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (403, "access-not-live")
    missing = await rui.post("/v1/budget-requests", {})
    assert (missing.status_code, missing.json()["code"]) == (422, "unit-missing")
    assert (await rui.post("/v1/budget-requests", {"unit_number": "12"})).json()["code"] == "access-not-live"


async def test_edits_say_which_version_they_are_about(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.started(rui)
    assert (await rui.send("PUT", f"{path}/motive", {"motive": "gd-sem-alteracao"})).status_code == 428
    assert (await rui.send("PUT", f"{path}/motive", {"motive": "gd-sem-alteracao"}, version=9)).status_code == 412
    assert (await rui.send("PUT", f"{path}/motive", {"motive": "nova-uc-com-gd"}, version=1)).json()["code"] == "code-not-in-catalogue"
    assert (await rui.send("PUT", f"{path}/motive", {"motive": "gd-sem-alteracao", "x": 1}, version=1)).status_code == 422
    assert (await rui.send("PUT", f"{path}/motive", {"motive": "gd-com-alteracao"}, version=1)).json()["code"] == "wanted-power-missing"


async def test_a_company_says_who_it_is_and_a_unit_that_takes_part_is_one_of_ours(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.started(rui)
    for half in ({}, {"cnpj": "11222333000181"}, {"name": "Solar Norte"}):
        refused = await rui.send("PUT", f"{path}/contractor", {"kind": "company", **half}, version=1)
        assert (refused.status_code, refused.json()["code"]) == (422, "company-missing")
    version = await rui.put(f"{path}/contractor", {"kind": "company", "cnpj": "11222333000181", "name": "Solar Norte"}, 1)
    unknown = "0000000778002" + unit_check_digits("0000000778002")
    takes = {"rule": "percentage", "units": [{"unit_number": unknown, "percentage": "100"}]}
    refused = await rui.send("PUT", f"{path}/beneficiaries", takes, version=version)
    assert (refused.status_code, refused.json()["code"]) == (422, "beneficiary-unknown")
    takes["units"] = [{"unit_number": j.UNIT_NUMBER, "percentage": "100"}]
    assert (await rui.send("PUT", f"{path}/beneficiaries", takes, version=version)).status_code == 200


async def test_no_draft_tells_whether_a_cpf_or_cnpj_holds_a_unit(door: Running) -> None:
    ids = door.parts.platform.people
    person, company = ids.of_text(CPF), ids.of_text(CNPJ)
    theirs = {digits + unit_check_digits(digits): whose for digits, whose in (("0000000779002", person), ("0000000780002", company))}
    for number, whose in theirs.items():
        unit_id = uuid4()
        unit = house().model_copy(update={"unit_id": unit_id, "number": number, "holder_id": whose, "root_id": company})
        await happened(door, service(), told(unit, f"consumer-unit-{unit_id}", 1))
    rui = j.walker(door, j.RUI)
    path = await j.started(rui)
    takes = {"rule": "percentage", "units": [{"unit_number": number, "percentage": "50"} for number in theirs]}
    version = await rui.put(f"{path}/beneficiaries", takes, 1)
    version = await rui.put(f"{path}/contractor", {"kind": "company", "cnpj": CNPJ, "name": "Solar Norte"}, version)
    named = await rui.send("PUT", f"{path}/technical-responsible", {"cpf": CPF}, version=version)
    for answer in (named, await rui.get(path), await j.walker(door, j.ANA).get(path), await j.officer(door, "analyst").get(path)):
        assert str(person) not in answer.text
        assert str(company) not in answer.text
        draft = answer.json()["draft"]
        assert draft["contractor"] == {"kind": "company", "company_name": "Solar Norte"}
        assert draft["responsible"] == {"person_id": None, "confirmed": False}
        assert [one["unit_number"] for one in draft["beneficiaries"]] == list(theirs)


async def test_who_is_named_responsible_is_told_to_themselves_and_once_they_accept_to_all_who_see_it(door: Running) -> None:
    person = door.parts.platform.people.of_text(CPF)
    rui, ana, named = (j.walker(door, who) for who in (j.RUI, j.ANA, person))
    path = await j.started(rui)
    await rui.put(f"{path}/technical-responsible", {"cpf": CPF}, 1)
    grant = uuid4()
    await happened(door, service(), told(granted(grant, person), f"grant-{grant}", 2))

    async def told_to(*people: j.Walker) -> list[object]:
        return [(await who.get(path)).json()["draft"]["responsible"] for who in people]

    hidden, own = {"person_id": None, "confirmed": False}, {"person_id": str(person), "confirmed": False}
    assert await told_to(rui, ana, named) == [hidden, hidden, own]
    assert (await named.post(f"{path}/responsibility")).status_code == 200
    assert await told_to(rui, ana, named) == [{**own, "confirmed": True}] * 3


async def test_two_drafts_for_one_unit_are_one_too_many(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    key = str(uuid4())
    first = await rui.post("/v1/budget-requests", {"unit_number": j.UNIT_NUMBER}, key=key)
    again = await rui.post("/v1/budget-requests", {"unit_number": j.UNIT_NUMBER}, key=key)
    assert first.json() == again.json()
    refused = await rui.post("/v1/budget-requests", {"unit_number": j.UNIT_NUMBER})
    assert (refused.status_code, refused.json()["code"]) == (409, "draft-already-open")


async def test_rows_are_added_copied_corrected_and_removed(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.started(rui)
    row = (await rui.post(f"{path}/modules", j.MODULE)).json()["id"]
    assert (await rui.post(f"{path}/modules/{row}/copies")).status_code == 201
    assert (await rui.post(f"{path}/modules/{uuid4()}/copies")).status_code == 404
    draft = (await rui.get(path)).json()
    assert [line["kwp"] for line in draft["draft"]["modules"]] == ["5.5", "5.5"]
    changed = await rui.send("PUT", f"{path}/modules/{row}", {**j.MODULE, "quantity": 4}, version=draft["version"])
    assert changed.json()["draft"]["totals"]["modules_kwp"] == "7.7"
    removed = await rui.send("DELETE", f"{path}/modules/{row}", version=changed.json()["version"])
    assert len(removed.json()["draft"]["modules"]) == 1
    negative = await rui.post(f"{path}/modules", {**j.MODULE, "quantity": -1})
    assert negative.status_code == 422


async def test_all_problems_are_told_before_and_at_the_filing(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.started(rui)
    readiness = (await rui.get(f"{path}/readiness")).json()
    assert not readiness["ready"]
    assert readiness["tasks"][0] == {"step": "motive", "status": "untouched", "missing": ["Escolha o motivo."]}
    refused = await rui.post(f"{path}/filing")
    assert (refused.status_code, refused.json()["code"]) == (409, "step-incomplete")
    assert refused.json()["problems"] == readiness["problems"]


async def test_double_clicks_and_retries_file_once(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.prepared(rui)
    assert (await rui.get(f"{path}/readiness")).json()["problems"] == []
    key = str(uuid4())
    clicks = await asyncio.gather(*(rui.post(f"{path}/filing", key=key) for _ in range(4)), rui.post(f"{path}/filing"))
    assert sorted(answer.status_code for answer in clicks).count(201) >= 1
    again = await rui.post(f"{path}/filing", key=key)
    seen = (await rui.get(path)).json()
    assert seen["state"] == "under-triage"
    protocols = {answer.json()["ids"]["protocol"] for answer in (*clicks, again) if answer.status_code == 201}
    assert protocols == {seen["protocol"]}
    assert {clock["clock"]: clock["article"] for clock in seen["clocks"]} == {
        "triage": "REN 1.000/2021, art. 71",
        "budget": "REN 1.000/2021, art. 64",
    }


async def test_one_open_request_for_each_unit(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    mine = await j.prepared(rui)
    hers = await j.started(ana)
    assert (await rui.post(f"{mine}/filing")).status_code == 201
    problems = (await ana.get(f"{hers}/readiness")).json()["problems"]
    assert "request-already-open" in [problem["code"] for problem in problems]


async def test_filing_waits_while_the_news_is_old(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path = await j.prepared(rui)
    async with door.parts.platform.pool.acquire() as db:
        await db.execute("update reader_progress set caught_up_at = now() - interval '11 seconds' where reader like '%access.grant%'")
    refused = await rui.post(f"{path}/filing")
    assert (refused.status_code, refused.json()["code"]) == (503, "access-unknown")
    assert refused.headers["retry-after"]


async def test_staff_do_not_write_while_ended_sessions_are_unknown(door: Running) -> None:
    path, _ = await j.filed(j.walker(door, j.RUI))
    async with door.parts.platform.pool.acquire() as db:
        await db.execute("update reader_progress set caught_up_at = now() - interval '11 seconds' where reader like '%identity.session%'")
    refused = await j.officer(door, "analyst").post(f"{path}/clock-suspension", {"reason": "ons"})
    assert (refused.status_code, refused.json()["code"]) == (503, "session-unknown")


async def test_whose_access_ended_sees_only_that_it_exists(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path, protocol = await j.filed(rui)
    await happened(door, service(), told(revoked(), f"grant-{j.GRANT}", 3))
    seen = (await rui.get(path)).json()
    assert (seen["protocol"], seen["draft"], seen["actions"]) == (protocol, None, {})
    assert (seen["state"], seen["next"]) == (None, None)
    assert (await rui.get(f"{path}/timeline")).status_code == 404
    assert (await j.walker(door, j.ANA).get(path)).json()["draft"] is not None


async def test_a_list_tells_whose_access_ended_the_protocol_and_the_date_and_not_how_it_fares(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    hidden = ("state", "motive", "purpose", "porte", "installed_kw", "moved_at")
    path, protocol = await j.filed(rui)

    async def listed(who: j.Walker, query: str = "") -> list[dict[str, object]]:
        return list((await who.get(f"/v1/budget-requests{query}")).json()["items"])

    [before] = await listed(rui)
    assert None not in [before[name] for name in hidden]
    assert await listed(rui, "?state=under-triage") == [before]
    await happened(door, service(), told(revoked(), f"grant-{j.GRANT}", 3))
    [after] = await listed(rui)
    assert [after[name] for name in hidden] == [None] * len(hidden)
    assert (after["id"], after["protocol"], after["filed_at"]) == (path[-36:], protocol, before["filed_at"])
    assert await listed(rui, "?state=under-triage") == [], "nor by asking state after state"
    [hers] = await listed(ana, "?state=under-triage")
    assert None not in [hers[name] for name in hidden]
    [unit] = (await rui.get("/v1/commissionable-units")).json()["items"]
    assert (unit["eligible"], unit["code"], unit["installed_kw"]) == (False, "access-not-live", None)


def revoked() -> AccessRevoked:
    """Ana ends Rui's access."""
    return AccessRevoked(
        grant_id=j.GRANT,
        unit_id=j.UNIT,
        holder_id=j.ANA,
        professional_id=j.RUI,
        by="holder",
        reason="revoked-by-holder",
        revoked_at=utc_now() - timedelta(hours=1),
    )


async def test_an_end_of_access_dated_before_the_filing_flags_it(door: Running) -> None:
    path, _ = await j.filed(j.walker(door, j.RUI))
    await happened(door, service(), told(revoked(), f"grant-{j.GRANT}", 3))
    lines = (await j.walker(door, j.ANA).get(f"{path}/timeline")).json()["items"]
    assert lines[-1]["code"] == "filed-after-access-ended"


async def test_what_was_filed_while_a_stranger_had_the_account_is_contested_and_told(door: Running) -> None:
    path, protocol = await j.filed(j.walker(door, j.RUI))
    handed = AccountHandedOver(user_id=j.ANA, person_id=j.ANA, acted_since=utc_now() - timedelta(days=1), at=utc_now())
    await happened(door, service(), told(handed, f"user-{j.ANA}", 2))
    found = await door.parts.platform.pool.fetchval("select data->>'protocol' from events where type = 'FilingContested'")
    assert found == protocol
    lines = (await j.officer(door, "supervisor").get(f"{path}/timeline")).json()["items"]
    assert lines[-1]["code"] == "filing-contested"
    assert await door.parts.platform.pool.fetchval("select count(*) from outbox where fact = 'filing-contested'") == 2


async def test_triage_dismisses_with_every_fault_and_frees_the_unit(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.filed(rui)
    early = await rui.post(f"{path}/corrections")
    assert (early.status_code, early.json()["code"]) == (409, "only-dismissed-is-corrected")
    document = (await rui.get(path)).json()["draft"]["documents"][0]["document_id"]
    fault = Judged(id=UUID(document), verdict="refused", reason=Reason(code="ilegivel", article="REN 1.000/2021, art. 67"))
    await j.concluded(door, path, "triage", approved=False, documents=(fault,), reasons=(Reason(code="titularidade-divergente"),))
    seen = (await rui.get(path)).json()
    assert seen["state"] == "dismissed"
    assert [one["code"] for one in seen["non_conformities"]] == ["ilegivel", "titularidade-divergente"]
    corrected = await rui.post(f"{path}/corrections")
    assert corrected.status_code == 201, corrected.text
    draft = (await rui.get(f"/v1/budget-requests/{corrected.json()['id']}")).json()
    assert draft["previous_request"] == path[-36:]
    assert document not in [one["document_id"] for one in draft["draft"]["documents"]]
    assert len(draft["draft"]["documents"]) == len(j.DOCUMENTS) - 1
    assert (await j.walker(door, j.OTHER).post(f"{path}/corrections")).status_code == 404


async def test_only_the_holder_decides(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    path, _ = await j.filed(rui)
    assert (await ana.post(f"{path}/approval")).json()["code"] == "budget-not-issued"
    await j.concluded(door, path, "triage")
    await j.concluded(door, path, "analysis", content=j.FREE)
    assert (await rui.post(f"{path}/approval")).json()["code"] == "only-the-holder-decides"
    actions = (await ana.get(path)).json()["actions"]
    assert actions["approve"]["allowed"]
    received = (await ana.post(f"{path}/budget-receipt")).json()
    assert {clock["clock"]: clock["state"] for clock in received["clocks"]}["approval"] == "running"
    assert (await ana.post(f"{path}/approval")).json()["state"] == "awaiting-contracts"


async def test_staff_deeds_are_done_by_role(door: Running) -> None:
    path, _ = await j.filed(j.walker(door, j.RUI))
    deed = {"document_ids": [str(uuid4())]}
    assert (await j.walker(door, j.ANA).post(f"{path}/contracts", deed)).status_code == 403
    assert (await j.officer(door, "reviewer").post(f"{path}/contracts", deed)).status_code == 403
    assert (await j.officer(door, "analyst").post(f"{path}/contracts", deed)).status_code == 404
    assert (await j.officer(door, "reviewer").get(path)).status_code == 200
    assert (await j.officer(door, "operator").get(path)).status_code == 403
    assert (await j.officer(door, "reviewer").get("/v1/budget-requests/waiting?state=under-triage")).json()["items"][0]["id"] == path[-36:]
    cancelled = await j.officer(door, "supervisor").post(f"{path}/cancellation", {"reason": "unit-closed"})
    assert cancelled.json()["state"] == "cancelled"


async def test_a_conclusion_that_comes_late_changes_nothing(door: Running) -> None:
    ana = j.walker(door, j.ANA)
    path, _ = await j.filed(j.walker(door, j.RUI))
    assert (await ana.post(f"{path}/withdrawal", {"reason": "desistencia"})).json()["state"] == "withdrawn"
    await j.concluded(door, path, "triage")
    assert (await ana.get(path)).json()["state"] == "withdrawn"
    assert (await ana.post(f"{path}/withdrawal", {"reason": "capricho"})).json()["code"] == "code-not-in-catalogue"
