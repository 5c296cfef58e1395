"""Searching a person by CPF or CNPJ: who may, what is answered, and that every look is written down, also one that found nobody."""

from typing import Any

from shared.ids import new_id
from tests.component.identity.conftest import Identity
from tests.component.identity.test_between_services import tell

PATH = "/v1/customers/searches"
MAY = ("attendant", "reviewer", "analyst", "supervisor", "auditor")


async def looks(identity: Identity) -> list[tuple[Any, ...]]:
    rows = await identity.parts.platform.pool.fetch("select actor, what, object, purpose, channel from access_log order by at, id")
    return [tuple(row) for row in rows]


async def test_only_staff_whose_work_it_is_search_people(identity: Identity) -> None:
    body = {"cpf_or_cnpj": identity.cast.ana.document}
    async with identity.browser() as browser:
        assert (await browser.post(PATH, json=body)).status_code == 401
        refused = [identity.issuer.person(new_id()), identity.issuer.service("access", "identity")]
        refused += [identity.issuer.staff(new_id(), role) for role in ("admin", "operator", "inspector", "catalogue-editor")]
        for headers in refused:
            answer = await browser.post(PATH, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "role-required")
        assert await looks(identity) == []
        for role in MAY:
            assert (await browser.post(PATH, json=body, headers=identity.issuer.staff(new_id(), role))).status_code == 200
    assert len(await looks(identity)) == len(MAY)


async def test_a_search_says_who_it_is_and_each_is_written_down_with_who_looked(identity: Identity) -> None:
    ana, rui, staff = identity.cast.ana, identity.cast.rui, new_id()
    people, desk = identity.parts.platform.people, identity.issuer.staff(staff, "attendant", sub=staff)
    await tell(identity, rui, 1)
    async with identity.browser() as browser, identity.browser() as counter:
        await identity.sign_up(browser, ana)
        await tell(identity, ana, 1)
        masked = f"{ana.document[:3]}.{ana.document[3:6]}.{ana.document[6:9]}-{ana.document[9:]}"
        found = [
            (await counter.post(PATH, json={"cpf_or_cnpj": typed}, headers=desk)).json()
            for typed in (masked, rui.document, identity.cast.clara.document)
        ]
        wrong = await counter.post(PATH, json={"cpf_or_cnpj": "111.111.111-11"}, headers=desk)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "cpf-invalid")
    shown = [(line["display_name"], line["in_register"], line["has_account"], line["holder_proven"]) for line in found]
    assert shown == [(ana.name, True, True, True), (rui.name, True, False, False), ("—", False, False, False)]
    sought = [str(people.of_text(person.document)) for person in (ana, rui, identity.cast.clara)]
    assert [line["person_id"] for line in found] == sought
    assert await looks(identity) == [(f"staff:{staff}", "person", person, "search", "staff") for person in sought]
