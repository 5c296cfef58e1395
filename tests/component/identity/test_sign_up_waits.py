"""What a sign-up waits for, with a clock that is moved: another code, the day that abandons it, an owner who is told."""

from datetime import timedelta

from services.identity.domain.one_time_code.rules import RESEND_AFTER
from services.identity.domain.sign_up.decider import ABANDONED_AFTER
from services.identity.views.sign_up_deadlines import TIMER
from shared.eventsourcing.timers import Timers
from tests.component.identity.conftest import TERMS, Identity


async def test_a_code_is_sent_again_after_a_minute_and_the_one_before_is_void(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        sign_up = await identity.begin(browser, ana)
        codes = [await identity.code()]
        while len(codes) < 2 or codes[-1] == codes[-2]:
            identity.clock.move(RESEND_AFTER)
            shown = (await browser.get(f"/v1/sign-ups/{sign_up}")).json()
            assert shown["actions"]["resend-code"]["allowed"] is True
            resent = await browser.post(f"/v1/sign-ups/{sign_up}/codes")
            assert (resent.status_code, resent.json()["step"], resent.json()["tries_left"]) == (200, "code", 5)
            assert resent.json()["actions"]["resend-code"]["code"] == "resend-too-soon"
            assert resent.json()["resend_at"] > shown["resend_at"]
            codes.append(await identity.code())
        old = await browser.post(f"/v1/sign-ups/{sign_up}/proofs", json={"code": codes[-2]})
        assert (old.status_code, old.json()["code"]) == (409, "code-wrong")
        new = await browser.post(f"/v1/sign-ups/{sign_up}/proofs", json={"code": codes[-1]})
        assert (new.status_code, new.json()["step"]) == (200, "name-and-phone")
    pool = identity.parts.platform.pool
    letters = await pool.fetch("select address from mails where fact = 'sign-up-code'")
    assert [row["address"] for row in letters] == [ana.email] * len(codes)


async def test_a_sign_up_left_for_a_day_is_abandoned_and_what_was_typed_can_be_read_no_more(identity: Identity) -> None:
    pool = identity.parts.platform.pool
    timers = Timers(pool, identity.parts.timers, identity.clock)
    async with identity.browser() as browser:
        sign_up = await identity.begin(browser, identity.cast.ana)
        stream = f"sign-up-{sign_up}"
        await identity.prove(browser, sign_up)
        typed = {"name": identity.cast.ana.name, "phone": identity.cast.ana.phone}
        assert (await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json=typed)).status_code == 200
        readable = "select wrapped is not null from stream_keys where stream = $1"
        identity.clock.move(ABANDONED_AFTER - timedelta(minutes=1))
        assert await timers.fire_one() is False
        assert (await browser.get(f"/v1/sign-ups/{sign_up}")).json()["name"] == identity.cast.ana.name
        assert await pool.fetchval(readable, stream) is True
        identity.clock.move(timedelta(minutes=1))
        assert await timers.fire_one() is True
        assert await pool.fetchval(readable, stream) is False
        shown = (await browser.get(f"/v1/sign-ups/{sign_up}")).json()
        assert (shown["step"], shown["email"], shown["name"], shown["phone"], shown["document"]) == ("over", None, None, None, None)
        late = await browser.post(f"/v1/sign-ups/{sign_up}/password", json={"password": "girassol-amarelo", "terms_version": TERMS})
        assert (late.status_code, late.json()["code"]) == (409, "sign-up-over")
    assert await pool.fetchval("select type from events where stream = $1 order by version desc limit 1", stream) == "SignUpAbandoned"
    assert await pool.fetchval("select count(*) from timers where name = $1", TIMER) == 0


async def test_an_owner_is_told_at_most_once_an_hour_that_somebody_tried_to_sign_up_again(identity: Identity) -> None:
    ana = identity.cast.ana
    told = "select count(*) from mails where fact = 'sign-up-tried'"
    async with identity.browser() as owner, identity.browser() as other:
        await identity.sign_up(owner, ana)
        sign_up = await identity.begin(other, ana)
        await identity.prove(other, sign_up)
        await other.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json={"name": "Outra", "phone": ana.phone})

        async def conclude() -> str:
            body = {"password": "quero-entrar-aqui-2", "terms_version": TERMS}
            return str((await other.post(f"/v1/sign-ups/{sign_up}/password", json=body)).json()["code"])

        assert [await conclude() for _ in range(3)] == ["cannot-conclude"] * 3
        assert await identity.parts.platform.pool.fetchval(told) == 1
        identity.clock.move(timedelta(minutes=61))
        assert await conclude() == "cannot-conclude"
    assert await identity.parts.platform.pool.fetchval(told) == 2
