"""What a browser is told to keep: cookies only for us, by https, out of the reach of scripts; and how short on a shared device."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import httpx

from tests.component.identity.conftest import Identity
from tests.component.identity.test_recoveries_scopes import ask


def cookies_of(answer: httpx.Response) -> dict[str, Morsel[str]]:
    """The cookies that an answer sets, with what it says of each."""
    found: dict[str, Morsel[str]] = {}
    for line in answer.headers.get_list("set-cookie"):
        found.update(SimpleCookie(line))
    return found


@asynccontextmanager
async def by_https(identity: Identity) -> AsyncIterator[tuple[httpx.AsyncClient, Sequence[httpx.Response]]]:
    """A browser that reaches an installation as the world does, and every answer it was given."""
    object.__setattr__(identity.parts, "settings", identity.parts.settings.model_copy(update={"public_url": "https://door"}))
    answers: list[httpx.Response] = []

    async def note(answer: httpx.Response) -> None:
        answers.append(answer)

    transport = httpx.ASGITransport(app=identity.running.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://door", event_hooks={"response": [note]}) as browser:
        yield browser, answers


async def test_every_cookie_is_of_this_host_alone_by_https_alone_and_out_of_the_reach_of_scripts(identity: Identity) -> None:
    ana = identity.cast.ana
    async with by_https(identity) as (browser, answers):
        await identity.sign_up(browser, ana)
        assert (await browser.post("/v1/sessions/refreshes")).status_code == 200
        await browser.post("/v1/me/email-changes", json={"email": "ana.nova@exemplo.test", "current_password": ana.password})
        assert (await ask(browser, ana)).status_code == 202
        assert (await browser.delete("/v1/sessions/current")).status_code == 204
        await identity.admin(browser)
        assert (await browser.post("/v1/staff/sessions/refreshes")).status_code == 200
        assert (await browser.delete("/v1/sessions/current")).status_code == 204
    seen = [(name, morsel) for answer in answers for name, morsel in cookies_of(answer).items()]
    assert {"browser", "sign-up", "refresh", "device", "recovery", "staff-refresh"} <= {name.removeprefix("__Host-") for name, _ in seen}
    for name, morsel in seen:
        told = (
            name.startswith("__Host-"),
            morsel["secure"],
            morsel["httponly"],
            morsel["samesite"].lower(),
            morsel["path"],
            morsel["domain"],
        )
        assert told == (True, True, True, "strict", "/", ""), name


async def test_without_https_on_a_developers_machine_scripts_and_other_sites_still_get_none(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        answer = await identity.log_in(browser, ana)
    kept = cookies_of(answer)
    assert set(kept) == {"refresh", "device"}
    assert all((morsel["httponly"], morsel["samesite"].lower(), morsel["secure"]) == (True, "strict", "") for morsel in kept.values())


async def test_on_a_shared_device_the_session_goes_with_the_browser_window(identity: Identity) -> None:
    ana = identity.cast.ana
    own = {"cpf_or_cnpj": ana.document, "password": ana.password}
    async with identity.browser() as first, identity.browser() as shared, identity.browser() as mine:
        await identity.sign_up(first, ana)
        limit = int(identity.parts.settings.session_limit.total_seconds())
        logged_in = await mine.post("/v1/sessions", json=own)
        assert int(cookies_of(logged_in)["refresh"]["max-age"]) == limit
        renewed = await mine.post("/v1/sessions/refreshes")
        assert 0 < int(cookies_of(renewed)["refresh"]["max-age"]) <= limit
        logged_in = await shared.post("/v1/sessions", json={**own, "shared_device": True})
        assert cookies_of(logged_in)["refresh"]["max-age"] == ""
        renewed = await shared.post("/v1/sessions/refreshes")
        assert renewed.status_code == 200
        assert cookies_of(renewed)["refresh"]["max-age"] == ""


async def test_a_session_on_a_shared_device_is_over_after_half_an_hour_unused(identity: Identity) -> None:
    ana, idle = identity.cast.ana, identity.parts.settings.shared_device_idle
    assert idle == timedelta(minutes=30)
    async with identity.browser() as mine, identity.browser() as shared:
        await identity.sign_up(mine, ana)
        body = {"cpf_or_cnpj": ana.document, "password": ana.password, "shared_device": True}
        session = (await shared.post("/v1/sessions", json=body)).json()
        listed = (await mine.get("/v1/me/sessions")).json()["sessions"]
        assert {line["session_id"]: line["shared_device"] for line in listed}[session["session_id"]] is True
        for _ in range(2):
            identity.clock.move(idle - timedelta(minutes=1))
            assert (await shared.post("/v1/sessions/refreshes")).status_code == 200
        identity.clock.move(idle)
        over = await shared.post("/v1/sessions/refreshes")
        assert (over.status_code, over.json()["code"]) == (401, "session-over")
        assert (await mine.post("/v1/sessions/refreshes")).status_code == 200


async def test_staff_keep_no_session_when_the_browser_closes(identity: Identity) -> None:
    person = identity.cast.supervisor
    async with identity.browser() as browser:
        totp = await identity.admin(browser)
        identity.clock.move(timedelta(seconds=30))
        body = {"cpf": person.document, "password": person.password, "totp": totp.at(identity.clock())}
        answers = [await browser.post("/v1/staff/sessions", json=body), await browser.post("/v1/staff/sessions/refreshes")]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [cookies_of(answer)["staff-refresh"]["max-age"] for answer in answers] == ["", ""]


async def test_a_host_of_their_own_is_the_only_one_whose_pages_renew_the_sessions_of_staff(identity: Identity) -> None:
    portal, desk = "https://agencia.exemplo.test", "https://equipe.exemplo.test"
    settings = identity.parts.settings

    async def renewed(browser: httpx.AsyncClient, path: str, origin: str, site: str = "same-origin") -> tuple[int, str]:
        answer = await browser.post(f"{path}/refreshes", headers={"Origin": origin, "Sec-Fetch-Site": site})
        return answer.status_code, answer.json().get("code", "")

    async with identity.browser() as person, identity.browser() as staff:
        await identity.sign_up(person, identity.cast.ana)
        await identity.admin(staff)
        object.__setattr__(identity.parts, "settings", settings.model_copy(update={"public_url": portal}))
        refused = (403, "cross-site-refused")
        people, members = "/v1/sessions", "/v1/staff/sessions"
        person.cookies.update({f"__Host-{name}": value for name, value in person.cookies.items()})
        staff.cookies.update({f"__Host-{name}": value for name, value in staff.cookies.items()})
        assert [await renewed(staff, members, origin) for origin in (portal, desk)] == [(200, ""), refused]
        object.__setattr__(identity.parts, "settings", settings.model_copy(update={"public_url": portal, "staff_url": f"{desk}/"}))
        assert [await renewed(staff, members, origin) for origin in (desk, portal, "null")] == [(200, ""), refused, refused]
        assert [await renewed(person, people, origin) for origin in (portal, desk)] == [(200, ""), refused]
        assert await renewed(staff, members, desk, "same-site") == refused
