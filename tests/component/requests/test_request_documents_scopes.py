"""Whose documents and corrections are whose: anonymous, strangers, whoever acts and whoever no longer does, each role of staff."""

from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest

from services.requests.app import service
from services.requests.parts import RequestsParts
from shared.clock import utc_now
from shared.contracts.access.consumer_unit import HolderChanged
from shared.contracts.access.grant import AccessExpired
from shared.contracts.backoffice.review import Reason
from shared.contracts.identity.user import HolderProven
from shared.contracts.professional.profile import ProfileSuspended
from shared.documents.view import find_documents
from shared.eventsourcing.event import Event, Recorded
from shared.http.principal import Principal
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.requests import journey as j
from tests.component.requests.facts import granted

PATH = "/v1/request-documents"
LOOKING = ("reviewer", "analyst", "inspector", "supervisor", "auditor", "attendant")
BRINGING = ("analyst", "supervisor")
ELSEWHERE = ("admin", "operator", "catalogue-editor")
NOVA, NIVA = uuid4(), uuid4()
TECHNICAL = ("RESP_TECNICA", "UNIFILAR_BLOCOS", "MEMORIAL", "PROJETO_ELETRICO", "ENSAIO_INVERSOR", "UNIFILAR_AS_BUILT", "AJUSTES_PROTECAO")
COMMERCIAL = ("ID_CONSUMIDOR", "POSSE_IMOVEL", "CONTRATO", "FORMULARIO_ANEEL")


def announced(record: str, code: str = "UNIFILAR_BLOCOS") -> dict[str, object]:
    """A document that is to come for a record."""
    return {"owner_id": record[-36:], "code": code, "name": "unifilar.pdf", "size": 900, "media_type": "application/pdf"}


async def said(who: j.Walker, document: str) -> tuple[list[tuple[int, str | None]], int]:
    """How each look at a document is answered, one by one, and how many a list of it has."""
    looks = [
        await who.get(f"{PATH}/{document}"),
        await who.post(f"{PATH}/{document}/views", {"purpose": "conferir"}),
        await who.get(f"{PATH}/{document}/upload"),
        await who.post(f"{PATH}/{document}/completion"),
    ]
    several = await who.get(f"{PATH}?ids={document}")
    assert several.status_code == 200
    return [(look.status_code, look.json().get("code") if look.status_code >= 400 else None) for look in looks], len(several.json())


UNKNOWN = ([(404, "document-not-found")] * 4, 0)
BROUGHT = ([(200, None), (409, "document-not-verified-yet"), (200, None), (409, "file-not-received")], 1)
LOOKED_AT = ([(200, None), (409, "document-not-verified-yet"), (403, "role-required"), (403, "role-required")], 1)


async def begun(door: Running) -> tuple[str, str]:
    """Rui's draft for Ana's house, and a document that he announced for it."""
    rui = j.walker(door, j.RUI)
    path = await j.started(rui)
    answer = await rui.post(PATH, announced(path))
    assert answer.status_code == 201, answer.text
    return path, str(answer.json()["id"])


async def test_nobody_and_nobody_else_brings_or_sees_a_document_of_a_request(door: Running) -> None:
    path, document = await begun(door)
    nobody = j.Walker(door, {})
    for look in (f"{PATH}/{document}", f"{PATH}?ids={document}", f"{PATH}/{document}/upload"):
        assert (await nobody.get(look)).status_code == 401, look
    for deed, body in (("", announced(path)), (f"/{document}/views", {"purpose": "conferir"}), (f"/{document}/completion", None)):
        assert (await nobody.post(PATH + deed, body)).status_code == 401, deed
    for person in (j.OTHER, j.CLARA):
        stranger = j.walker(door, person)
        refused = await stranger.post(PATH, announced(path))
        assert (refused.status_code, refused.json()["code"]) == (404, "request-unknown")
        assert await said(stranger, document) == UNKNOWN
    unknown = await j.walker(door, j.RUI).post(PATH, announced(str(uuid4())))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "request-unknown")


async def test_the_holder_and_who_acts_under_a_live_grant_bring_and_see_its_documents(door: Running) -> None:
    path, document = await begun(door)
    silvia = j.Walker(door, dict(door.issuer.person(j.ANA, sub=j.OTHER, rep=j.OTHER)))
    for who in (j.walker(door, j.RUI), j.walker(door, j.ANA), silvia):
        assert await said(who, document) == BROUGHT
        assert (await who.post(PATH, announced(path))).status_code == 201
    assert await said(j.walker(door, j.OTHER), document) == UNKNOWN, "who represents a holder sees as the holder, not as oneself"


