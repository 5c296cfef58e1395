"""Two who end the sign-up of one CPF at the same instant: one account, and the other is told no more than anybody would be."""

import asyncio

import pytest

from services.identity.domain.user.commands import VerifyUser
from services.identity.views.accounts import AccountTaken
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from tests.component.identity.conftest import TERMS, Identity


async def test_of_two_who_conclude_at_once_one_has_the_account(identity: Identity) -> None:
    ana, parts = identity.cast.ana, identity.parts
    async with identity.browser() as first, identity.browser() as second:
        ends = []
        for browser in (first, second):
            sign_up = await identity.begin(browser, ana)
            await identity.prove(browser, sign_up)
            await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": ana.name, "phone": ana.phone})
            ends.append((browser, f"/v1/sign-ups/{sign_up}/password"))
        body = {"password": ana.password, "terms_version": TERMS}
        answers = await asyncio.gather(*(browser.post(path, json=body) for browser, path in ends))
    assert sorted((answer.status_code, answer.json().get("code", "")) for answer in answers) == [(201, ""), (409, "cannot-conclude")]
    pool = parts.platform.pool
    assert await pool.fetchval("select count(*) from events where type = 'UserVerified'") == 1
    assert await pool.fetchval("select count(*) from events where type = 'SignUpCompleted'") == 1
    assert "já tem conta" in await identity.last_mail("sign-up-tried")
    person, now, another = parts.platform.people.of_text(ana.document), identity.clock(), new_id()
    verify = VerifyUser(
        another, person, "cpf", None, ana.document, ana.name, ana.email, ana.phone, None, None, "hash", "terms", "digest", now
    )
    with pytest.raises(AccountTaken):
        await transact(pool, lambda db: parts.users(db, another, verify, Cause("service:identity", new_id()), person=person))
