"""The lock over HTTP, with a clock that is moved: when counts begin, what a block stops, whom it leaves alone."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.identity.domain.attempts.rules import POLICY, LoginIsBlocked
from services.identity.hashing import Passwords
from services.identity.views import attempts
from shared.eventsourcing.transaction import transact
from tests.component.identity.conftest import Identity

WRONG = "errada-errada"


async def guess(browser: httpx.AsyncClient, document: str, password: str = WRONG) -> str:
    answer = await browser.post("/v1/sessions", json={"cpf_or_cnpj": document, "password": password})
    return str(answer.json().get("code", answer.status_code))


async def counter(identity: Identity, document: str) -> dict[str, Any]:
    person = identity.parts.platform.people.of_text(document)
    row = await identity.parts.platform.pool.fetchrow(
        "select failed, last_at, blocked_until from attempts where subject = $1 and kind = 'password' and browser = $2", person, NOBODY
    )
    assert row is not None
    return dict(row)


NOBODY = UUID(int=0)


async def test_spellings_of_one_cpf_share_a_counter_that_does_not_grow_while_blocked(identity: Identity) -> None:
    ana = identity.cast.ana
    plain = ana.document
    masked = f"{plain[:3]}.{plain[3:6]}.{plain[6:9]}-{plain[9:]}"
    async with identity.browser() as known, identity.browser() as stranger:
        await identity.sign_up(known, ana)
        said = [await guess(stranger, spelling) for spelling in (plain, masked, f" {masked} ")]
        assert said == ["credentials-not-recognised"] * 3
        blocked = await counter(identity, plain)
        identity.clock.move(POLICY.login_block - timedelta(seconds=30))
        assert [await guess(stranger, plain), await guess(stranger, masked, ana.password)] == ["login-is-blocked"] * 2
        assert await counter(identity, plain) == blocked
        identity.clock.move(timedelta(seconds=31))
        assert await guess(stranger, plain) == "credentials-not-recognised"
        assert (await counter(identity, plain))["failed"] == 1
        assert await guess(stranger, masked, ana.password) == "201"
        assert await guess(stranger, plain) == "credentials-not-recognised"


async def test_a_stranger_who_hammers_for_an_hour_never_keeps_the_known_browser_out(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as known, identity.browser() as stranger:
        await identity.sign_up(known, ana)
        checked = 0
        for _ in range(12):
            said = await asyncio.gather(*(guess(stranger, ana.document) for _ in range(5)))
            checked += said.count("credentials-not-recognised")
            assert set(said) <= {"credentials-not-recognised", "login-is-blocked"}
            assert (await identity.log_in(known, ana)).status_code == 201
            identity.clock.move(timedelta(minutes=5))
        assert checked <= 7 * POLICY.allowed
        assert await guess(stranger, ana.document, ana.password) in {"201", "login-is-blocked"}
        for _ in range(POLICY.allowed):
            assert await guess(known, ana.document) == "credentials-not-recognised"
        assert (await identity.log_in(known, ana)).json()["code"] == "login-is-blocked"


async def test_a_browser_stays_known_to_each_who_logged_in_there(identity: Identity) -> None:
    ana, rui = identity.cast.ana, identity.cast.rui
    async with identity.browser() as family, identity.browser() as stranger:
        await identity.sign_up(family, ana)
        await identity.sign_up(family, rui)
        for person in (ana, rui):
            for _ in range(POLICY.allowed):
                await guess(stranger, person.document)
            assert (await identity.log_in(family, person)).status_code == 201
    known = family.cookies["device"]
    body = {"cpf_or_cnpj": rui.document, "password": rui.password}
    async with identity.browser() as copied, identity.browser() as forged:
        answer = await forged.post("/v1/sessions", json=body, headers={"Cookie": f"device={known.replace('~', 'x~')}"})
        assert answer.json()["code"] == "login-is-blocked"
        assert (await copied.post("/v1/sessions", json=body, headers={"Cookie": f"device={known}"})).status_code == 201


async def test_of_fifty_parallel_guesses_at_most_three_are_checked(identity: Identity, monkeypatch: Any) -> None:
    ana, checked = identity.cast.ana, 0
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
    verify = identity.parts.passwords.check

    def counted(hashed: str | None, password: str) -> bool:
        nonlocal checked
        checked += 1
        return verify(hashed, password)

    monkeypatch.setattr(identity.parts.passwords, "check", counted)
    async with identity.browser() as stranger:
        said = await asyncio.gather(*(guess(stranger, ana.document) for _ in range(50)))
    assert sorted(set(said)) == ["credentials-not-recognised", "login-is-blocked"]
    assert said.count("credentials-not-recognised") == checked == POLICY.allowed
    pool = identity.parts.platform.pool
    assert await pool.fetchval("select count(*) from events where type = 'LoginBlocked'") == 1
    assert await pool.fetchval("select count(*) from mails where fact = 'login-blocked'") == 1


async def test_the_database_counts_whoever_asks_and_however_many_at_once(identity: Identity) -> None:
    pool, subject, now = identity.parts.platform.pool, uuid4(), identity.clock()

    async def charge() -> bool:
        try:
            await transact(pool, lambda db: attempts.charge_attempt(db, subject, NOBODY, "password", now))
        except LoginIsBlocked:
            return False
        return True

    assert sum(await asyncio.gather(*(charge() for _ in range(50)))) == POLICY.allowed


async def test_more_guesses_than_the_queue_holds_are_refused_before_they_count(identity: Identity) -> None:
    crowded = Passwords(identity.parts.settings.model_copy(update={"password_threads": 1, "password_queue": 1}))
    ana = identity.cast.ana
    before = identity.parts.passwords
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        object.__setattr__(identity.parts, "passwords", crowded)
        async with crowded.turn(), crowded.turn():
            answer = await browser.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": WRONG})
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "passwords-busy", "2")
        assert await identity.parts.platform.pool.fetchval("select count(*) from attempts where kind = 'password'") == 0
        object.__setattr__(identity.parts, "passwords", before)
        assert (await identity.log_in(browser, ana)).status_code == 201


async def test_another_policy_lets_a_block_stand_and_counts_from_then_on(identity: Identity) -> None:
    ana, settings = identity.cast.ana, identity.parts.settings
    async with identity.browser() as browser, identity.browser() as stranger:
        await identity.sign_up(browser, ana)
        for _ in range(POLICY.allowed):
            await guess(stranger, ana.document)
        until: datetime = (await counter(identity, ana.document))["blocked_until"]
        mild = settings.model_copy(update={"login_tries": 5, "login_block": timedelta(minutes=1)})
        object.__setattr__(identity.parts, "settings", mild)
        identity.clock.move(timedelta(minutes=2))
        answer = await stranger.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": ana.password})
        assert datetime.fromisoformat(answer.json()["until"]) == until
        identity.clock.move(POLICY.login_block)
        said = [await guess(stranger, ana.document) for _ in range(6)]
        assert said == ["credentials-not-recognised"] * 5 + ["login-is-blocked"]


async def test_a_dearer_hash_is_made_at_the_next_log_in_and_nobody_is_told(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        dearer = identity.parts.settings.model_copy(update={"argon2_time_cost": 2})
        object.__setattr__(identity.parts, "passwords", Passwords(dearer))
        pool = identity.parts.platform.pool
        letters = await pool.fetchval("select count(*) from mails")
        for _ in range(2):
            assert (await identity.log_in(browser, ana)).status_code == 201
        assert "t=2" in await pool.fetchval("select password_hash from accounts")
        assert await pool.fetchval("select count(*) from events where type = 'PasswordRehashed'") == 1
        assert await pool.fetchval("select count(*) from mails") == letters
