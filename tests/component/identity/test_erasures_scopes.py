"""One's own data over HTTP: seen, copied, erased; afterwards no table, topic or log line of identity holds a trace of the person."""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from services.identity.app import service
from services.identity.post_office import Letter, accept
from services.identity.reactions.when_erasure_applied import TIMER, ForgetIdentity
from shared.clock import utc_now
from shared.contracts.erasure import ErasureApplied, Kept
from shared.eventsourcing.event import Cause
from shared.eventsourcing.relay import Relay
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.kafka import KEPT_FOR_EVER, ensure_topics
from shared.mail.templates import Message
from shared.platform import published
from shared.testing.happened import happened, told
from shared.testing.inbox import Inbox
from shared.testing.people import Person
from tests.component.identity.conftest import Identity
from tests.component.identity.test_between_services import office, tell
from tests.component.stream.counters import eventually, running, topic
from tests.conftest import Database
from tests.infra.scan import traces_in_database, traces_in_records

SERVICES = ("access", "backoffice", "professional", "requests")


async def erase(browser: httpx.AsyncClient, password: str) -> httpx.Response:
    return await browser.post("/v1/me/erasure", json={"current_password": password})


async def answered(identity: Identity, person: UUID, name: str, *kept: Kept, due: bool = False, version: int = 1) -> None:
    """A service answers that it has erased what it may."""
    fact = ErasureApplied(person_id=person, kept=kept, applied_at=utc_now(), notices_due=due)
    event = told(fact, f"erasure-{new_id()}", version, event_id=new_id())
    await happened(identity.running, service(), event._replace(cause=Cause(f"service:{name}", uuid4())))


def identity_person(identity: Identity, person: Person) -> UUID:
    return identity.parts.platform.people.of_text(person.document)


async def test_nobody_else_sees_copies_or_erases(identity: Identity) -> None:
    staff = identity.issuer.staff(uuid4(), "auditor", "attendant")
    ways = [("GET", "/v1/me/erasure"), ("POST", "/v1/me/erasure"), ("POST", "/v1/me/exports"), ("GET", "/identity/v1/my-data")]
    async with identity.browser() as stranger:
        for method, path in ways:
            body = {"current_password": "x"} if (method, path) == ways[1] else None
            assert (await stranger.request(method, path, json=body)).status_code == 401, path
            assert (await stranger.request(method, path, json=body, headers=staff)).status_code == 403, path
        guess = await stranger.post(f"/v1/erasures/{uuid4()}/views", json={"token": "0" * 64})
        assert (guess.status_code, guess.json()["code"]) == (404, "erasure-not-found")


