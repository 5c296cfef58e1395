"""Each miss is written down by PersonId, registered or not; the one that blocks is told, at the door and inside a session."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from services.identity.domain.attempts.rules import POLICY
from shared.testing.people import Person
from tests.component.identity.conftest import Identity
from tests.component.identity.test_hand_overs_scopes import proofed
from tests.component.identity.test_recoveries_scopes import ask
from tests.component.identity.test_staff_life import join

WRONG = "errada-errada"


async def written(identity: Identity, person: Person) -> Counter[tuple[str, str, str]]:
    """What the access log says of attempts on somebody."""
    rows = await identity.parts.platform.pool.fetch(
        "select purpose, channel, actor from access_log where what = 'attempt' and object = $1", str(person_id(identity, person))
    )
    return Counter((row["purpose"], row["channel"], row["actor"]) for row in rows)


def person_id(identity: Identity, person: Person) -> object:
    return identity.parts.platform.people.of_text(person.document)


async def count(identity: Identity, event: str, fact: str) -> tuple[int, int]:
    """How many events of a kind, and letters about a fact."""
    pool = identity.parts.platform.pool
    return (
        await pool.fetchval("select count(*) from events where type = $1", event),
        await pool.fetchval("select count(*) from mails where fact = $1", fact),
    )


@pytest.mark.parametrize("registered", [True, False])
async def test_wrong_passwords_and_divergent_data_are_written_down_whoever_it_is_about(identity: Identity, registered: bool) -> None:
    ana = identity.cast.ana
    async with identity.browser() as known, identity.browser() as stranger:
        if registered:
            await identity.sign_up(known, ana)
        for _ in range(POLICY.allowed + 1):
            await ask(stranger, ana, email="outra@exemplo.test")
        identity.clock.move(POLICY.recovery_block)
        for _ in range(POLICY.allowed + 1):
            assert not (await identity.log_in(stranger, ana, WRONG)).is_success
        body = {"cpf": ana.document, "password": WRONG, "totp": "123456"}
        assert (await stranger.post("/v1/staff/sessions", json=body)).status_code == 401
    actor = f"person:{person_id(identity, ana)}"
    assert await written(identity, ana) == {
        ("divergent-data-given", "portal", actor): POLICY.allowed,
        ("wrong-password-given", "portal", actor): POLICY.allowed,
        ("wrong-password-given", "staff", "staff:unknown"): 1,
    }, "what is tried while blocked is no miss"


async def test_a_block_reached_inside_a_session_is_told_as_at_log_in(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        for nth in range(1, POLICY.allowed + 1):
            body = {"current_password": WRONG, "new_password": "girassol-amarelo-99"}
            answer = await browser.post("/v1/me/password-changes", json=body)
            assert answer.json()["code"] == "current-password-wrong"
            assert await count(identity, "LoginBlocked", "login-blocked") == ((1, 1) if nth == POLICY.allowed else (0, 0))
        right = {"current_password": ana.password, "new_password": "girassol-amarelo-99"}
        assert (await browser.post("/v1/me/password-changes", json=right)).json()["code"] == "login-is-blocked"
        assert (await browser.get("/v1/me")).status_code == 200, "the session goes on"
    assert sum((await written(identity, ana)).values()) == POLICY.allowed
    assert "bloqueado até" in await identity.last_mail("login-blocked")


async def test_a_staff_block_is_mailed_and_written_down_at_log_in_and_at_step_up(identity: Identity) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser, identity.browser() as stranger:
        await identity.admin(admin)
        totp, staff_id = await join(identity, admin, browser, reviewer, "reviewer")
        identity.clock.move(timedelta(minutes=1))
        wrong = f"{(int(totp.at(identity.clock())) + 1) % 1_000_000:06d}"
        for _ in range(POLICY.allowed):
            answer = await browser.post("/v1/staff/step-ups", json={"totp": wrong})
            assert answer.json()["code"] == "credentials-not-recognised"
        assert (await browser.post("/v1/staff/step-ups", json={"totp": totp.at(identity.clock())})).json()["code"] == "login-is-blocked"
        assert await count(identity, "LoginBlocked", "login-blocked") == (0, 1)
        for _ in range(POLICY.allowed):
            body = {"cpf": reviewer.document, "password": WRONG, "totp": wrong}
            assert (await stranger.post("/v1/staff/sessions", json=body)).status_code == 401
        assert await count(identity, "LoginBlocked", "login-blocked") == (0, 2)
    assert await written(identity, reviewer) == {("wrong-password-given", "staff", f"staff:{staff_id}"): 2 * POLICY.allowed}
    to = await identity.parts.platform.pool.fetch("select distinct address from mails where fact = 'login-blocked'")
    assert [row["address"] for row in to] == [reviewer.email]


async def test_an_attendant_lifts_a_customers_blocks_and_not_those_of_the_same_person_as_staff(identity: Identity) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as known, identity.browser() as stranger, identity.browser() as counter:
        await identity.sign_up(known, ana)
        staff = {"cpf": ana.document, "password": WRONG, "totp": "123456"}
        for _ in range(POLICY.allowed):
            await identity.log_in(stranger, ana, WRONG)
            await ask(stranger, ana, email="outra@exemplo.test")
            await stranger.post("/v1/staff/sessions", json=staff)
        path = await proofed(counter, desk, ana.document)
        assert (await counter.post(f"{path}/block-lifts", headers=desk)).json()["blocks"] == []
        assert (await identity.log_in(stranger, ana)).status_code == 201
        assert (await ask(stranger, ana)).status_code == 202
        assert (await stranger.post("/v1/staff/sessions", json=staff)).json()["code"] == "login-is-blocked"
