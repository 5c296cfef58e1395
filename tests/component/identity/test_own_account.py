"""One's own account over HTTP: the old password before a new one, one session ended, new terms accepted, who speaks for a company."""

import hashlib
import unicodedata
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from services.identity.terms import Terms
from shared.http.principal import Principal
from tests.component.identity.conftest import Identity, OwnKeys
from tests.component.identity.test_session_life import refreshed

NEW = "girassol-amarelo-42"


async def principal(identity: Identity, browser: httpx.AsyncClient) -> Principal:
    """Whom the token that this browser sends speaks for, as any service reads it."""
    door = identity.running.app.state.door
    assert isinstance(door.people, OwnKeys)
    found: Principal = await door.principal(browser.headers["authorization"].removeprefix("Bearer "))
    return found


async def test_a_new_password_asks_for_the_old_one_and_counts_who_does_not_know_it(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as here, identity.browser() as there:
        await identity.sign_up(here, ana)
        assert (await identity.log_in(there, ana)).status_code == 201
        missing = await here.post("/v1/me/password-changes", json={"new_password": NEW})
        assert (missing.status_code, missing.json()["code"]) == (422, "body-invalid")
        said = []
        for guess in ("não-é-esta", ana.password.upper(), NEW, ana.password):
            answer = await here.post("/v1/me/password-changes", json={"current_password": guess, "new_password": NEW})
            said.append((answer.status_code, answer.json()["code"]))
        assert said == [(409, "current-password-wrong")] * 3 + [(409, "login-is-blocked")]
        assert await refreshed(there) == 200
        assert (await identity.log_in(there, ana, NEW)).status_code == 401
        assert (await identity.log_in(there, ana)).status_code == 201
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'PasswordChanged'") == 0


LONG = "Girassol-Amarelo-no-Muro-da-Rua-de-Baixo-" * 3


@pytest.mark.parametrize(
    "typed",
    [
        LONG.swapcase(),
        LONG.lower(),
        LONG[:72],
        LONG[:-1],
        LONG[:-1] + "x",
        f"{LONG} ",
        f" {LONG}",
        unicodedata.normalize("NFD", f"{LONG}ã"),
    ],
)
async def test_a_password_is_taken_as_it_was_typed_to_the_last_character(identity: Identity, typed: str) -> None:
    chosen = f"{LONG}ã" if "\u0303" in typed else LONG
    ana = replace(identity.cast.ana, password=chosen)
    async with identity.browser() as first, identity.browser() as other:
        await identity.sign_up(first, ana)
        assert (await identity.log_in(other, ana, typed)).status_code == 401
        assert (await identity.log_in(other, ana)).status_code == 201


async def test_spaces_at_the_ends_of_a_password_belong_to_it(identity: Identity) -> None:
    ana = replace(identity.cast.ana, password="  lua cheia de agosto  ")
    async with identity.browser() as first, identity.browser() as other:
        await identity.sign_up(first, ana)
        assert (await identity.log_in(other, ana, ana.password.strip())).status_code == 401
        assert (await identity.log_in(other, ana)).status_code == 201
        body = {"current_password": ana.password, "new_password": f" {NEW}"}
        assert (await other.post("/v1/me/password-changes", json=body)).status_code == 204
        assert (await identity.log_in(other, ana, NEW)).status_code == 401
        assert (await identity.log_in(other, ana, f" {NEW}")).status_code == 201


async def test_one_session_is_ended_and_the_others_go_on(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as here, identity.browser() as lost, identity.browser() as other:
        await identity.sign_up(here, ana)
        ended = (await identity.log_in(lost, ana)).json()["session_id"]
        assert (await identity.log_in(other, ana)).status_code == 201
        assert (await here.post(f"/v1/me/sessions/{ended}/end")).status_code == 204
        assert (await lost.get("/v1/me")).json()["code"] == "session-over"
        over = await lost.post("/v1/sessions/refreshes")
        assert (over.status_code, over.json()["because"]) == (401, "ended-by-person")
        listed = (await here.get("/v1/me/sessions")).json()["sessions"]
        assert ended not in {line["session_id"] for line in listed}
        assert len(listed) == 2
        assert [await refreshed(browser) for browser in (here, other)] == [200, 200]
        again = await here.post(f"/v1/me/sessions/{ended}/end")
        assert (again.status_code, again.json()["code"]) == (404, "session-not-found")


async def test_terms_that_changed_are_accepted_by_their_version(identity: Identity) -> None:
    day = identity.parts.platform.calendar.today(identity.clock())
    newer = Terms(day.isoformat(), "Novas palavras.", hashlib.sha256(b"Novas palavras.").hexdigest())
    async with identity.browser() as ana:
        await identity.sign_up(ana, identity.cast.ana)
        before = (await ana.get("/v1/me")).json()["terms"]
        assert before["accepted_version"] == before["current_version"] != newer.version
        object.__setattr__(identity.parts, "terms", [*identity.parts.terms, newer])
        stale = await ana.post("/v1/me/terms-acceptances", json={"version": before["accepted_version"]})
        assert (stale.status_code, stale.json()["code"], stale.json()["terms_version"]) == (409, "terms-not-accepted", newer.version)
        waiting = (await ana.get("/v1/me")).json()["terms"]
        assert (waiting["accepted_version"], waiting["current_version"]) == (before["accepted_version"], newer.version)
        identity.clock.move(timedelta(minutes=1))
        accepted = await ana.post("/v1/me/terms-acceptances", json={"version": newer.version})
        assert (accepted.status_code, accepted.json()["terms"]["accepted_version"]) == (200, newer.version)
        shown = (await ana.get("/v1/me")).json()["terms"]
        assert shown["accepted_version"] == newer.version
        assert shown["accepted_at"] > before["accepted_at"]
    digests = await identity.parts.platform.pool.fetch("select data->>'sha256' as sha256 from events where type = 'TermsAccepted'")
    assert [row["sha256"] for row in digests][1:] == [newer.sha256]


async def test_a_companys_token_says_who_acts_for_it_now(identity: Identity) -> None:
    padaria, silvia, rui = identity.cast.padaria, identity.cast.silvia, identity.cast.rui
    people = identity.parts.platform.people
    async with identity.browser() as company, identity.browser() as person:
        await identity.sign_up(company, padaria)
        assert (await principal(identity, company)).rep == people.of_text(silvia.document)
        assert (await identity.log_in(company, padaria)).status_code == 201
        assert (await principal(identity, company)).rep == people.of_text(silvia.document)
        me = await company.get("/v1/me")
        body = {"cpf": rui.document, "name": rui.name}
        assert (await company.put("/v1/me/representative", json=body, headers={"If-Match": me.headers["etag"]})).status_code == 200
        renewed = await company.post("/v1/sessions/refreshes")
        company.headers["Authorization"] = f"Bearer {renewed.json()['access_token']}"
        assert (await principal(identity, company)).rep == people.of_text(rui.document)
        await identity.sign_up(person, identity.cast.ana)
        assert (await principal(identity, person)).rep is None
