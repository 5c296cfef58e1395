"""Recovery over HTTP: three answers, registered or not; the code is the factor; the new password ends every session."""

from datetime import timedelta
from typing import Any

import httpx

from services.identity.domain.one_time_code.rules import CODE_LIVES, RESEND_AFTER, TRIES
from shared.ids import new_id
from shared.testing.people import Person
from tests.component.identity.conftest import Identity, key


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


def codes_of(shown: dict[str, Any]) -> dict[str, str | None]:
    return {deed: line["code"] for deed, line in shown["actions"].items()}


async def test_a_browser_that_is_loaded_again_goes_on_where_it_was(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as known, identity.browser() as browser:
        await identity.sign_up(known, ana)
        started = await ask(browser, ana)
        path = f"/v1/recoveries/{started.json()['id']}"
        again = await browser.get(path)
        assert again.headers["etag"] == f'"{again.json()["version"]}"' == started.headers["etag"]
        assert (again.json() | {"server_time": ""}) == (started.json() | {"server_time": ""})
        shown = again.json()
        assert (shown["step"], shown["email"], shown["tries_left"]) == ("code", "a***@exemplo.test", TRIES)
        assert shown["server_time"] < shown["resend_at"] < shown["expires_at"]
        assert codes_of(shown) == {"prove-code": None, "choose-password": "recovery-not-proven", "begin-anew": "resend-too-soon"}
        assert shown["actions"]["begin-anew"]["until"] == shown["resend_at"]
        assert ana.email not in again.text

        right = await identity.code("recovery-code")
        for left in range(TRIES - 1, 0, -1):
            await browser.post(f"{path}/proofs", json={"code": f"{(int(right) + 1) % 1_000_000:06d}"})
            assert (await browser.get(path)).json()["tries_left"] == left
        identity.clock.move(RESEND_AFTER)
        assert codes_of((await browser.get(path)).json())["begin-anew"] is None
        proven = await browser.post(f"{path}/proofs", json={"code": right})
        shown = (await browser.get(path)).json()
        assert (shown | {"server_time": ""}) == (proven.json() | {"server_time": ""})
        assert (shown["step"], shown["tries_left"], codes_of(shown)["choose-password"]) == ("password", None, None)

        assert (await browser.post(f"{path}/password", json={"password": "girassol-amarelo"})).status_code == 204
        shown = (await browser.get(path)).json()
        assert (shown["step"], shown["email"]) == ("over", None)
        assert codes_of(shown) == {"prove-code": "recovery-over", "choose-password": "recovery-over", "begin-anew": None}


async def test_what_waited_too_long_says_so_and_what_is_shown_is_what_the_rules_say(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as known, identity.browser() as browser:
        await identity.sign_up(known, ana)
        path = f"/v1/recoveries/{(await ask(browser, ana)).json()['id']}"
        identity.clock.move(CODE_LIVES)
        assert codes_of((await browser.get(path)).json())["prove-code"] == "code-expired"
        late = await browser.post(f"{path}/proofs", json={"code": await identity.code("recovery-code")})
        assert late.json()["code"] == "code-expired"

        path = f"/v1/recoveries/{(await ask(browser, ana)).json()['id']}"
        await browser.post(f"{path}/proofs", json={"code": await identity.code("recovery-code")})
        identity.clock.move(CODE_LIVES - timedelta(seconds=5))
        assert (await browser.get(path)).json()["step"] == "password"
        identity.clock.move(timedelta(seconds=5))
        shown = (await browser.get(path)).json()
        assert (shown["step"], codes_of(shown)["choose-password"]) == ("over", "recovery-over")
        late = await browser.post(f"{path}/password", json={"password": "girassol-amarelo"})
        assert (late.status_code, late.json()["code"]) == (409, "recovery-over")


async def test_a_recovery_is_shown_to_the_browser_that_began_it_alone_and_nobody_elses_is_there(identity: Identity) -> None:
    ana, rui = identity.cast.ana, identity.cast.rui
    async with identity.browser() as own, identity.browser() as other, identity.browser() as stranger:
        await identity.sign_up(own, ana)
        await identity.sign_up(other, rui)
        anas = (await ask(own, ana)).json()["id"]
        ruis = (await ask(other, rui)).json()["id"]
        assert "id" not in (await ask(stranger, identity.cast.clara)).json(), "who has no account is never told more than that data diverge"
        said = [await browser.get(f"/v1/recoveries/{one}") for browser in (stranger, other) for one in (anas, new_id())]
        assert {(answer.status_code, answer.json()["code"]) for answer in said} == {(404, "recovery-not-found")}
        told = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in said]
        assert all(one == told[0] for one in told)
        assert [(await browser.get(f"/v1/recoveries/{one}")).status_code for browser, one in ((own, anas), (other, ruis))] == [200, 200]


async def test_a_recovery_whose_code_went_to_an_address_that_changed_since_is_shown_as_over(identity: Identity) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(new_id(), "attendant")
    async with identity.browser() as known, identity.browser() as browser, identity.browser() as counter:
        await identity.sign_up(known, ana)
        path = f"/v1/recoveries/{(await ask(browser, ana)).json()['id']}"
        body = {"cpf_or_cnpj": ana.document, "channel": "store"}
        opened = await counter.post("/v1/service-desk/attendances", json=body, headers={**desk, **key()})
        attendance = f"/v1/service-desk/attendances/{opened.json()['id']}"
        await counter.post(f"{attendance}/proofings", json={"checked": ["photo-id"]}, headers=desk)
        done = await counter.post(f"{attendance}/contact-corrections", json={"email": "ana.nova@exemplo.test"}, headers=desk)
        assert done.status_code == 200
        shown = (await browser.get(path)).json()
        assert (shown["step"], shown["email"]) == ("over", None)