async def test_a_broker_under_a_live_grant_brings_and_sees_commercial_documents_and_no_technical_ones(door: Running) -> None:
    path, unifilar = await begun(door)
    await happened(door, service(), told(granted(NIVA, j.CLARA), f"grant-{NIVA}", 2))
    clara = j.walker(door, j.CLARA)
    assert await said(clara, unifilar) == UNKNOWN
    refused = await clara.post(PATH, announced(path))
    assert (refused.status_code, refused.json()["code"]) == (403, "profession-may-not-file")
    brought = await clara.post(PATH, announced(path, "POSSE_IMOVEL"))
    assert brought.status_code == 201, brought.text
    assert await said(clara, brought.json()["id"]) == BROUGHT
    kept = [await j.kept(door, path, code) for code in (*TECHNICAL, *COMMERCIAL)]
    several = await clara.get(f"{PATH}?{'&'.join(f'ids={one}' for one in kept)}")
    assert sorted(one["code"] for one in several.json()) == sorted(COMMERCIAL)
    for code, document in zip((*TECHNICAL, *COMMERCIAL), kept, strict=True):
        looked = await clara.post(f"{PATH}/{document}/views", {"purpose": "conferir"})
        assert looked.status_code == (404 if code in TECHNICAL else 200), code
    await happened(door, service(), told(suspended(j.RUI), f"profile-{j.RUI}", 2))
    assert (await j.walker(door, j.RUI).get(f"{PATH}/{unifilar}")).status_code == 200, "suspended, one still reads"


def suspended(person: UUID) -> ProfileSuspended:
    """Somebody's profile is suspended."""
    return ProfileSuspended(profile_id=person, person_id=person, reason=Reason(code="x"), suspended_by=j.STAFF, suspended_at=utc_now())


async def test_a_grant_that_ended_or_is_of_another_unit_shows_nothing(door: Running) -> None:
    path, document = await begun(door)
    rui = j.walker(door, j.RUI)
    elsewhere = granted(NIVA, j.CLARA).model_copy(update={"unit_id": uuid4()})
    await happened(door, service(), told(elsewhere, f"grant-{NIVA}", 2))
    assert await said(j.walker(door, j.CLARA), document) == UNKNOWN
    await door.parts.platform.pool.execute("update grants set ends_on = current_date - 2 where grant_id = $1", j.GRANT)
    assert await said(rui, document) == UNKNOWN, "its last day is over, whether or not anybody has said so yet"
    ended = AccessExpired.model_validate(
        {
            "grant_id": j.GRANT,
            "unit_id": j.UNIT,
            "holder_id": j.ANA,
            "professional_id": j.RUI,
            "ends_on": utc_now().date(),
            "expired_at": utc_now(),
        }
    )
    await happened(door, service(), told(ended, f"grant-{j.GRANT}", 3))
    assert await said(rui, document) == UNKNOWN
    assert (await rui.post(PATH, announced(path))).json()["code"] == "request-unknown"
    assert await said(j.walker(door, j.ANA), document) == BROUGHT


@pytest.mark.parametrize("role", [*LOOKING, *ELSEWHERE])
async def test_staff_look_by_their_role_and_bring_where_they_deliver(door: Running, role: str) -> None:
    path, document = await begun(door)
    who = j.officer(door, role)
    expected = BROUGHT if role in BRINGING else LOOKED_AT if role in LOOKING else UNKNOWN
    assert await said(who, document) == expected
    announcing = await who.post(PATH, announced(path))
    if role in BRINGING:
        assert announcing.status_code == 201
    elif role in LOOKING:
        assert (announcing.status_code, announcing.json()["code"]) == (403, "role-required")
    else:
        assert (announcing.status_code, announcing.json()["code"]) == (404, "request-unknown")


async def test_of_many_documents_each_sees_their_own_in_one_question(door: Running) -> None:
    path, document = await begun(door)
    hers = await j.started(j.walker(door, j.ANA))
    ids = [document, *[await j.kept(door, path if n % 2 else hers, f"D{n}") for n in range(40)]]
    await happened(door, service(), *moved_out())
    theirs = await j.kept(door, await j.started(j.walker(door, NOVA)), "D99")
    several = f"{PATH}?{'&'.join(f'ids={one}' for one in (*ids, theirs, uuid4()))}"
    assert {one["id"] for one in (await j.walker(door, j.ANA).get(several)).json()} == set(ids)
    assert {one["id"] for one in (await j.walker(door, NOVA).get(several)).json()} == {theirs}
    assert (await j.walker(door, j.RUI).get(several)).json() == []
    assert {one["id"] for one in (await j.officer(door, "auditor").get(several)).json()} == {*ids, theirs}
    parts = cast("RequestsParts", door.parts)
    ana = Principal(j.ANA, j.ANA, "customer", None, frozenset(), None, frozenset(), None, None)
    asked: list[object] = []
    async with parts.platform.pool.acquire() as db:
        rows = await find_documents(db, [UUID(one) for one in (*ids, theirs)])
        with db.query_logger(asked.append):
            assert len(await parts.seen_by(db, ana, rows)) == len(ids)
    assert len(asked) == 1


