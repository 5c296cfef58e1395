"""Whoever signs up with somebody's CPF is not that person yet: what is the person's is neither shown to that account nor sent to it."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx

from services.identity.post_office import Letter, accept
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.mail.templates import Message
from shared.testing.people import Person
from tests.component.identity.conftest import Identity
from tests.component.identity.smtp_server import scripted_server
from tests.component.identity.test_between_services import tell
from tests.component.identity.test_erasures_scopes import SERVICES, answered, erase, identity_person
from tests.component.identity.test_post_office import office


def stranger_to(person: Person) -> Person:
    """Somebody else who types this person's CPF."""
    return replace(person, name="Outra Pessoa", email="estranha@exemplo.test", phone="92 98888-4321")


async def written(identity: Identity, person: UUID, service: str, fact: str) -> UUID:
    """A service hands over a letter to a person."""
    letter = Letter(new_id(), service, fact, person, Message(f"Sobre {fact}", "Bom dia.", None))
    assert await transact(identity.parts.platform.pool, lambda db: accept(db, letter))
    return letter.id


async def seen(identity: Identity, person: UUID) -> None:
    """An attendant looks at a person."""
    look = Viewed(f"staff:{new_id()}", "person", str(person), "attendance", "store", new_id())
    await transact(identity.parts.platform.pool, lambda db: record_viewed(db, look))


async def copy(browser: httpx.AsyncClient) -> tuple[str, dict[str, Any]]:
    """The copy of one's data, as text and read."""
    taken = await browser.get("/identity/v1/my-data")
    assert taken.status_code == 200, taken.text
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        text = archive.read("identity.json").decode()
    return text, json.loads(text)


async def messages(browser: httpx.AsyncClient) -> set[str]:
    """What one was told, by fact."""
    return {line["fact"] for line in (await browser.get("/v1/me/messages")).json()["messages"]}


async def test_a_copy_for_an_unproven_account_holds_what_the_account_did_and_nothing_of_the_person(identity: Identity) -> None:
    ana, person = identity.cast.ana, identity_person(identity, identity.cast.ana)
    stranger = stranger_to(ana)
    async with identity.browser() as real, identity.browser() as new:
        await tell(identity, ana, 1)
        await identity.sign_up(real, ana)
        await written(identity, person, "requests", "budget-issued")
        _, hers = await copy(real)
        assert hers["records"]["register_of_customers"]["email"] == ana.email
        assert "budget-issued" in {letter["fact"] for letter in hers["records"]["letters"]}
        assert (await erase(real, ana.password)).status_code == 200

        await seen(identity, person)
        await identity.sign_up(new, stranger)
        await seen(identity, person)
        await written(identity, person, "requests", "budget-approved")
        text, copied = await copy(new)
        records = copied["records"]
        assert records["account"]["email"] == stranger.email
        assert records["register_of_customers"] is None
        assert {letter["fact"] for letter in records["letters"]} == {"user-verified"}
        assert {look["actor"] for look in records["looks"]} == {f"person:{person}"}
        assert len(records["sessions"]) == 1
        assert {stream.rpartition("-")[0][:4] for stream in copied["histories"]} == {"user", "sess"}
        assert [word for word in (ana.name, ana.email, ana.phone) if word in text] == []

        await tell(identity, replace(ana, email=stranger.email), 2)
        _, proven = await copy(new)
        assert proven["records"]["register_of_customers"]["name"] == ana.name
        assert "budget-approved" in {letter["fact"] for letter in proven["records"]["letters"]}
        assert f"person-{person}" in proven["histories"]


async def arrived(identity: Identity, person: UUID, service: str, fact: str) -> list[str]:
    """Where a letter of a service goes, alone."""
    await identity.parts.platform.pool.execute(
        "update mails set delivered_at = clock_timestamp() where delivered_at is null and bounced_at is null"
    )
    await written(identity, person, service, fact)
    async with scripted_server() as server:
        assert await office(identity, server).step() == 1
        return [str(letter["To"]) for letter in server.taken]


async def test_until_it_is_proven_an_account_gets_its_own_letters_and_the_person_theirs_where_they_were_known(identity: Identity) -> None:
    ana, person = identity.cast.ana, identity_person(identity, identity.cast.ana)
    stranger = stranger_to(ana)
    async with identity.browser() as browser:
        await identity.sign_up(browser, stranger)
        assert await arrived(identity, person, "access", "of-nobody-else") == [stranger.email], "nothing else is known"
        await tell(identity, ana, 1)
        assert (await browser.get("/v1/me")).json()["holder_proven"] is False
        assert await arrived(identity, person, "access", "access-requested") == [ana.email]
        assert await arrived(identity, person, "identity", "recovery-code") == [stranger.email], "a code opens the account it is asked for"
        assert await arrived(identity, person, "professional", "profile-approved") == [stranger.email], "what was built in the account"
        assert await messages(browser) == {"user-verified", "recovery-code", "profile-approved"}
        await tell(identity, replace(ana, email=stranger.email), 2)
        await tell(identity, ana, 3)
        assert (await browser.get("/v1/me")).json()["holder_proven"] is True
        assert await arrived(identity, person, "access", "access-granted") == [stranger.email], "proven, the account says where"
        assert await messages(browser) >= {"access-requested", "access-granted", "of-nobody-else"}


async def test_notices_due_after_an_erasure_go_to_the_contact_kept_whoever_signs_up_and_leaves_since(identity: Identity) -> None:
    ana, person = identity.cast.ana, identity_person(identity, identity.cast.ana)
    stranger = stranger_to(ana)
    known = "ana.do.trabalho@exemplo.test"
    async with identity.browser() as real, identity.browser() as new:
        await tell(identity, ana, 1)
        await identity.sign_up(real, ana)
        await identity.parts.platform.pool.execute("update accounts set email = $2 where person_id = $1", person, known)
        assert (await erase(real, ana.password)).status_code == 200
        for name in SERVICES:
            await answered(identity, person, name, due=name == "requests")
        await identity.sign_up(new, stranger)
        assert await arrived(identity, person, "requests", "budget-issued") == [known]
        assert await arrived(identity, person, "professional", "profile-expired") == [known]
        assert await messages(new) == {"user-verified"}
        assert (await erase(new, stranger.password)).status_code == 200
        assert await arrived(identity, person, "requests", "budget-approved") == [known]


async def test_an_unproven_account_that_is_erased_leaves_the_register_to_say_where_notices_go(identity: Identity) -> None:
    ana, person = identity.cast.ana, identity_person(identity, identity.cast.ana)
    async with identity.browser() as browser:
        await tell(identity, ana, 1)
        await identity.sign_up(browser, stranger_to(ana))
        assert (await erase(browser, ana.password)).status_code == 200
        assert await arrived(identity, person, "requests", "budget-issued") == [ana.email]
