"""Log-in over HTTP: three misses block, parallel guesses do not slip past, refresh tokens rotate, sessions end."""

from datetime import timedelta
from uuid import uuid4

import httpx

from services.identity.domain.attempts.rules import POLICY
from tests.component.identity.conftest import Identity


async def log_in(browser: httpx.AsyncClient, document: str, password: str) -> httpx.Response:
    return await browser.post("/v1/sessions", json={"cpf_or_cnpj": document, "password": password})


async def test_anonymous_sees_no_account_and_no_sessions(identity: Identity) -> None:
    async with identity.browser() as nobody:
        for path in ("/v1/me", "/v1/me/sessions"):
            answer = await nobody.get(path)
            assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-required")
        assert (await nobody.post("/v1/sessions/refreshes")).status_code == 401
        forged = await nobody.get("/v1/me", headers={"Authorization": "Bearer abc.def.ghi"})
        assert forged.status_code == 401


async def test_somebody_elses_session_is_not_found(identity: Identity) -> None:
    async with identity.browser() as ana, identity.browser() as rui:
        session = await identity.sign_up(ana, identity.cast.ana)
        await identity.sign_up(rui, identity.cast.rui)
        answer = await rui.post(f"/v1/me/sessions/{session['session_id']}/end")
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
        assert (await ana.get("/v1/me")).status_code == 200


async def test_the_right_password_opens_and_the_wrong_one_says_nothing(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
    async with identity.browser() as other:
        wrong = await log_in(other, ana.document, "errada-errada")
        unknown = await log_in(other, identity.cast.rui.document, "errada-errada")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "credentials-not-recognised")
        assert {k: v for k, v in wrong.json().items() if k != "request_id"} == {
            k: v for k, v in unknown.json().items() if k != "request_id"
        }
        masked = f"{ana.document[:3]}.{ana.document[3:6]}.{ana.document[6:9]}-{ana.document[9:]}"
        assert (await log_in(other, masked, ana.password)).status_code == 201
    assert "não conhecíamos" in await identity.last_mail("new-browser")


async def test_three_misses_block_and_the_known_browser_goes_on(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as known, identity.browser() as stranger:
        await identity.sign_up(known, ana)
        for _ in range(POLICY.allowed):
            assert (await log_in(stranger, ana.document, "errada-errada")).status_code == 401
        blocked = await log_in(stranger, ana.document, ana.password)
        assert (blocked.status_code, blocked.json()["code"]) == (409, "login-is-blocked")
        assert blocked.json()["until"]
        assert (await log_in(known, ana.document, ana.password)).status_code == 201
    assert "bloqueado até" in await identity.last_mail("login-blocked")
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'LoginBlocked'") == 1


async def test_an_unregistered_cpf_blocks_alike(identity: Identity) -> None:
    async with identity.browser() as stranger:
        codes = [(await log_in(stranger, identity.cast.clara.document, "errada-errada")).json()["code"] for _ in range(4)]
    assert codes == ["credentials-not-recognised"] * 3 + ["login-is-blocked"]
    assert await identity.parts.platform.pool.fetchval("select count(*) from events") == 0


async def test_refresh_rotates_forgives_a_lost_answer_and_notices_a_copy(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        first = browser.cookies["refresh"]
        assert (await browser.post("/v1/sessions/refreshes")).status_code == 200
        second = browser.cookies["refresh"]
        assert first != second
        again = await browser.post("/v1/sessions/refreshes", headers={"Cookie": _cookies(browser, first)})
        assert again.status_code == 200
        await identity.parts.platform.pool.execute("update refresh_tokens set rotated_at = rotated_at - $1::interval", timedelta(minutes=1))
        copied = await browser.post("/v1/sessions/refreshes", headers={"Cookie": _cookies(browser, first)})
        assert (copied.status_code, copied.json()["code"]) == (401, "session-over")
        gone = await browser.post("/v1/sessions/refreshes", headers={"Cookie": _cookies(browser, second)})
        assert gone.status_code == 401
    types = [row["type"] for row in await identity.parts.platform.pool.fetch("select type from events order by position")]
    assert types[-2:] == ["RefreshTokenReused", "SessionEnded"]
    assert await identity.last_mail("session-copied")


def _cookies(browser: httpx.AsyncClient, refresh: str) -> str:
    return f"refresh={refresh}; device={browser.cookies['device']}"


async def test_another_site_cannot_use_the_cookie(identity: Identity) -> None:
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"}):
            answer = await browser.post("/v1/sessions/refreshes", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "cross-site-refused")


async def test_another_site_logs_nobody_in(identity: Identity) -> None:
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        ana = {"cpf_or_cnpj": identity.cast.ana.document, "password": identity.cast.ana.password}
        staff = {"cpf": identity.cast.ana.document, "password": identity.cast.ana.password, "totp": "123456"}
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"}):
            for path, body in (("/v1/sessions", ana), ("/v1/staff/sessions", staff)):
                answer = await browser.post(path, json=body, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "cross-site-refused")
        assert (await browser.post("/v1/sessions/refreshes")).is_success, "the session that was there goes on"


async def test_log_out_ends_the_session_and_its_refresh_token(identity: Identity) -> None:
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        assert (await browser.delete("/v1/sessions/current")).status_code == 204
        assert (await browser.post("/v1/sessions/refreshes")).status_code == 401
        over = await browser.get("/v1/me/sessions")
        assert (over.status_code, over.json()["code"]) == (401, "session-over")
    assert await identity.parts.platform.pool.fetchval("select because from sessions") == "logged-out"


async def test_a_new_password_ends_the_other_sessions(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as here, identity.browser() as there:
        await identity.sign_up(here, ana)
        await log_in(there, ana.document, ana.password)
        body = {"current_password": ana.password, "new_password": "girassol-amarelo-42"}
        assert (await here.post("/v1/me/password-changes", json=body)).status_code == 204
        assert (await there.post("/v1/sessions/refreshes")).status_code == 401
        assert (await here.post("/v1/sessions/refreshes")).status_code == 200
        assert (await log_in(there, ana.document, ana.password)).status_code == 401
        assert (await log_in(there, ana.document, "girassol-amarelo-42")).status_code == 201


async def test_edits_need_the_version_they_were_made_on(identity: Identity) -> None:
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        me = await browser.get("/v1/me")
        changed = {"phone": "92 98888-7777", "current_password": identity.cast.ana.password}
        assert (await browser.put("/v1/me/phone", json=changed)).status_code == 428
        stale = await browser.put("/v1/me/phone", json=changed, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "version-changed")
        current = {"If-Match": me.headers["etag"]}
        guessed = await browser.put("/v1/me/phone", json={**changed, "current_password": "não-é-esta"}, headers=current)
        assert (guessed.status_code, guessed.json()["code"]) == (409, "current-password-wrong")
        done = await browser.put("/v1/me/phone", json=changed, headers=current)
        assert (done.status_code, done.json()["phone"]) == (200, "+5592988887777")


async def test_keys_are_published(identity: Identity) -> None:
    async with identity.browser() as browser:
        keys = (await browser.get("/.well-known/jwks.json")).json()["keys"]
    assert len(keys) == 1
    assert keys[0]["crv"] == "Ed25519"
    assert "d" not in keys[0]


async def test_a_customer_is_not_staff(identity: Identity) -> None:
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        assert (await browser.get("/v1/staff")).status_code == 403
        answer = await browser.post("/v1/people/names", json={"ids": [str(uuid4())], "purpose": "show"})
        assert (answer.status_code, answer.json()["code"]) == (403, "role-required")
