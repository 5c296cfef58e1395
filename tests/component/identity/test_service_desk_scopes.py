"""The service desk over HTTP: protocol first, identity proofed, then the deeds; another attendant's attendance is not found."""

import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from shared.clock import utc_now
from shared.ids import new_id
from shared.protocols import valid_protocol
from tests.component.identity.conftest import Identity, key

DESK = "/v1/service-desk/attendances"


async def test_anonymous_customers_and_other_roles_have_no_desk(identity: Identity) -> None:
    body = {"cpf_or_cnpj": identity.cast.ana.document, "channel": "store"}
    async with identity.browser() as browser:
        assert (await browser.post(DESK, json=body, headers=key())).status_code == 401
        for headers in (identity.issuer.person(new_id()), identity.issuer.staff(new_id(), "reviewer")):
            assert (await browser.post(DESK, json=body, headers={**headers, **key()})).status_code == 403


async def test_another_attendants_attendance_is_not_found(identity: Identity) -> None:
    body = {"cpf_or_cnpj": identity.cast.ana.document, "channel": "phone"}
    mine, other = identity.issuer.staff(new_id(), "attendant"), identity.issuer.staff(new_id(), "attendant")
    async with identity.browser() as browser:
        opened = (await browser.post(DESK, json=body, headers={**mine, **key()})).json()
        assert (await browser.get(f"{DESK}/{opened['id']}", headers=mine)).status_code == 200
        answer = await browser.get(f"{DESK}/{opened['id']}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "attendance-not-found")


async def test_nobody_attends_themselves(identity: Identity) -> None:
    ana = identity.cast.ana
    own = identity.issuer.staff(identity.parts.platform.people.of_text(ana.document), "attendant")
    async with identity.browser() as browser:
        answer = await browser.post(DESK, json={"cpf_or_cnpj": ana.document, "channel": "store"}, headers={**own, **key()})
        assert (answer.status_code, answer.json()["code"]) == (403, "nobody-attends-themselves")


async def test_proofed_then_proven_unblocked_and_reachable(identity: Identity) -> None:
    ana, staff = identity.cast.ana, new_id()
    desk = identity.issuer.staff(staff, "attendant", sub=staff)
    async with identity.browser() as browser, identity.browser() as counter:
        await identity.sign_up(browser, ana)
        async with identity.browser() as stranger:
            for _ in range(3):
                await stranger.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": "errada-errada"})
        opened = (await counter.post(DESK, json={"cpf_or_cnpj": ana.document, "channel": "store"}, headers={**desk, **key()})).json()
        assert valid_protocol(opened["ids"]["protocol"])
        path = f"{DESK}/{opened['id']}"
        early = await counter.post(f"{path}/holder-proofs", headers=desk)
        assert (early.status_code, early.json()["code"]) == (409, "identity-not-proofed")
        seen = (await counter.post(f"{path}/proofings", json={"checked": ["photo-id"]}, headers=desk)).json()
        assert (seen["proofed"], [block["what"] for block in seen["blocks"]]) == (True, ["login"])
        stale = identity.issuer.staff(staff, "attendant", sub=staff, auth_time=utc_now() - timedelta(minutes=7))
        assert (await counter.post(f"{path}/block-lifts", headers=stale)).json()["code"] == "step-up-required"
        lifted = await counter.post(f"{path}/block-lifts", headers=desk)
        assert lifted.json()["blocks"] == []
        async with identity.browser() as stranger:
            answer = await stranger.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": ana.password})
            assert answer.status_code == 201
        assert (await counter.post(f"{path}/holder-proofs", headers=desk)).json()["holder_proven"] is True
        nothing = await counter.post(f"{path}/contact-corrections", json={}, headers=desk)
        assert (nothing.status_code, nothing.json()["code"]) == (422, "body-invalid")
        contact = {"email": "ana.nova@exemplo.test", "phone": "92 98111-2233"}
        assert (await counter.post(f"{path}/contact-corrections", json=contact, headers=desk)).status_code == 200
        me = (await browser.get("/v1/me")).json()
        assert (me["email"], me["phone"]) == ("ana.nova@exemplo.test", "+5592981112233")
        assert (await counter.post(f"{path}/session-ends", headers=desk)).status_code == 200
        assert (await browser.get("/v1/me")).json()["code"] == "session-over"
        async with identity.browser() as elsewhere:
            recovery = await elsewhere.post("/v1/recoveries", json={"cpf_or_cnpj": ana.document, **contact})
            assert recovery.status_code == 202
    pool = identity.parts.platform.pool
    published = [
        json.loads(row["data"]) for row in await pool.fetch("select data::text from events where type = 'DeedDone' order by position")
    ]
    assert [deed["deed"] for deed in published] == ["block-lifted", "holder-proven", "contact-corrected", "sessions-ended"]
    assert {deed["protocol"] for deed in published} == {opened["ids"]["protocol"]}
    checked = await pool.fetchval("select data::text from events where type = 'IdentityProofed'")
    assert json.loads(checked)["checked"] == ["photo-id"]
    letters = [row["text"] for row in await pool.fetch("select text from mails where fact = 'attendance-deed' order by accepted_at")]
    assert len(letters) == 3
    assert all(opened["ids"]["protocol"] in letter for letter in letters)
    told = await identity.parts.platform.pool.fetch("select address, fact from mails where fact like 'contact-%' order by fact")
    assert [(row["address"], row["fact"]) for row in told] == [(None, "contact-changed")] * 2 + [(ana.email, "contact-was-changed")]


def test_no_attendant_and_no_admin_ever_types_or_sees_a_password() -> None:
    kept = json.loads((Path(__file__).parents[3] / "contracts" / "openapi" / "identity.json").read_text(encoding="utf-8"))
    texts = {
        path: json.dumps(operations)
        for path, operations in kept["paths"].items()
        if "/service-desk/" in path or path.startswith("/v1/staff")
    }
    assert len(texts) > 15
    named = {name for path, text in texts.items() for name in re.findall(r"#/components/schemas/(\w+)", text) if path != ""}
    with_secret = {
        name for name in named if re.search("password|secret", json.dumps(kept["components"]["schemas"].get(name, {})), re.IGNORECASE)
    }
    assert with_secret == {"AcceptInvitationBody", "EnrolmentAnswer", "StaffLogInBody"}, "only of oneself, at one's own log-in"


@pytest.mark.parametrize("path", ["holder-proofs", "block-lifts"])
async def test_without_an_account_there_is_nothing_to_prove(identity: Identity, path: str) -> None:
    staff = new_id()
    desk = identity.issuer.staff(staff, "attendant", sub=staff)
    async with identity.browser() as counter:
        body = {"cpf_or_cnpj": identity.cast.clara.document, "channel": "store"}
        opened = (await counter.post(DESK, json=body, headers={**desk, **key()})).json()
        await counter.post(f"{DESK}/{UUID(opened['id'])}/proofings", json={"checked": ["register-data"]}, headers=desk)
        answer = await counter.post(f"{DESK}/{opened['id']}/{path}", headers=desk)
        assert (answer.status_code, answer.json()["code"]) == (404, "user-not-found")
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'DeedDone'") == 0
