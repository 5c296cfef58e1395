"""Proving a contact over HTTP: the register's address makes a holder, a new e-mail is changed only by its code."""

from uuid import uuid4

import httpx

from shared.ids import new_id
from tests.component.identity.conftest import Identity
from tests.component.identity.test_between_services import tell

HOLDER, EMAIL = "/v1/me/holder-codes", "/v1/me/email-changes"
REGISTERED = "cadastro@exemplo.test"


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def letters_to(identity: Identity, address: str) -> list[str]:
    rows = await identity.parts.platform.pool.fetch("select fact from mails where address = $1 order by accepted_at", address)
    return [row["fact"] for row in rows]


async def test_nobody_without_an_account_asks_for_codes(identity: Identity) -> None:
    staff = identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as stranger:
        for path, body in [(HOLDER, None), (EMAIL, {"email": "a@exemplo.test", "current_password": "x"})]:
            for suffix, sent in [("", body), ("/proofs", {"code": "123456"})]:
                assert (await stranger.post(path + suffix, json=sent)).status_code == 401
                assert (await stranger.post(path + suffix, json=sent, headers=staff)).status_code == 403


async def test_a_code_sent_to_the_registers_address_makes_a_holder(identity: Identity) -> None:
    ana = identity.cast.ana
    await tell(identity, ana, 1, email=REGISTERED)
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        assert (await browser.get("/v1/me")).json()["actions"]["act-as-holder"]["code"] == "holder-not-proven"
        asked = await browser.post(HOLDER)
        assert asked.status_code == 202
        assert REGISTERED not in asked.text
        assert await letters_to(identity, REGISTERED) == ["holder-code"]
        too_soon = await browser.post(HOLDER)
        assert (too_soon.status_code, too_soon.json()["code"]) == (409, "resend-too-soon")
        code = await identity.code("holder-code")
        wrong = await browser.post(f"{HOLDER}/proofs", json={"code": other(code)})
        assert (wrong.json()["code"], wrong.json()["tries_left"]) == ("code-wrong", 4)
        proven = await browser.post(f"{HOLDER}/proofs", json={"code": code})
        assert (proven.status_code, proven.json()["holder_proven"]) == (200, True)
        again = await browser.post(f"{HOLDER}/proofs", json={"code": code})
        assert (again.status_code, again.json()["code"]) == (409, "no-code-is-out")
        assert (await browser.post(HOLDER)).json()["code"] == "holder-already-proven"
    how = await identity.parts.platform.pool.fetchval("select data->>'how' from events where type = 'HolderProven'")
    assert how == "register-code"


async def test_without_an_address_in_the_register_the_answers_are_the_same(identity: Identity) -> None:
    answers: list[tuple[int, str, object]] = []
    for person, known in [(identity.cast.ana, True), (identity.cast.rui, False)]:
        await tell(identity, person, 1, email=REGISTERED if known else "")
        async with identity.browser() as browser:
            await identity.sign_up(browser, person)
            asked = await browser.post(HOLDER)
            wrong = other(await identity.code("holder-code"))
            tried = await browser.post(f"{HOLDER}/proofs", json={"code": wrong})
            answers.append((asked.status_code, asked.json()["sentence"], (tried.json()["code"], tried.json()["tries_left"])))
            assert (await browser.post(HOLDER)).json()["code"] == "resend-too-soon"
    assert answers[0] == answers[1]
    assert await identity.parts.platform.pool.fetchval("select count(*) from mails where fact = 'holder-code'") == 1


async def change(browser: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    return await browser.post(EMAIL, json={"email": email, "current_password": password})


async def test_the_email_changes_with_the_code_of_the_new_one_and_both_are_told(identity: Identity) -> None:
    ana, new = identity.cast.ana, f"nova.{new_id()}@exemplo.test"
    await tell(identity, ana, 1, email=new)
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        wrong = await change(browser, new, "não-é-esta-senha")
        assert (wrong.status_code, wrong.json()["code"]) == (409, "current-password-wrong")
        assert (await change(browser, ana.email.upper(), ana.password)).json()["code"] == "email-unchanged"
        assert (await change(browser, new, ana.password)).status_code == 202
        assert (await browser.get("/v1/me")).json()["email"] == ana.email
        code = await identity.code("new-email-code")
        proven = await browser.post(f"{EMAIL}/proofs", json={"code": code})
        assert (proven.status_code, proven.json()["email"]) == (200, new)
        assert proven.json()["holder_proven"] is True
    assert await letters_to(identity, ana.email) == ["sign-up-code", "contact-was-changed"]
    assert await letters_to(identity, new) == ["new-email-code"]
    types = await identity.parts.platform.pool.fetch("select type from events where stream like 'user-%' order by position")
    assert [row["type"] for row in types][-3:] == ["EmailGiven", "UserContactChanged", "HolderProven"]
    stored = await identity.parts.platform.pool.fetchval("select string_agg(data::text, ' ') from events")
    assert new not in stored


async def test_a_newer_code_voids_the_one_before(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        await change(browser, "primeira@exemplo.test", ana.password)
        first = await identity.code("new-email-code")
        await identity.parts.platform.pool.execute("update contact_proofs set sent_at = sent_at - interval '1 minute'")
        await change(browser, "segunda@exemplo.test", ana.password)
        second = await identity.code("new-email-code")
        if first != second:
            assert (await browser.post(f"{EMAIL}/proofs", json={"code": first})).json()["code"] == "code-wrong"
        assert (await browser.post(f"{EMAIL}/proofs", json={"code": second})).json()["email"] == "segunda@exemplo.test"
