"""What other services ask of identity: names to show, mail to deliver; and what the register tells it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.identity.post_office import PostOffice
from services.identity.reactions.when_register_changed import CustomerUnreadable, KeyDiffers, TakeCustomer
from services.identity.settings import IdentitySettings
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.imports import take_file
from shared.testing.inbox import Inbox
from shared.testing.people import Person, cpf
from tests.component.identity.conftest import Identity

CAUSE = Cause("service:identity", uuid4())


def record(person: Person, sequence: int, **changes: str) -> dict[str, object]:
    return {
        "sequence": sequence, "at": datetime.now(UTC).isoformat(), "document": person.document,
        "kind": "cpf" if len(person.document) == 11 else "cnpj", "name": person.name, "email": person.email, "phone": person.phone,
        "status": "active", **changes,
    }  # fmt: skip


def taker(identity: Identity) -> TakeCustomer:
    return TakeCustomer(identity.parts.platform.people, identity.parts.users, identity.parts.platform.clock)


async def tell(identity: Identity, person: Person, sequence: int, **changes: str) -> None:
    value = record(person, sequence, **changes)
    await transact(identity.parts.platform.pool, lambda db: taker(identity).record(db, person.document.encode(), value))


async def test_names_are_for_services_and_every_look_is_written_down(identity: Identity) -> None:
    ana, stranger = identity.cast.ana, new_id()
    person_id = identity.parts.platform.people.of_text(ana.document)
    await tell(identity, ana, 1)
    body = {"ids": [str(person_id), str(stranger)], "purpose": "show"}
    async with identity.browser() as browser:
        assert (await browser.post("/v1/people/names", json=body)).status_code == 401
        staff = identity.issuer.staff(new_id(), "admin")
        assert (await browser.post("/v1/people/names", json=body, headers=staff)).status_code == 403
        elsewhere = identity.issuer.service("requests", "access")
        assert (await browser.post("/v1/people/names", json=body, headers=elsewhere)).status_code == 401
        answer = await browser.post("/v1/people/names", json=body, headers=identity.issuer.service("requests", "identity"))
        assert answer.status_code == 200
        assert answer.json()["names"] == {str(person_id): ana.name, str(stranger): "—"}
    assert await identity.parts.platform.pool.fetchval("select count(*) from access_log") == 2


async def test_the_register_takes_newer_lines_and_proves_the_holder(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        await tell(identity, ana, 5, email="antiga@exemplo.test")
        await tell(identity, ana, 4)
        assert (await browser.get("/v1/me")).json()["holder_proven"] is False
        await tell(identity, ana, 6)
        await tell(identity, ana, 7)
        assert (await browser.get("/v1/me")).json()["holder_proven"] is True
    assert await identity.parts.platform.pool.fetchval("select count(*) from events where type = 'HolderProven'") == 1


async def test_who_signs_up_with_the_registers_email_is_proven_at_once(identity: Identity) -> None:
    await tell(identity, identity.cast.rui, 1)
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.rui)
        assert (await browser.get("/v1/me")).json()["holder_proven"] is True


async def test_a_line_that_cannot_be_one_is_refused(identity: Identity) -> None:
    ana, rui = identity.cast.ana, identity.cast.rui
    async with identity.parts.platform.pool.acquire() as db:
        with pytest.raises(KeyDiffers):
            await taker(identity).record(db, rui.document.encode(), record(ana, 1))
        with pytest.raises(CustomerUnreadable):
            await taker(identity).record(db, ana.document.encode(), {"document": ana.document})


async def test_the_csv_says_what_it_changed_and_what_it_could_not_read(identity: Identity) -> None:
    ana = identity.cast.ana
    lines = [
        "sequence;at;document;kind;name;email;phone;status",
        f"1;2026-01-02T03:04:05Z;{ana.document};cpf;{ana.name};{ana.email};{ana.phone};active",
        f"1;2026-01-02T03:04:05Z;{ana.document};cpf;{ana.name};{ana.email};{ana.phone};active",
        "1;2026-01-02T03:04:05Z;11111111111;cpf;Ninguém;;;active",
        "x;2026-01-02T03:04:05Z;52998224725;cpf;Alguém;;;active",
    ]
    kind, pool = identity.parts.imports["customers"], identity.parts.platform.pool
    content = "\n".join(lines).encode()
    tried = await take_file(pool, kind, content, CAUSE, dry_run=True)
    assert (tried.changed, tried.already, tried.refused) == (1, 1, 2)
    assert await pool.fetchval("select count(*) from register") == 0
    report = await take_file(pool, kind, content, CAUSE, dry_run=False)
    assert [fault["code"] for fault in report.faults] == ["cpf-invalid", "customer-unreadable"]
    assert await pool.fetchval("select count(*) from register") == 1


async def test_many_lines_are_taken_at_once_and_prove_whom_they_name(identity: Identity) -> None:
    ana, rui = identity.cast.ana, identity.cast.rui
    head = "sequence;at;document;kind;name;email;phone;status"
    lines = [f"9;2026-01-02T03:04:05Z;{one.document};cpf;{one.name};{one.email};{one.phone};active" for one in (ana, rui)]
    strangers = [f"9;2026-01-02T03:04:05Z;{cpf(5_000_000 + n)};cpf;Pessoa {n};;;active" for n in range(700)]
    content = "\n".join([head, *lines, *strangers, "x;2026;1;cpf;N;;;active"]).encode()
    kind, pool = identity.parts.imports["customers"], identity.parts.platform.pool
    async with identity.browser() as browser:
        await identity.sign_up(browser, ana)
        report = await take_file(pool, kind, content, CAUSE, dry_run=False)
        assert (report.changed, report.already, report.refused) == (702, 0, 1)
        assert (await browser.get("/v1/me")).json()["holder_proven"] is True
    again = await take_file(pool, kind, content, CAUSE, dry_run=False)
    assert (again.changed, again.already, again.refused) == (0, 702, 1)


async def test_mail_is_taken_once_and_delivered_with_names(identity: Identity, inbox_url: str) -> None:
    ana = identity.cast.ana
    person_id = identity.parts.platform.people.of_text(ana.document)
    address = f"ana.{new_id()}@exemplo.test"
    await tell(identity, ana, 1, email=address)
    letter = {
        "id": str(new_id()), "person_id": str(person_id), "fact": "access-offered", "subject": f"Olá, {{{{name:{person_id}}}}}",
        "text": f"Para {{{{name:{person_id}}}}}.", "html": f"<p>Para {{{{name:{person_id}}}}}.</p>",
    }  # fmt: skip
    async with identity.browser() as browser:
        assert (await browser.post("/v1/mails", json=letter)).status_code == 401
        assert (await browser.post("/v1/mails", json=letter, headers=identity.issuer.person(new_id()))).status_code == 403
        headers = identity.issuer.service("access", "identity")
        first = await browser.post("/v1/mails", json=letter, headers=headers)
        second = await browser.post("/v1/mails", json=letter, headers=headers)
    assert (first.status_code, first.json()["taken"], second.json()["taken"]) == (202, True, False)
    await office(identity).step()
    inbox = Inbox(inbox_url)
    mail = await inbox.next_to(address, patience=10)
    assert mail.subject == f"Olá, {ana.name}"
    assert f"Para {ana.name}." in mail.text
    assert len(await inbox.all_to(address)) == 1
    await inbox.close()
    row = await identity.parts.platform.pool.fetchrow("select text, html, delivered_at from mails")
    assert row is not None
    assert (row["text"], row["html"]) == (None, None)
    assert row["delivered_at"] is not None


async def test_mail_to_nobody_bounces_and_says_so(identity: Identity) -> None:
    letter = {"id": str(new_id()), "person_id": str(new_id()), "fact": "any-fact", "subject": "S", "text": "T"}
    async with identity.browser() as browser:
        assert (await browser.post("/v1/mails", json=letter, headers=identity.issuer.service("access", "identity"))).status_code == 202
    await office(identity).step()
    assert await identity.parts.platform.pool.fetchval("select type from events") == "MailBounced"


async def test_a_mail_server_that_is_away_is_waited_for(identity: Identity) -> None:
    await tell(identity, identity.cast.ana, 1)
    person_id = identity.parts.platform.people.of_text(identity.cast.ana.document)
    letter = {"id": str(new_id()), "person_id": str(person_id), "fact": "any-fact", "subject": "S", "text": "T"}
    async with identity.browser() as browser:
        await browser.post("/v1/mails", json=letter, headers=identity.issuer.service("access", "identity"))
    away = office(identity)
    away = replace(away, settings=away.settings.model_copy(update={"smtp_port": 9}))
    assert await away.step() == 1
    assert await away.step() == 0
    row = await identity.parts.platform.pool.fetchrow("select tries, delivered_at, bounced_at, text from mails")
    assert row is not None
    assert tuple(row) == (1, None, None, "T")
    await identity.parts.platform.pool.execute("update mails set next_try_at = now()")
    assert await office(identity).step() == 1
    assert await identity.parts.platform.pool.fetchval("select delivered_at is not null from mails")
    assert await office(identity).age() == 0


def office(identity: Identity) -> PostOffice:
    from services.identity.domain.mail.decider import MAIL  # noqa: PLC0415 - only here

    parts = identity.parts
    assert isinstance(parts.settings, IdentitySettings)
    return PostOffice(parts.platform.pool, parts.settings, parts.platform.clock, Handler("mail", MAIL, parts.store))
