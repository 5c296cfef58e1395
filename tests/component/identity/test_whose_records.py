"""Whose records identity's are: sessions, sign-ups, recoveries, receipts, attendances, letters that came back, staff."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import httpx
import pytest

from services.identity.returned_mail import take_bounce
from shared.ids import new_id
from shared.testing.people import Person
from tests.component.identity.conftest import TERMS, Identity, key
from tests.component.identity.test_post_office import write
from tests.component.identity.test_recoveries_scopes import ask
from tests.component.objects import Matrix, Record, client
from tests.unit.identity.test_returned_mail import report

EXCEPTED = {
    "/identity/v1/imports/": "a file of the register, nobody's own: any operator's, by role",
    "/identity/v1/parked-streams/": "what a reader could not take, nobody's own: any operator's, by role",
}


@dataclass
class Makers:
    """Records of identity, a new one at each call, and the browsers they were made in."""

    identity: Identity
    open: AsyncExitStack
    places: count = field(default_factory=lambda: count(20))  # type: ignore[type-arg]

    async def browser(self) -> httpx.AsyncClient:
        return await self.open.enter_async_context(self.identity.browser())

    def person(self) -> Person:
        place = next(self.places)
        cast = self.identity.cast
        cast.run, run = cast.run + place // 80, cast.run
        made = cast.person(f"p{place}", "Alguém da Silva", 20 + place % 80)
        cast.run = run
        return made

    async def session(self) -> Record:
        person, browser, elsewhere = self.person(), await self.browser(), await self.browser()
        await self.identity.sign_up(browser, person)
        other = (await self.identity.log_in(elsewhere, person)).json()["session_id"]
        return Record({"session_id": other}, [browser])

    async def sign_up(self) -> Record:
        browser = await self.browser()
        sign_up = await self.identity.begin(browser, self.person())
        token = (await self.identity.last_mail("sign-up-code")).partition(f"{sign_up}#")[2].split()[0]
        bodies = {"resumptions": {"token": token}, "password": {"password": "girassol-amarelo", "terms_version": TERMS}}
        return Record({"sign_up_id": sign_up}, [browser], bodies=bodies)

    async def recovery(self) -> Record:
        person, browser = self.person(), await self.browser()
        await self.identity.sign_up(await self.browser(), person)
        return Record({"recovery_id": (await ask(browser, person)).json()["id"]}, [browser])

    async def erasure(self) -> Record:
        person, browser = self.person(), await self.browser()
        await self.identity.sign_up(browser, person)
        erased = (await browser.post("/v1/me/erasure", json={"current_password": person.password})).json()
        return Record({"erasure_id": erased["erasure_id"]}, [browser], bodies={"views": {"token": erased["receipt"]}})

    async def attendance(self) -> Record:
        person = self.person()
        await self.identity.sign_up(await self.browser(), person)
        attendant = client(self.identity.running, self.identity.issuer.staff(new_id(), "attendant"))
        body = {"cpf_or_cnpj": person.document, "channel": "store"}
        opened = await attendant.post("/v1/service-desk/attendances", json=body, headers=key())
        return Record({"attendance_id": opened.json()["id"]}, [attendant])

    async def returned_mail(self) -> Record:
        person = self.person()
        await self.identity.sign_up(await self.browser(), person)
        letter = await write(self.identity, person)
        await self.identity.parts.platform.pool.execute("update mails set delivered_at = clock_timestamp() where id = $1", letter)
        assert await take_bounce(self.identity.parts, report(letter)) == 0
        return Record({"mail_id": str(letter)}, [], roles=("attendant", "supervisor"))

    async def member(self) -> Record:
        person = self.person()
        admin = client(self.identity.running, self.identity.issuer.staff(new_id(), "admin"))
        body = {"cpf": person.document, "name": person.name, "email": person.email, "roles": ["reviewer"]}
        invited = await admin.post("/v1/staff", json=body, headers=key())
        return Record({"staff_id": str(UUID(invited.json()["id"])), "role": "reviewer"}, [admin], roles=("admin", "auditor", "supervisor"))


@pytest.fixture
async def makers(identity: Identity) -> AsyncIterator[Makers]:
    async with AsyncExitStack() as stack:
        yield Makers(identity, stack)


async def test_each_record_is_its_own_peoples_and_to_anybody_else_it_does_not_exist(identity: Identity, makers: Makers) -> None:
    rui, another = identity.cast.rui, await makers.browser()
    await identity.sign_up(another, rui)
    await ask(another, rui)
    await identity.begin(another, identity.cast.tiago)
    makes = {
        "/v1/me/sessions/": makers.session,
        "/v1/sign-ups/": makers.sign_up,
        "/v1/recoveries/": makers.recovery,
        "/v1/erasures/": makers.erasure,
        "/v1/service-desk/attendances/": makers.attendance,
        "/v1/service-desk/returned-mails/": makers.returned_mail,
        "/v1/staff/": makers.member,
    }
    matrix = Matrix(identity.running, makes, EXCEPTED, another)
    assert await matrix.surprises() == []
    assert matrix.tried == 28
