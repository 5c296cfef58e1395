"""Sign-up over HTTP: bound to its browser, in order, and silent about who is registered."""

import hashlib
import json
import re
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.identity.user import UserVerified
from tests.component.identity.conftest import TERMS, Identity


async def types_of(identity: Identity) -> list[str]:
    rows = await identity.parts.platform.pool.fetch("select type from events order by position")
    return [row["type"] for row in rows]


async def test_anonymous_without_the_cookie_sees_nothing(identity: Identity) -> None:
    async with identity.browser() as ana, identity.browser() as stranger:
        sign_up = await identity.begin(ana, identity.cast.ana)
        for method, path, body in [
            ("GET", "", None),
            ("POST", "/codes", None),
            ("POST", "/proofs", {"code": "123456"}),
            ("POST", "/email-corrections", {"email": "outra@exemplo.test"}),
            ("POST", "/name-and-phone", {"name": "Ana", "phone": "92 98888-7777"}),
            ("POST", "/password", {"password": "uma-senha-longa-e-boa"}),
        ]:
            answer = await stranger.request(method, f"/v1/sign-ups/{sign_up}{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "sign-up-not-found"), path


async def test_four_steps_make_an_account_and_log_in(identity: Identity) -> None:
    async with identity.browser() as ana:
        session = await identity.sign_up(ana, identity.cast.ana)
        me = await ana.get("/v1/me")
        assert me.status_code == 200
        assert me.json()["name"] == identity.cast.ana.name
        assert me.json()["user_id"] == session["subject_id"]
        assert me.json()["holder_proven"] is False
    assert await types_of(identity) == [
        "SignUpStarted", "CodeSent", "EmailProven", "NameAndPhoneGiven", "SignUpCompleted", "UserVerified", "AccountOpened",
        "TermsAccepted", "LoggedIn",
    ]  # fmt: skip


async def test_nothing_personal_is_stored_in_clear_in_events(identity: Identity) -> None:
    async with identity.browser() as ana:
        await identity.sign_up(ana, identity.cast.ana)
    stored = await identity.parts.platform.pool.fetchval("select string_agg(data::text || metadata::text, ' ') from events")
    person = identity.cast.ana
    for secret in (person.name, person.email, person.document, person.phone, person.password, "argon2"):
        assert secret not in stored


async def test_a_company_names_its_representative(identity: Identity) -> None:
    company = identity.cast.padaria
    async with identity.browser() as browser:
        sign_up = await identity.begin(browser, company)
        await identity.prove(browser, sign_up)
        answer = await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": company.name, "phone": company.phone})
        assert answer.json()["code"] == "representative-missing"
    async with identity.browser() as browser:
        await identity.sign_up(browser, company)
        assert (await browser.get("/v1/me")).json()["representative_name"] == identity.cast.silvia.name
    events = await identity.parts.platform.pool.fetch("select data from events where type = 'UserVerified'")
    assert UserVerified.model_validate_json(events[0]["data"]).root_id is not None


async def test_steps_out_of_order_are_refused(identity: Identity) -> None:
    async with identity.browser() as ana:
        sign_up = await identity.begin(ana, identity.cast.ana)
        answer = await ana.post(f"/v1/sign-ups/{sign_up}/password", json={"password": "uma-senha-longa-e-boa"})
        assert (answer.status_code, answer.json()["code"]) == (409, "step-out-of-order")
        answer = await ana.post(f"/v1/sign-ups/{sign_up}/codes")
        assert answer.json()["code"] == "resend-too-soon"
        assert "until" in answer.json()


async def test_wrong_codes_are_counted_and_end_the_code(identity: Identity) -> None:
    async with identity.browser() as ana:
        sign_up = await identity.begin(ana, identity.cast.ana)
        right = await identity.code()
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        for left in (4, 3, 2, 1, 0):
            answer = await ana.post(f"/v1/sign-ups/{sign_up}/proofs", json={"code": wrong})
            assert (answer.json()["code"], answer.json()["tries_left"]) == ("code-wrong", left)
        answer = await ana.post(f"/v1/sign-ups/{sign_up}/proofs", json={"code": right})
        assert answer.json()["code"] == "too-many-tries"


async def test_a_corrected_email_voids_the_old_code(identity: Identity) -> None:
    async with identity.browser() as ana:
        sign_up = await identity.begin(ana, identity.cast.ana)
        old = await identity.code()
        answer = await ana.post(f"/v1/sign-ups/{sign_up}/email-corrections", json={"email": "ana.certa@exemplo.test"})
        assert answer.status_code == 200
        new = await identity.code()
        if old != new:
            answer = await ana.post(f"/v1/sign-ups/{sign_up}/proofs", json={"code": old})
            assert answer.json()["code"] == "code-wrong"
        await identity.prove(ana, sign_up)


async def test_a_registered_cpf_looks_like_any_other_until_the_last_step(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as first:
        await identity.sign_up(first, ana)
    async with identity.browser() as second:
        sign_up = await identity.begin(second, ana)
        await identity.prove(second, sign_up)
        assert (await second.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": "Outra", "phone": ana.phone})).status_code == 200
        answer = await second.post(f"/v1/sign-ups/{sign_up}/password", json={"password": "quero-entrar-aqui-2", "terms_version": TERMS})
        assert (answer.status_code, answer.json()["code"]) == (409, "cannot-conclude")
    assert "já tem conta" in await identity.last_mail("sign-up-tried")
    assert await identity.parts.platform.pool.fetchval("select count(*) from accounts") == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"cpf_or_cnpj": "111.111.111-11", "email": "a@exemplo.test"}, "cpf-invalid"),
        ({"cpf_or_cnpj": "52998224725", "email": "sem arroba"}, "body-invalid"),
        ({"cpf_or_cnpj": "52998224725", "email": "a@exemplo.test", "admin": True}, "body-invalid"),
        ({"email": "a@exemplo.test"}, "body-invalid"),
    ],
)
async def test_bad_bodies_are_refused_by_name(identity: Identity, body: dict[str, Any], code: str) -> None:
    async with identity.browser() as browser:
        answer = await browser.post("/v1/sign-ups", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert str(body.get("cpf_or_cnpj", "52998224725")) not in answer.text


async def test_the_same_key_starts_one_sign_up(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        body = {"cpf_or_cnpj": ana.document, "email": ana.email}
        await browser.get("/health/live")
        first = await browser.post("/v1/sign-ups", json=body, headers={"Idempotency-Key": "0" * 16})
        second = await browser.post("/v1/sign-ups", json=body, headers={"Idempotency-Key": "0" * 16})
        assert first.json()["id"] == second.json()["id"]
        other = await browser.post("/v1/sign-ups", json={**body, "email": "b@exemplo.test"}, headers={"Idempotency-Key": "0" * 16})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        missing = await browser.post("/v1/sign-ups", json=body)
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-missing")


async def test_weak_and_own_passwords_are_refused(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        sign_up = await identity.begin(browser, ana)
        await identity.prove(browser, sign_up)
        await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": ana.name, "phone": ana.phone})
        for weak in ("curta", "senha12345", "aaaaaaaaaaaa", "anasouza" + ana.document, "1234567890"):
            answer = await browser.post(f"/v1/sign-ups/{sign_up}/password", json={"password": weak, "terms_version": TERMS})
            assert (answer.status_code, answer.json()["code"]) == (409, "password-too-weak"), weak


async def test_what_was_typed_can_be_read_no_more_once_the_account_is_open(identity: Identity) -> None:
    async with identity.browser() as ana:
        sign_up = await identity.begin(ana, identity.cast.ana)
        await identity.prove(ana, sign_up)
        await ana.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": "Ana", "phone": identity.cast.ana.phone})
        await ana.post(f"/v1/sign-ups/{sign_up}/password", json={"password": identity.cast.ana.password, "terms_version": TERMS})
        assert (await ana.get(f"/v1/sign-ups/{sign_up}")).json()["step"] == "over"
    left = await identity.parts.platform.pool.fetchval(
        "select count(*) from stream_keys where stream like 'sign-up-%' and wrapped is not null"
    )
    assert left == 0


async def test_one_address_is_sent_a_handful_of_codes_an_hour_whoever_asks(identity: Identity) -> None:
    person, refused = identity.cast.ana, []
    for n in range(8):
        async with identity.browser() as stranger:
            body = {"cpf_or_cnpj": person.document, "email": "alvo@exemplo.test" if n % 2 else "Alvo@exemplo.test"}
            answer = await stranger.post("/v1/sign-ups", json=body, headers={"Idempotency-Key": f"flood-{n}-{uuid4()}"})
            if answer.status_code != 201:
                refused.append(answer.json())
    assert [problem["code"] for problem in refused] == ["too-many-codes"] * 2
    assert all(problem["until"] for problem in refused)
    async with identity.browser() as other:
        await identity.begin(other, person)


@pytest.mark.parametrize("name", ["<a href=x>Ana</a>", "Ana http://exemplo.test", "ana@exemplo.test", "{{name}}"])
async def test_a_name_holds_no_markup_link_or_place(identity: Identity, name: str) -> None:
    async with identity.browser() as ana:
        sign_up = await identity.begin(ana, identity.cast.ana)
        await identity.prove(ana, sign_up)
        answer = await ana.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": name, "phone": identity.cast.ana.phone})
        assert answer.status_code == 422
        assert name not in answer.text


async def link(identity: Identity) -> tuple[str, str]:
    """The path and the token of the newest sign-up mail."""
    found = re.search(r"http://door/cadastro/(\S+)#(\S+)", await identity.last_mail("sign-up-code"))
    assert found
    return f"/v1/sign-ups/{found[1]}/resumptions", found[2]


async def test_the_link_of_the_mail_goes_on_in_another_device_and_only_there(identity: Identity) -> None:
    async with identity.browser() as laptop, identity.browser() as phone, identity.browser() as stranger:
        sign_up = await identity.begin(laptop, identity.cast.ana)
        path, token = await link(identity)
        guess = await stranger.post(path, json={"token": "0" * 64})
        assert (guess.status_code, guess.json()["code"]) == (404, "sign-up-not-found")
        resumed = await phone.post(path, json={"token": token})
        assert (resumed.status_code, resumed.json()["step"]) == (200, "code")
        gone = await laptop.get(f"/v1/sign-ups/{sign_up}")
        assert (gone.status_code, gone.json()["code"]) == (404, "sign-up-not-found")
        await identity.prove(phone, sign_up)
        back = await laptop.post(path, json={"token": token})
        assert back.json()["step"] == "name-and-phone"
        assert back.json()["actions"]["give-name-and-phone"]["allowed"] is True
        assert (await phone.get(f"/v1/sign-ups/{sign_up}")).status_code == 404


async def test_a_corrected_email_voids_the_link_and_starts_the_minute_anew(identity: Identity) -> None:
    async with identity.browser() as ana, identity.browser() as whoever_got_the_first_mail:
        sign_up = await identity.begin(ana, identity.cast.ana)
        path, old = await link(identity)
        corrected = await ana.post(f"/v1/sign-ups/{sign_up}/email-corrections", json={"email": "ana.certa@exemplo.test"})
        assert corrected.json()["actions"]["resend-code"]["code"] == "resend-too-soon"
        refused = await whoever_got_the_first_mail.post(path, json={"token": old})
        assert (refused.status_code, refused.json()["code"]) == (404, "sign-up-not-found")
        resent = await ana.post(f"/v1/sign-ups/{sign_up}/codes")
        assert (resent.status_code, resent.json()["code"]) == (409, "resend-too-soon")
        assert resent.json()["until"] == corrected.json()["resend_at"]
        again = await ana.post(f"/v1/sign-ups/{sign_up}/email-corrections", json={"email": identity.cast.ana.email})
        assert (again.status_code, again.json()["code"]) == (409, "resend-too-soon")
        assert (await whoever_got_the_first_mail.post(path, json={"token": (await link(identity))[1]})).status_code == 200


async def test_one_goes_back_to_name_and_email_and_what_was_typed_is_shown_only_once_proven(identity: Identity) -> None:
    company = identity.cast.padaria
    async with identity.browser() as browser:
        sign_up = await identity.begin(browser, company)
        await identity.prove(browser, sign_up)
        acting = {"cpf": identity.cast.silvia.document, "name": identity.cast.silvia.name}
        typed = {"name": "Padária Sol", "phone": company.phone, "representative": acting}
        await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json=typed)
        back = await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={**typed, "name": company.name})
        assert (back.json()["step"], back.json()["name"], back.json()["kind"]) == ("password", company.name, "cnpj")
        elsewhere = await browser.post(f"/v1/sign-ups/{sign_up}/email-corrections", json={"email": "sol.nova@exemplo.test"})
        assert (elsewhere.json()["step"], elsewhere.json()["name"], elsewhere.json()["phone"]) == ("code", None, None)
        await identity.prove(browser, sign_up)
        shown = (await browser.get(f"/v1/sign-ups/{sign_up}")).json()
        assert (shown["step"], shown["representative_name"]) == ("password", identity.cast.silvia.name)


async def test_the_terms_are_accepted_by_version_and_the_version_is_recorded(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        current = (await browser.get("/v1/terms")).json()
        assert current["sha256"] == hashlib.sha256(current["text"].encode()).hexdigest()
        sign_up = await identity.begin(browser, ana)
        await identity.prove(browser, sign_up)
        await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": ana.name, "phone": ana.phone})
        for version in (None, "2020-01-01"):
            refused = await browser.post(f"/v1/sign-ups/{sign_up}/password", json={"password": ana.password, "terms_version": version})
            assert (refused.status_code, refused.json()["code"]) == (409, "terms-not-accepted")
            assert refused.json()["terms_version"] == current["version"]
        body = {"password": ana.password, "terms_version": current["version"]}
        session = await browser.post(f"/v1/sign-ups/{sign_up}/password", json=body)
        browser.headers["Authorization"] = f"Bearer {session.json()['access_token']}"
        terms = (await browser.get("/v1/me")).json()["terms"]
        assert (terms["accepted_version"], terms["current_version"]) == (current["version"], current["version"])
    event = await identity.parts.platform.pool.fetchval("select data from events where type = 'TermsAccepted'")
    assert json.loads(event)["version"] == current["version"]
    assert json.loads(event)["sha256"] == current["sha256"]