def moved_out() -> list[Recorded[Event]]:
    """Ana sold the house: access ends her grants, and Nova, who is proven, lets Clara act."""
    sold = HolderChanged(unit_id=j.UNIT, previous_holder_id=j.ANA, holder_id=NOVA, holder_kind="cpf", changed_at=utc_now())
    proven = HolderProven(user_id=NOVA, person_id=NOVA, how="attendant", proven_at=utc_now())
    lets = granted(NIVA, j.CLARA).model_copy(update={"holder_id": NOVA})
    return [
        told(sold, f"consumer-unit-{j.UNIT}", 2),
        told(proven, f"user-{NOVA}", 1),
        told(lets, f"grant-{NIVA}", 2),
    ]


async def test_who_takes_a_unit_over_sees_and_does_nothing_in_what_the_former_holder_began(door: Running) -> None:
    path, document = await begun(door)
    await happened(door, service(), *moved_out())
    for person in (NOVA, j.CLARA):
        who = j.walker(door, person)
        for look in (path, f"{path}/readiness", f"{path}/checklist", f"{path}/timeline", f"{path}/clocks"):
            assert (await who.get(look)).status_code == 404, look
        assert (await who.send("PUT", f"{path}/motive", {"motive": "gd-sem-alteracao"}, version=1)).json()["code"] == "request-unknown"
        assert (await who.post(f"{path}/filing")).json()["code"] == "request-unknown"
        assert (await who.post(PATH, announced(path))).json()["code"] == "request-unknown"
        assert await said(who, document) == UNKNOWN
    assert (await j.walker(door, j.ANA).get(path)).json()["holder"]["person_id"] == str(j.ANA)
    assert await said(j.walker(door, j.ANA), document) == BROUGHT


async def test_a_dismissed_request_is_corrected_by_its_holder_or_under_a_live_grant(door: Running) -> None:
    rui, ana, clara = (j.walker(door, person) for person in (j.RUI, j.ANA, j.CLARA))
    path, _ = await j.filed(rui)
    await j.concluded(door, path, "triage", approved=False, reasons=(Reason(code="titularidade-divergente"),))
    correcting = f"{path}/corrections"
    assert (await j.Walker(door, {}).post(correcting)).status_code == 401
    for role in (*LOOKING, *ELSEWHERE):
        assert (await j.officer(door, role).post(correcting)).json()["code"] == "role-required", role
    for person in (j.OTHER, j.CLARA):
        refused = await j.walker(door, person).post(correcting)
        assert (refused.status_code, refused.json()["code"]) == (404, "request-unknown")
    await happened(door, service(), told(granted(NIVA, j.CLARA), f"grant-{NIVA}", 2))
    for who in (rui, ana, clara):
        corrected = await who.post(correcting)
        assert corrected.status_code == 201, corrected.text
        new = (await who.get(corrected.headers["location"])).json()
        assert (new["previous_request"], new["state"]) == (path[-36:], "draft")


async def test_whose_access_ended_no_longer_corrects_what_they_filed(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.filed(rui)
    await j.concluded(door, path, "triage", approved=False, reasons=(Reason(code="titularidade-divergente"),))
    await door.parts.platform.pool.execute(
        "update grants set ends_on = $2 where grant_id = $1", j.GRANT, utc_now().date() - timedelta(days=2)
    )
    refused = await rui.post(f"{path}/corrections")
    assert (refused.status_code, refused.json()["code"]) == (403, "access-not-live")
    assert (await rui.get(f"{path}/checklist")).status_code == 404
    assert (await rui.get(path)).json()["draft"] is None
    await happened(door, service(), *moved_out())
    for person in (NOVA, j.CLARA):
        assert (await j.walker(door, person).post(f"{path}/corrections")).json()["code"] == "request-unknown"
    assert (await j.walker(door, j.ANA).post(f"{path}/corrections")).json()["code"] == "access-not-live"