async def test_a_copy_holds_what_is_known_and_no_secret(identity: Identity) -> None:
    ana = identity.cast.ana
    await tell(identity, ana, 1)
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        asked = await browser.post("/v1/me/exports")
        assert [part["service"] for part in asked.json()["parts"]] == ["identity", *SERVICES]
        taken = await browser.get("/identity/v1/my-data")
    assert (taken.status_code, taken.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        text = archive.read("identity.json").decode()
    content = json.loads(text)
    assert (content["records"]["account"]["email"], content["records"]["register_of_customers"]["name"]) == (ana.email, ana.name)
    assert {event["type"] for stream in content["histories"].values() for event in stream} >= {"AccountOpened", "LoggedIn"}
    assert "argon2" not in text
    assert "password_hash" not in text
    assert re.search(r'"[a-z_]*digest"', text) is None
    types = await identity.parts.platform.pool.fetch("select type from events where type = 'PersonalDataExported'")
    assert len(types) == 1


async def test_erasing_takes_the_password_and_shows_both_dates(identity: Identity) -> None:
    ana, person = identity.cast.ana, identity_person(identity, identity.cast.ana)
    async with identity.browser() as browser, identity.browser() as later:
        await identity.sign_up(browser, ana)
        before = (await browser.get("/v1/me/erasure")).json()
        assert before["erased_on"] == identity.parts.platform.calendar.today(identity.clock()).isoformat()
        assert any("dez anos" in line for line in before["kept"])
        wrong = await erase(browser, "não-é-esta-senha")
        assert (wrong.status_code, wrong.json()["code"]) == (409, "current-password-wrong")
        done = (await erase(browser, ana.password)).json()
        assert (done["kept_until"], done["contact_kept"], done["waiting_for"]) == (None, True, list(SERVICES))
        assert (await browser.get("/v1/me")).status_code == 401
        assert (await browser.post("/v1/sessions/refreshes")).status_code == 401
        gone = await browser.post("/v1/sessions", json={"cpf_or_cnpj": ana.document, "password": ana.password})
        assert gone.json()["code"] == "credentials-not-recognised"
        until = date(2036, 5, 4)
        for name in ("professional", "backoffice"):
            await answered(identity, person, name)
        await answered(identity, person, "access", Kept(what="consumer-units", why="register-of-the-utility", until=None))
        await answered(identity, person, "requests", Kept(what="requests", why="art. 659", until=until))
        found = re.search(r"privacidade/(\S+)#(\S+)", await identity.last_mail("data-erased"))
        assert found
        shown = (await later.post(f"/v1/erasures/{found[1]}/views", json={"token": found[2]})).json()
    assert (shown["erased_at"], shown["kept_until"]) == (done["erased_at"], until.isoformat())
    assert (shown["contact_kept"], shown["waiting_for"]) == (False, [])
    due = await identity.parts.platform.pool.fetchval("select due_at from timers where name = $1", TIMER)
    assert due.date() == until + timedelta(days=1)


async def test_while_a_protocol_is_open_notices_still_arrive(identity: Identity) -> None:
    ana, person, pool = identity.cast.ana, identity_person(identity, identity.cast.ana), identity.parts.platform.pool
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        await erase(browser, ana.password)
    for name in SERVICES:
        await answered(identity, person, name, due=name == "requests")
    assert await pool.fetchval("select email from kept_contacts") == ana.email
    await answered(identity, person, "requests", Kept(what="requests", why="art. 659", until=date(2036, 5, 4)))
    assert await pool.fetchval("select count(*) from kept_contacts") == 0
    stream = f"person-{person}"
    assert await pool.fetchval("select wrapped is not null from stream_keys where stream = $1", stream)
    forget = ForgetIdentity(identity.parts.platform.keys)
    await transact(pool, lambda db: forget.fire(db, stream, utc_now() + timedelta(days=4000)))
    assert await pool.fetchval("select wrapped is null from stream_keys where stream = $1", stream)


async def owe(identity: Identity, person: UUID, fact: str) -> UUID:
    """Another service hands over a letter about a protocol."""
    letter = Letter(new_id(), "requests", fact, person, Message("Seu orçamento", f"O orçamento {fact} está pronto.", None))
    assert await transact(identity.parts.platform.pool, lambda db: accept(db, letter))
    return letter.id


async def test_a_letter_that_is_owed_outlives_the_erasure_and_the_contact_goes_with_the_last_one(
    identity: Identity, inbox_url: str
) -> None:
    ana, pool = replace(identity.cast.ana, email=f"ana.{new_id()}@exemplo.test"), identity.parts.platform.pool
    person = identity_person(identity, ana)
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        owed = await owe(identity, person, "budget-issued")
        await browser.post("/v1/me/email-changes", json={"email": "ana.nova@exemplo.test", "current_password": ana.password})
        assert (await erase(browser, ana.password)).status_code == 200
        waiting = await pool.fetch("select id, fact, address from mails where delivered_at is null order by accepted_at")
        assert [(row["fact"], row["address"]) for row in waiting] == [("budget-issued", None), ("data-erased", ana.email)]
    for name in SERVICES:
        await answered(identity, person, name)
    assert await pool.fetchval("select email from kept_contacts") == ana.email, "what is owed has not gone out yet"
    while await office(identity).step():
        pass
    assert await pool.fetchval("select delivered_at is not null and subject is null from mails where id = $1", owed)
    assert await pool.fetchval("select count(*) from kept_contacts") == 0
    inbox = Inbox(inbox_url)
    assert "O orçamento budget-issued está pronto." in (await inbox.next_to(ana.email, about="Seu orçamento", patience=10)).text
    await inbox.close()


async def test_of_letters_that_ended_the_line_stays_as_long_as_protocols_do_and_no_word(identity: Identity) -> None:
    ana, person, pool = identity.cast.ana, identity_person(identity, identity.cast.ana), identity.parts.platform.pool
    async with identity.browser() as browser, identity.browser() as again:
        await identity.sign_up(browser, ana)
        told, returned = await owe(identity, person, "budget-issued"), await owe(identity, person, "budget-returned")
        await pool.execute("update mails set delivered_at = clock_timestamp(), error = $1 where id <> $2", ana.email, returned)
        await pool.execute("update mails set bounced_at = clock_timestamp(), error = 'smtp-550' where id = $1", returned)
        assert (await erase(browser, ana.password)).status_code == 200
        lines = {row["id"]: row for row in await pool.fetch("select * from mails where fact <> 'data-erased'")}
        assert {row["fact"] for row in lines.values()} >= {"budget-issued", "budget-returned", "user-verified"}
        for row in lines.values():
            assert row["person_id"] == person
            assert [row[word] for word in ("address", "subject", "text", "html", "error")] == [None] * 5
        assert (lines[told]["delivered_at"] is not None, lines[returned]["bounced_at"] is not None) == (True, True)
        assert lines[returned]["settled_at"] is None, "whoever was not reached still is an attendant's task"

        await answered(identity, person, "requests", Kept(what="requests", why="art. 659", until=date(2036, 5, 4)))
        for name in SERVICES:
            if name != "requests":
                await answered(identity, person, name)
        await identity.sign_up(again, ana)
        shown = {line["fact"] for line in (await again.get("/v1/me/messages")).json()["messages"]}
        assert shown == {"user-verified"}, "of the new account; what was written before it is not its to read"
        forget = ForgetIdentity(identity.parts.platform.keys)
        await pool.execute("update mails set delivered_at = clock_timestamp() where delivered_at is null and bounced_at is null")
        await transact(pool, lambda db: forget.fire(db, f"person-{person}", utc_now() + timedelta(days=4000)))
    left = {row["fact"] for row in await pool.fetch("select fact from mails where person_id = $1", person)}
    assert ("user-verified" in left, "budget-issued" in left, "budget-returned" in left) == (True, False, False)


async def test_whoever_was_erased_may_come_back_with_a_new_account(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser, identity.browser() as again:
        await identity.sign_up(browser, ana)
        await erase(browser, ana.password)
        await identity.sign_up(again, ana)
        assert (await again.get("/v1/me")).json()["name"] == ana.name
        assert (await erase(again, ana.password)).status_code == 200
    assert await identity.parts.platform.pool.fetchval("select count(*) from erasures") == 2


def needles_of(person: Person, *more: str) -> Sequence[str]:
    """All the ways in which a trace could be written."""
    cpf = person.document
    national = re.sub(r"\D", "", person.phone)[-11:]
    masked = f"{cpf[:3]}.{cpf[3:6]}.{cpf[6:9]}-{cpf[9:]}"
    return [person.name, person.email, cpf, masked, national, person.password, *more]


async def test_after_an_erasure_no_table_topic_or_log_holds_a_trace(
    identity: Identity, database: Database, kafka: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ana, person = identity.cast.ana, identity_person(identity, identity.cast.ana)
    second, new = f"ana.outra.{new_id()}@exemplo.test", f"ana.nova.{new_id()}@exemplo.test"
    needles = needles_of(ana, second, new)
    trial, pool = f"trial{uuid4().hex[:10]}", identity.parts.platform.pool
    kinds = {aggregate: [kind.__name__ for kind in types] for aggregate, types in published(service()).items()}
    await ensure_topics(kafka, {f"{trial}.{aggregate}": KEPT_FOR_EVER for aggregate in kinds})
    async with identity.browser() as browser, identity.browser() as unfinished, identity.browser() as forgetful:
        await identity.sign_up(browser, ana)
        await identity.begin(unfinished, replace(ana, email=second))
        await browser.post("/v1/me/email-changes", json={"email": new, "current_password": ana.password})
        await browser.post("/v1/me/email-changes/proofs", json={"code": await identity.code("new-email-code")})
        await forgetful.post("/v1/recoveries", json={"cpf_or_cnpj": ana.document, "email": new, "phone": ana.phone})
        held = await traces_in_database(database.migrator_url, needles)
        assert {line.split(":")[0] for line in held} >= {"accounts", "mails"}, "the scan sees what there is"
        assert (await erase(browser, ana.password)).status_code == 200
    for name in SERVICES:
        await answered(identity, person, name)
    while await office(identity).step():
        pass
    relay = Relay(service=trial, pool=pool, lead_url=database.url, bootstrap=kafka, published=kinds)
    async with running(relay):
        await eventually(pool, "select position from relay", await pool.fetchval("select max(position) from events"))
        records = [record for aggregate in kinds for record in await topic(kafka, trial, aggregate)]
    assert "PersonalDataErased" in {dict(record.headers)["ce_type"].decode() for record in records}
    assert traces_in_records(records, needles) == []
    assert await traces_in_database(database.migrator_url, needles) == []
    logged = capfd.readouterr()
    assert "mail_delivered" in logged.out + logged.err
    assert [needle for needle in needles if needle in logged.out + logged.err] == []
    assert await pool.fetchval("select count(*) from stream_keys where person = $1 and wrapped is not null", person) == 0
