"""Recovery over HTTP: three answers, registered or not; the code is the factor; the new password ends every session."""

import httpx

from shared.testing.people import Person
from tests.component.identity.conftest import Identity


async def ask(browser: httpx.AsyncClient, person: Person, **changes: str) -> httpx.Response:
    body = {"cpf_or_cnpj": person.document, "email": person.email, "phone": person.phone, **changes}
    return await browser.post("/v1/recoveries", json=body)


async def test_anonymous_without_the_cookie_cannot_go_on(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as own, identity.browser() as stranger:
        await identity.sign_up(own, ana)
        recovery = (await ask(own, ana)).json()["id"]
        code = await identity.code("recovery-code")
        for path, body in (("proofs", {"code": code}), ("password", {"password": "girassol-amarelo"})):
            answer = await stranger.post(f"/v1/recoveries/{recovery}/{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "recovery-not-found")


async def test_divergent_details_count_and_block_registered_or_not(identity: Identity) -> None:
    async with identity.browser() as browser, identity.browser() as stranger:
        await identity.sign_up(browser, identity.cast.ana)
        for person in (identity.cast.ana, identity.cast.clara):
            answers = [await ask(stranger, person, email="outra@exemplo.test") for _ in range(4)]
            assert [answer.json()["code"] for answer in answers] == ["data-diverges"] * 2 + ["recovery-is-blocked"] * 2
            assert [answer.json().get("remaining") for answer in answers] == [2, 1, None, None]
        locked = await stranger.post(
            "/v1/sessions", json={"cpf_or_cnpj": identity.cast.ana.document, "password": identity.cast.ana.password}
        )
        assert locked.json()["code"] == "login-is-blocked"
        known = await browser.post("/v1/sessions", json={"cpf_or_cnpj": identity.cast.ana.document, "password": identity.cast.ana.password})
        assert known.status_code == 201
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'RecoveryBlocked'") == 1


async def test_the_code_and_a_new_password_end_every_session(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as before, identity.browser() as browser:
        await identity.sign_up(before, ana)
        recovery = (await ask(browser, ana)).json()["id"]
        early = await browser.post(f"/v1/recoveries/{recovery}/password", json={"password": "girassol-amarelo"})
        assert early.json()["code"] == "recovery-not-proven"
        assert (await browser.post(f"/v1/recoveries/{recovery}/proofs", json={"code": await identity.code("recovery-code")})).is_success
        done = await browser.post(f"/v1/recoveries/{recovery}/password", json={"password": "girassol-amarelo"})
        assert done.status_code == 204
        assert (await before.get("/v1/me")).json()["code"] == "session-over"
        again = await browser.post(f"/v1/recoveries/{recovery}/password", json={"password": "girassol-vermelho"})
        assert again.json()["code"] == "recovery-over"
        opened = await browser.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": "girassol-amarelo"})
        assert opened.status_code == 201


async def test_codes_go_out_once_a_minute_however_often_the_details_match(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        assert (await ask(browser, ana)).status_code == 202
        again = await ask(browser, ana)
        assert (again.status_code, again.json()["code"]) == (409, "resend-too-soon")
