"""The service desk over HTTP: protocol first, identity proofed, then the deeds; another attendant's attendance is not found."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.clock import utc_now
from shared.ids import new_id
from shared.protocols import valid_protocol
from tests.component.identity.conftest import Identity

DESK = "/v1/service-desk/attendances"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


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
        fixed = await counter.post(f"{path}/contact-corrections", json={"email": "ana.nova@exemplo.test"}, headers=desk)
        assert fixed.status_code == 200
        assert (await browser.get("/v1/me")).json()["email"] == "ana.nova@exemplo.test"
    told = await identity.parts.platform.pool.fetch("select address, fact from mails where fact like 'contact-%' order by fact")
    assert [(row["address"], row["fact"]) for row in told] == [(None, "contact-changed"), (ana.email, "contact-was-changed")]


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
