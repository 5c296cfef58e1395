"""Whose documents are whose: announced for one's own profile, attached when good, seen by owner and reviewers."""

from uuid import uuid4

from services.professional.parts import ProfessionalParts
from shared.testing.running import Running
from tests.component.professional.journey import ANA, EICAR, RUI, STAFF, Professional

BODY = {"owner_id": str(RUI), "code": "carteira-conselho", "name": "carteira.pdf", "size": 900, "media_type": "application/pdf"}


async def test_documents_are_announced_for_ones_own_profile(door: Running) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    early = await door.client.post("/v1/profile-documents", json=BODY, headers={**door.issuer.person(RUI), **key})
    assert (early.status_code, early.json()["code"]) == (404, "profile-unknown")
    assert (await Professional(door).start()).status_code == 201
    assert (await door.client.post("/v1/profile-documents", json=BODY, headers=key)).status_code == 401
    another = await door.client.post("/v1/profile-documents", json=BODY, headers={**door.issuer.person(ANA), **key})
    assert (another.status_code, another.json()["code"]) == (404, "profile-unknown")
    right = await door.client.post("/v1/profile-documents", json=BODY, headers={**door.issuer.person(RUI), **key})
    assert right.status_code == 201
    location = right.headers["location"]
    assert (await door.client.get(location)).status_code == 401
    assert (await door.client.get(location, headers=door.issuer.person(ANA))).status_code == 404
    assert (await door.client.get(location, headers=door.issuer.staff(STAFF, "operator"))).status_code == 404
    assert (await door.client.get(location, headers=door.issuer.staff(STAFF, "reviewer"))).status_code == 200
    assert (await door.client.get(location, headers=door.issuer.person(RUI))).json()["state"] == "verifying"


async def test_a_document_is_attached_when_it_is_good_and_in_its_place(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui, ana = Professional(door), Professional(door, ANA)
    await rui.fill()
    await ana.fill("99999/AM")
    hers = await ana.upload(parts, clamd, "carteira-conselho")
    stolen = await rui.put("/documents/carteira-conselho", {"document_id": hers})
    assert (stolen.status_code, stolen.json()["code"]) == (404, "document-not-found")
    document = await rui.upload(parts, clamd, "carteira-conselho")
    elsewhere = await rui.put("/documents/certidao-registro", {"document_id": document})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "document-not-found")
    right = await rui.put("/documents/carteira-conselho", {"document_id": document})
    assert right.status_code == 200
    shown = (await rui.get()).json()["form"]["documents"]
    assert [item["document_id"] for item in shown] == [document]
    unasked = await rui.put("/documents/selfie", {"document_id": await rui.upload(parts, clamd, "selfie")})
    assert (unasked.status_code, unasked.json()["code"]) == (409, "document-not-asked")
    match = {"If-Match": f'"{rui.version}"'}
    removed = await door.client.delete(f"{rui.path}/documents/{document}", headers=rui.token | match)
    assert removed.status_code == 200
    assert (await rui.get()).json()["form"]["documents"] == []


async def test_an_infected_document_is_refused_and_never_attached(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.fill()
    infected = b"%PDF-1.4\n" + EICAR
    document = await rui.upload(parts, clamd, "carteira-conselho", infected)
    found = (await door.client.get(f"/v1/profile-documents/{document}", headers=rui.token)).json()
    assert (found["state"], found["refusal"] is not None) == ("refused", True)
    refused = await rui.put("/documents/carteira-conselho", {"document_id": document})
    assert (refused.status_code, refused.json()["code"]) == (409, "document-refused")


async def test_a_document_that_is_still_looked_at_is_not_attached(door: Running) -> None:
    rui = Professional(door)
    await rui.fill()
    started = await door.client.post("/v1/profile-documents", json=BODY, headers=rui.token | {"Idempotency-Key": str(uuid4())})
    early = await rui.put("/documents/carteira-conselho", {"document_id": started.json()["id"]})
    assert (early.status_code, early.json()["code"]) == (409, "document-not-verified-yet")
