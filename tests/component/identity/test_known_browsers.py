"""In which browsers somebody is known, and what makes strangers of them: another pair of hands, a lost password, a copy, one's own word."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from services.identity.domain.attempts.rules import POLICY
from tests.component.identity.conftest import Identity
from tests.component.identity.test_cookies import cookies_of
from tests.component.identity.test_hand_overs_scopes import REAL, proofed
from tests.component.identity.test_recoveries_scopes import ask
from tests.component.identity.test_sessions_scopes import _cookies
from tests.component.identity.test_staff_life import join

NEW = "girassol-amarelo-99"


async def letters(identity: Identity, fact: str) -> int:
    found: int = await identity.parts.platform.pool.fetchval("select count(*) from mails where fact = $1", fact)
    return found


async def choose_new_password(identity: Identity, browser: httpx.AsyncClient, **on_file: str) -> None:
    """The normal recovery."""
    await identity.parts.platform.pool.execute("update mails set accepted_at = accepted_at - interval '2 minutes'")
    recovery = f"/v1/recoveries/{(await ask(browser, identity.cast.ana, **on_file)).json()['id']}"
    assert (await browser.post(f"{recovery}/proofs", json={"code": await identity.code("recovery-code")})).is_success
    assert (await browser.post(f"{recovery}/password", json={"password": NEW})).status_code == 204


async def test_after_a_hand_over_the_impostors_browser_is_a_stranger_to_the_count_the_mail_and_the_block(identity: Identity) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as impostor, identity.browser() as counter, identity.browser() as real:
        await identity.sign_up(impostor, ana)
        path = await proofed(counter, desk, ana.document)
        assert (await counter.post(f"{path}/hand-overs", json=REAL, headers=desk)).status_code == 200
        for _ in range(POLICY.allowed):
            assert (await identity.log_in(counter, ana, "errada-errada")).json()["code"] == "credentials-not-recognised"
        assert (await identity.log_in(impostor, ana)).json()["code"] == "login-is-blocked", "it counts with all other strangers"
        identity.clock.move(POLICY.login_block)
        await choose_new_password(identity, real, email=REAL["email"], phone=REAL["phone"])

        told = await letters(identity, "new-browser")
        assert (await identity.log_in(impostor, ana, NEW)).status_code == 201, "even one who knows the new password"
        assert await letters(identity, "new-browser") == told + 1
        assert (await impostor.post("/v1/me/sessions/end-all")).status_code == 204
        del impostor.headers["Authorization"]
        for _ in range(POLICY.allowed):
            assert (await ask(real, ana)).json()["code"] in {"data-diverges", "recovery-is-blocked"}
        assert (await identity.log_in(impostor, ana, NEW)).json()["code"] == "login-is-blocked"


async def _recover(identity: Identity, owner: httpx.AsyncClient, _: httpx.AsyncClient) -> str:
    await choose_new_password(identity, owner)
    return NEW


async def _copied(identity: Identity, owner: httpx.AsyncClient, other: httpx.AsyncClient) -> str:
    stolen = str(other.cookies["refresh"])
    for _ in range(2):
        assert (await other.post("/v1/sessions/refreshes")).status_code == 200
    identity.clock.move(timedelta(minutes=1))
    reused = await owner.post("/v1/sessions/refreshes", headers={"cookie": _cookies(other, stolen)})
    assert reused.json()["because"] == "refresh-token-reused"
    return identity.cast.ana.password


async def _end_all(identity: Identity, owner: httpx.AsyncClient, _: httpx.AsyncClient) -> str:
    assert (await owner.post("/v1/me/sessions/end-all")).status_code == 204
    return identity.cast.ana.password


async def _at_the_desk(identity: Identity, *_: httpx.AsyncClient) -> str:
    desk = identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as counter:
        path = await proofed(counter, desk, identity.cast.ana.document)
        assert (await counter.post(f"{path}/session-ends", headers=desk)).status_code == 200
    return identity.cast.ana.password


async def _change_password(identity: Identity, owner: httpx.AsyncClient, _: httpx.AsyncClient) -> str:
    body = {"current_password": identity.cast.ana.password, "new_password": NEW}
    assert (await owner.post("/v1/me/password-changes", json=body)).status_code == 204
    return NEW


async def _end_others(identity: Identity, owner: httpx.AsyncClient, _: httpx.AsyncClient) -> str:
    assert (await owner.post("/v1/me/sessions/end-others")).status_code == 204
    return identity.cast.ana.password


@pytest.mark.parametrize(
    ("deed", "strangers"),
    [(_recover, True), (_copied, True), (_end_all, True), (_at_the_desk, True), (_change_password, False), (_end_others, False)],
)
async def test_what_makes_strangers_of_all_browsers_and_what_does_not(
    identity: Identity, deed: Callable[..., Awaitable[str]], strangers: bool
) -> None:
    ana = identity.cast.ana
    async with identity.browser() as owner, identity.browser() as other:
        await identity.sign_up(owner, ana)
        assert (await identity.log_in(other, ana)).status_code == 201
        password = await deed(identity, owner, other)
        told = await letters(identity, "new-browser")
        for browser in (owner, other):
            browser.headers.pop("Authorization", None)
            assert (await identity.log_in(browser, ana, password)).status_code == 201
        assert await letters(identity, "new-browser") - told == (2 if strangers else 0)
        assert (await identity.log_in(other, ana, password)).status_code == 201
        assert await letters(identity, "new-browser") - told == (2 if strangers else 0), "known again, since the log-in"


async def test_a_customers_browser_is_not_known_to_the_staff_and_a_reset_second_factor_forgets_staffs(identity: Identity) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        await identity.sign_up(browser, reviewer)
        told = await letters(identity, "new-browser")
        _, staff_id = await join(identity, admin, browser, reviewer, "reviewer")
        assert await letters(identity, "new-browser") == told + 1
        assert (await admin.post(f"/v1/staff/{staff_id}/totp-resets")).status_code == 202
        identity.clock.move(timedelta(minutes=1))
        await identity.staff_log_in(browser, reviewer, await identity.accept(browser, reviewer))
        assert await letters(identity, "new-browser") == told + 2
        assert (await identity.log_in(browser, reviewer)).status_code == 201
        assert await letters(identity, "new-browser") == told + 2, "as a customer they are known here"


async def test_a_shared_device_is_known_to_nobody_and_takes_nobody_elses_place(identity: Identity) -> None:
    ana, rui = identity.cast.ana, identity.cast.rui
    async with identity.browser() as first, identity.browser() as shared:
        await identity.sign_up(first, ana)
        await identity.sign_up(shared, rui)
        kept = shared.cookies["device"]
        told = await letters(identity, "new-browser")
        for _ in range(2):
            body = {"cpf_or_cnpj": ana.document, "password": ana.password, "shared_device": True}
            answer = await shared.post("/v1/sessions", json=body)
            assert answer.status_code == 201
            assert {name: morsel["max-age"] for name, morsel in cookies_of(answer).items()} == {"refresh": "", "shared-device": ""}
        assert await letters(identity, "new-browser") == told + 2
        assert shared.cookies["device"] == kept
        for _ in range(POLICY.allowed):
            await identity.log_in(shared, ana, "errada-errada")
        assert (await identity.log_in(shared, ana)).json()["code"] == "login-is-blocked"
        assert (await identity.log_in(first, ana)).status_code == 201
        assert (await identity.log_in(shared, rui)).status_code == 201
        assert await letters(identity, "new-browser") == told + 2


async def test_a_lost_answer_is_forgiven_on_a_shared_device_too(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as shared:
        await identity.sign_up(shared, ana)
        shared.cookies.clear()
        body = {"cpf_or_cnpj": ana.document, "password": ana.password, "shared_device": True}
        assert (await shared.post("/v1/sessions", json=body)).status_code == 201
        before = str(shared.cookies["refresh"])
        assert (await shared.post("/v1/sessions/refreshes")).status_code == 200
        again = await shared.post(
            "/v1/sessions/refreshes", headers={"cookie": f"refresh={before}; shared-device={shared.cookies['shared-device']}"}
        )
        assert again.status_code == 200, again.text
