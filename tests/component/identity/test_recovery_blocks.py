"""What a recovery withstands: three divergences and the day that follows, codes tried many at once, a code used twice at once."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from services.identity.domain.attempts.rules import POLICY
from services.identity.domain.one_time_code.rules import RESEND_AFTER, TRIES
from shared.ids import new_id
from shared.testing.people import Person
from tests.component.identity.conftest import Identity, key


async def ask(browser: httpx.AsyncClient, person: Person, **changes: str) -> httpx.Response:
    body = {"cpf_or_cnpj": person.document, "email": person.email, "phone": person.phone, **changes}
    return await browser.post("/v1/recoveries", json=body)


def said(answer: httpx.Response) -> dict[str, Any]:
    """An answer without what differs from one to the next: when, and the request's own id."""
    return {"status": answer.status_code} | {name: value for name, value in answer.json().items() if name not in {"request_id", "until"}}


async def count(identity: Identity, event: str) -> int:
    found: int = await identity.parts.platform.pool.fetchval("select count(*) from events where type = $1", event)
    return found


async def test_the_three_answers_are_the_same_registered_or_not_and_the_block_ends_after_its_day(identity: Identity) -> None:
    ana, nobody = identity.cast.ana, identity.cast.clara
    async with identity.browser() as known, identity.browser() as stranger:
        await identity.sign_up(known, ana)
        answers = {person.key: [await ask(stranger, person, email="outra@exemplo.test") for _ in range(4)] for person in (ana, nobody)}
        assert [said(answer) for answer in answers["ana"]] == [said(answer) for answer in answers["clara"]]
        assert [answer.json()["code"] for answer in answers["ana"]] == ["data-diverges"] * 2 + ["recovery-is-blocked"] * 2
        assert "restam 2 tentativas" in answers["ana"][0].json()["detail"]
        assert "resta 1 tentativa." in answers["ana"][1].json()["detail"]
        assert all(answer.json()["until"] for answer in answers["ana"][2:] + answers["clara"][2:])

        right = await ask(stranger, ana)
        assert said(right) == said(answers["clara"][3])
        for person in (ana, nobody):
            assert (await identity.log_in(stranger, person)).json()["code"] == "login-is-blocked"
        assert (await known.post("/v1/sessions/refreshes")).status_code == 200
        assert (await identity.log_in(known, ana)).status_code == 201
        assert "fica bloqueada até" in await identity.last_mail("recovery-blocked")
        assert await count(identity, "RecoveryBlocked") == 1
        assert await count(identity, "SessionEnded") == 1, "only the one that the known browser's new log-in followed"

        identity.clock.move(POLICY.recovery_block)
        assert (await identity.log_in(stranger, ana)).status_code == 201
        assert (await ask(stranger, ana)).status_code == 202
        assert (await ask(stranger, nobody)).json()["remaining"] == 2


async def test_an_attendant_lifts_the_block_and_the_normal_recovery_runs(identity: Identity) -> None:
    ana, attendant = identity.cast.ana, new_id()
    desk = identity.issuer.staff(attendant, "attendant", sub=attendant)
    async with identity.browser() as known, identity.browser() as stranger:
        await identity.sign_up(known, ana)
        for _ in range(3):
            await ask(stranger, ana, phone="92 98111-2233")
        assert (await ask(stranger, ana)).json()["code"] == "recovery-is-blocked"
        body = {"cpf_or_cnpj": ana.document, "channel": "phone"}
        opened = (await stranger.post("/v1/service-desk/attendances", json=body, headers={**desk, **key()})).json()
        path = f"/v1/service-desk/attendances/{opened['id']}"
        await stranger.post(f"{path}/proofings", json={"checked": ["call-back", "register-data"]}, headers=desk)
        assert (await stranger.post(f"{path}/block-lifts", headers=desk)).json()["blocks"] == []
        assert (await ask(stranger, ana)).status_code == 202
        assert (await identity.log_in(stranger, ana)).status_code == 201
    assert await count(identity, "RecoveryUnblocked") == 1


async def test_codes_tried_many_at_once_are_tried_five_times_and_a_right_one_changes_the_password_once(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as known, identity.browser() as browser:
        await identity.sign_up(known, ana)
        recovery = (await ask(browser, ana)).json()["id"]
        right = await identity.code("recovery-code")
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        proofs = f"/v1/recoveries/{recovery}/proofs"
        tried = Counter(a.json()["code"] for a in await asyncio.gather(*(browser.post(proofs, json={"code": wrong}) for _ in range(20))))
        assert set(tried) <= {"code-wrong", "too-many-tries", "busy"}
        assert tried["code-wrong"] == await count(identity, "WrongRecoveryCodeGiven") <= TRIES
        for _ in range(TRIES - tried["code-wrong"]):
            await browser.post(proofs, json={"code": wrong})
        assert (await browser.post(proofs, json={"code": right})).json()["code"] == "too-many-tries"

        identity.clock.move(RESEND_AFTER)
        recovery = (await ask(browser, ana)).json()["id"]
        right = await identity.code("recovery-code")
        together = await asyncio.gather(*(browser.post(f"/v1/recoveries/{recovery}/proofs", json={"code": right}) for _ in range(5)))
        assert {answer.status_code for answer in together} <= {200, 503}
        assert await count(identity, "RecoveryProven") == 1
        passwords = ["girassol-amarelo-42", "girassol-vermelho-42"]
        chosen = await asyncio.gather(*(browser.post(f"/v1/recoveries/{recovery}/password", json={"password": one}) for one in passwords))
        assert sorted(answer.status_code for answer in chosen) == [204, 409]
        winner = passwords[[answer.status_code for answer in chosen].index(204)]
        assert (await known.get("/v1/me")).json()["code"] == "session-over"
        for one in passwords:
            assert (await identity.log_in(browser, ana, one)).status_code == (201 if one == winner else 401)
    assert await count(identity, "PasswordChanged") == 1
    assert "foi trocada" in await identity.last_mail("password-changed")
