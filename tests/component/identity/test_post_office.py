"""How a letter ends: refused by the server, refused for the person, perhaps taken, taken and come back; who sees to it then."""

import asyncio
import contextlib
from datetime import datetime
from uuid import UUID

import pytest

from services.identity.post_office import IN_DOUBT, Letter, PostOffice, accept
from services.identity.returned_mail import take_bounce
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.mail.templates import Message
from shared.testing.people import Person
from tests.component.identity.conftest import Identity
from tests.component.identity.smtp_server import NO_ANSWER, ScriptedServer, scripted_server
from tests.unit.identity.test_returned_mail import report

DESK = "/v1/service-desk/returned-mails"


def office(identity: Identity, server: ScriptedServer) -> PostOffice:
    parts = identity.parts
    settings = parts.settings.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_starttls": False, "smtp_user": ""}
    )
    return PostOffice(parts.platform.pool, settings, parts.platform.clock, parts.mails)


async def write(identity: Identity, person: Person, fact: str = "any-fact") -> UUID:
    """Nothing else waits, and a letter to somebody does."""
    pool, letter_id = identity.parts.platform.pool, new_id()
    await pool.execute("update mails set delivered_at = clock_timestamp() where delivered_at is null and bounced_at is null")
    person_id = identity.parts.platform.people.of_text(person.document)
    letter = Letter(letter_id, "access", fact, person_id, Message("Assunto", "Bom dia.", None))
    assert await transact(pool, lambda db: accept(db, letter))
    assert not await transact(pool, lambda db: accept(db, letter))
    return letter_id


async def try_again(identity: Identity, post: PostOffice) -> int:
    await identity.parts.platform.pool.execute("update mails set next_try_at = clock_timestamp() where delivered_at is null")
    return await post.step()


async def ending(identity: Identity, letter: UUID) -> tuple[bool, bool, str | None]:
    row = await identity.parts.platform.pool.fetchrow("select delivered_at, bounced_at, error from mails where id = $1", letter)
    assert row is not None
    return row["delivered_at"] is not None, row["bounced_at"] is not None, row["error"]


async def test_a_server_that_refuses_us_is_waited_for_and_whom_it_does_not_know_is_an_attendants_task(identity: Identity) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(new_id(), "attendant")
    async with identity.browser() as browser, scripted_server() as server:
        await identity.sign_up(browser, ana)
        letter, post = await write(identity, ana), office(identity, server)
        server.says = {"MAIL": "550 not from you"}
        assert await post.step() == 1
        assert await ending(identity, letter) == (False, False, "smtp-550")
        server.says = {"RCPT": "450 later"}
        assert await try_again(identity, post) == 1
        assert await ending(identity, letter) == (False, False, "smtp-450")
        server.says = {"RCPT": "550 nobody here"}
        assert await try_again(identity, post) == 1
        assert await ending(identity, letter) == (False, True, "smtp-550")
        assert server.taken == []
        mine = (await browser.get("/v1/me/messages")).json()
        assert (mine["banner"]["code"], mine["messages"][0]["state"]) == ("mail-returned", "returned")
        line = (await browser.get(DESK, headers=desk)).json()["returned"][0]
        assert (line["mail_id"], line["display_name"], line["fact"]) == (str(letter), ana.name, "any-fact")
        calendar = identity.parts.platform.calendar
        day = calendar.today(datetime.fromisoformat(line["returned_at"]))
        assert line["due_on"] == calendar.add_business_days(day, 1).isoformat()
        settled = f"{DESK}/{letter}/settlements"
        assert (await browser.post(settled, json={"how": "phone"}, headers=desk)).status_code == 204
        again = await browser.post(settled, json={"how": "phone"}, headers=desk)
        assert (again.status_code, again.json()["code"]) == (404, "nothing-came-back")
        assert (await browser.get(DESK, headers=desk)).json()["returned"] == []
        assert (await browser.get("/v1/me/messages")).json()["banner"] is None


async def test_after_an_hour_of_refusals_a_letter_arrives_once_and_within_five_minutes(identity: Identity) -> None:
    """The hour is taken off the waits, which are read where the office wrote them."""
    pool, waited, tries = identity.parts.platform.pool, 0.0, 0
    async with identity.browser() as browser, scripted_server() as server:
        await identity.sign_up(browser, identity.cast.ana)
        letter, post = await write(identity, identity.cast.ana), office(identity, server)
        server.says = {"MAIL": "421 not now"}
        while waited < 3600:
            assert await post.step() == 1
            tries += 1
            wait = float(await pool.fetchval("select extract(epoch from next_try_at - clock_timestamp()) from mails where id = $1", letter))
            assert 1 < wait <= 300
            assert await post.step() == 0
            waited += wait
            await pool.execute("update mails set next_try_at = clock_timestamp() where id = $1", letter)
        assert await ending(identity, letter) == (False, False, "smtp-421")
        server.says = {}
        assert await post.step() == 1
        assert await ending(identity, letter) == (True, False, None)
        assert await try_again(identity, post) == 0
    assert len(server.taken) == 1
    assert tries < 25, "a server that is down is not hammered"


async def test_a_crash_before_the_servers_yes_is_recorded_sends_it_again_under_the_same_id_and_is_counted(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser, scripted_server() as server:
        await identity.sign_up(browser, ana)
        letter, post = await write(identity, ana), office(identity, server)
        server.says, doubted = {".": NO_ANSWER}, IN_DOUBT._value.get()
        attempt = asyncio.create_task(post.step())
        await asyncio.wait_for(server.words_came.wait(), 30)
        attempt.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await attempt
        assert await identity.parts.platform.pool.fetchval("select handing_since is not null from mails where id = $1", letter)
        assert await post.step() == 0
        server.says = {}
        assert await try_again(identity, post) == 1
        assert await ending(identity, letter) == (True, False, None)
        assert await try_again(identity, post) == 0
    assert [message["Message-ID"] for message in server.taken] == [f"<{letter}@localhost>"] * 2
    assert IN_DOUBT._value.get() == doubted + 1
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'MailDelivered'") == 1
    plain, page = server.taken[1].get_body(("plain",)), server.taken[1].get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "Bom dia." in plain.get_content()
    assert "<p>Bom dia.</p>" in page.get_content()


async def test_what_comes_back_later_is_found_by_its_report_until_something_arrives_again(
    identity: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser, scripted_server() as server:
        await identity.sign_up(browser, ana)
        letter, post = await write(identity, ana), office(identity, server)
        assert await post.step() == 1
        assert (await browser.get("/v1/me/messages")).json()["banner"] is None
        for said in ("recorded", "nothing to record"):
            capsys.readouterr()
            assert await take_bounce(identity.parts, report(letter)) == 0
            assert capsys.readouterr().out == f"{said}\n"
        assert (await browser.get("/v1/me/messages")).json()["banner"]["code"] == "mail-returned"
        await write(identity, ana)
        assert await post.step() == 1
        assert (await browser.get("/v1/me/messages")).json()["banner"] is None
    types = [
        row["type"]
        for row in await identity.parts.platform.pool.fetch("select type from events where stream like 'mail-%' order by position")
    ]
    assert types == ["MailDelivered", "MailBounced", "MailDelivered"]
