"""An account that an impostor took is handed over at the desk: who may, what follows, and what the impostor can do no more."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.ids import new_id
from tests.component.identity.conftest import Identity
from tests.component.identity.test_own_contacts_scopes import letters_to

DESK = "/v1/service-desk/attendances"
REAL = {"name": "Ana Souza", "email": "ana.verdadeira@exemplo.test", "phone": "92 98888-1234"}


async def attend(counter: httpx.AsyncClient, desk: Mapping[str, str], document: str) -> str:
    body = {"cpf_or_cnpj": document, "channel": "store"}
    opened = await counter.post(DESK, json=body, headers={**desk, "Idempotency-Key": str(uuid4())})
    assert opened.status_code == 201, opened.text
    return f"{DESK}/{opened.json()['id']}"


async def proofed(counter: httpx.AsyncClient, desk: Mapping[str, str], document: str) -> str:
    path = await attend(counter, desk, document)
    assert (await counter.post(f"{path}/proofings", json={"checked": ["photo-id"]}, headers=desk)).status_code == 200
    return path


async def test_only_a_proofed_person_at_ones_own_attendance_gets_an_account_back(identity: Identity) -> None:
    desk, other = identity.issuer.staff(uuid4(), "attendant"), identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as impostor, identity.browser() as counter:
        await identity.sign_up(impostor, identity.cast.ana)
        path = await attend(counter, desk, identity.cast.ana.document)
        over = f"{path}/hand-overs"
        assert (await counter.post(over, json=REAL)).status_code == 401
        assert (await impostor.post(over, json=REAL)).status_code == 403
        assert (await counter.post(over, json=REAL, headers=identity.issuer.staff(uuid4(), "supervisor"))).status_code == 403
        assert (await counter.post(over, json=REAL, headers=other)).status_code == 404
        early = await counter.post(over, json=REAL, headers=desk)
        assert (early.status_code, early.json()["code"]) == (409, "identity-not-proofed")
        seen = await counter.get(f"{path}/hand-over-effects", headers=desk)
        assert (seen.status_code, seen.json()["sessions_to_end"]) == (200, 1)
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'AccountHandedOver'") == 0


async def test_a_handed_over_account_is_the_persons_and_no_longer_the_impostors(identity: Identity) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as impostor, identity.browser() as counter, identity.browser() as real:
        await identity.sign_up(impostor, ana)
        recovery = await impostor.post("/v1/recoveries", json={"cpf_or_cnpj": ana.document, "email": ana.email, "phone": ana.phone})
        code = await identity.code("recovery-code")
        recovering = f"/v1/recoveries/{recovery.json()['id']}"
        assert (await impostor.post(f"{recovering}/proofs", json={"code": code})).status_code == 200
        path = await proofed(counter, desk, ana.document)
        done = await counter.post(f"{path}/hand-overs", json=REAL, headers=desk)
        assert (done.status_code, done.json()["holder_proven"]) == (200, True)

        assert (await impostor.get("/v1/me")).status_code == 401
        assert (await impostor.post("/v1/sessions/refreshes")).status_code == 401
        late = await impostor.post(f"{recovering}/password", json={"password": "a-minha-senha-de-volta"})
        assert (late.status_code, late.json()["code"]) == (409, "recovery-over")
        known = await impostor.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": ana.password})
        assert (known.status_code, known.json()["code"]) == (401, "credentials-not-recognised")

        await identity.parts.platform.pool.execute("update mails set accepted_at = accepted_at - interval '2 minutes'")
        started = await real.post("/v1/recoveries", json={"cpf_or_cnpj": ana.document, "email": REAL["email"], "phone": REAL["phone"]})
        own = f"/v1/recoveries/{started.json()['id']}"
        await real.post(f"{own}/proofs", json={"code": await identity.code("recovery-code")})
        assert (await real.post(f"{own}/password", json={"password": "girassol-amarelo-42"})).status_code == 204
        session = await real.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": "girassol-amarelo-42"})
        me = (await real.get("/v1/me", headers={"Authorization": f"Bearer {session.json()['access_token']}"})).json()
        assert (me["name"], me["email"], me["holder_proven"]) == (REAL["name"], REAL["email"], True)
    assert "contact-was-changed" in await letters_to(identity, ana.email)


async def test_what_was_done_since_the_account_was_taken_is_contested(identity: Identity) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as impostor, identity.browser() as counter:
        session = await identity.sign_up(impostor, ana)
        verified = (await impostor.get("/v1/me")).json()["verified_at"]
        path = await proofed(counter, desk, ana.document)
        await counter.post(f"{path}/hand-overs", json=REAL, headers=desk)
    pool = identity.parts.platform.pool
    over = await pool.fetchrow("select data->>'acted_since' since, data->>'user_id' user_id from events where type = 'AccountHandedOver'")
    assert over is not None
    assert (over["since"], over["user_id"]) == (verified, session["subject_id"])
    because = await pool.fetchval("select data->>'because' from events where type = 'SessionEnded'")
    assert because == "handed-over"


@pytest.mark.parametrize("representative", [None, "silvia"])
async def test_a_company_names_its_representative_anew(identity: Identity, representative: str | None) -> None:
    padaria, rui, desk = identity.cast.padaria, identity.cast.rui, identity.issuer.staff(new_id(), "attendant")
    body: dict[str, Any] = {**REAL, "name": padaria.name}
    if representative is not None:
        body["representative"] = {"cpf": rui.document, "name": rui.name}
    async with identity.browser() as impostor, identity.browser() as counter:
        await identity.sign_up(impostor, padaria)
        path = await proofed(counter, desk, padaria.document)
        done = await counter.post(f"{path}/hand-overs", json=body, headers=desk)
    if representative is None:
        assert (done.status_code, done.json()["code"]) == (409, "representative-missing")
        return
    assert done.status_code == 200, done.text
    assert await identity.parts.platform.pool.fetchval("select representative_name from accounts") == rui.name


async def test_a_company_corrects_its_representative_and_a_person_has_none(identity: Identity) -> None:
    rui = {"cpf": identity.cast.rui.document, "name": identity.cast.rui.name}
    async with identity.browser() as company, identity.browser() as person:
        await identity.sign_up(company, identity.cast.padaria)
        me = await company.get("/v1/me")
        corrected = await company.put("/v1/me/representative", json=rui, headers={"If-Match": me.headers["etag"]})
        assert (corrected.status_code, corrected.json()["representative_name"]) == (200, identity.cast.rui.name)
        await identity.sign_up(person, identity.cast.ana)
        own = await person.get("/v1/me")
        refused = await person.put("/v1/me/representative", json=rui, headers={"If-Match": own.headers["etag"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "only-companies-are-represented")
        assert (await person.get("/v1/me")).headers["etag"] == own.headers["etag"]
