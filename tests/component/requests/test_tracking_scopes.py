"""Tracking and catalogues: for anyone, but only with both numbers."""

from typing import cast
from uuid import UUID

import pytest

from services.requests.papers import Papers
from services.requests.parts import RequestsParts
from shared.identifiers import parse_document
from shared.people import PersonIds
from shared.testing.people import Cast
from shared.testing.running import Running
from tests.component.requests import journey as j


async def test_an_unknown_protocol_and_a_wrong_pair_look_alike(door: Running) -> None:
    _, protocol = await j.filed(j.walker(door, j.RUI))
    nobody = j.Walker(door, {})
    cpf = Cast(1, "002").ana.document
    answers = [
        await nobody.post("/v1/tracking", {"protocol": number, "cpf_or_cnpj": cpf}) for number in (protocol, "20264000000999", "nonsense")
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "tracking-unknown")}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert (await nobody.post("/v1/tracking", {"protocol": protocol, "cpf_or_cnpj": "123"})).status_code == 422


async def test_with_both_numbers_anyone_follows(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    _, protocol = await j.filed(j.walker(door, j.RUI))
    cpf = Cast(1, "002").ana.document
    known = parse_document(cpf)
    monkeypatch.setattr(PersonIds, "of", lambda _self, document: j.ANA if document == known else j.OTHER)
    answer = await j.Walker(door, {}).post("/v1/tracking", {"protocol": protocol, "cpf_or_cnpj": cpf})
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["state"], seen["next"]["who"]) == ("under-triage", "distributor")
    assert seen["timeline"][-1]["sentence"].startswith(f"O pedido foi protocolado com o número {protocol}")
    assert cpf not in answer.text


async def test_catalogues_are_public_and_dated(door: Running) -> None:
    nobody = j.Walker(door, {})
    motives = (await nobody.get("/v1/catalogues/motives")).json()
    assert [entry["code"] for entry in motives["entries"]] == ["gd-sem-alteracao", "gd-com-alteracao", "aumento-gd"]
    assert (await nobody.get("/v1/catalogues/motives?on=2001-01-01")).status_code == 404
    assert (await nobody.get("/v1/catalogues/nothing")).status_code == 404


async def test_form_and_receipt_are_rendered_and_both_are_told_by_mail(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    rui = j.walker(door, j.RUI)
    path, _ = await j.filed(rui)
    parts = cast("RequestsParts", door.parts)
    assert [paper["document_id"] for paper in (await rui.get(path)).json()["papers"]] == [None, None]

    async def names(_self: object, ids: list[UUID], purpose: str, on_behalf_of: str | None = None) -> dict[UUID, str]:
        del purpose, on_behalf_of
        return dict.fromkeys(ids, "Ana & Rui")

    monkeypatch.setattr(type(parts.platform.names), "of", names)
    platform = parts.platform
    papers = Papers(platform.pool, parts.requests, parts.documents, platform.names, platform.calendar, platform.clock, "Agência")
    assert await papers.step()
    assert await papers.step()
    assert not await papers.step()
    seen = (await rui.get(path)).json()
    assert all(paper["document_id"] for paper in seen["papers"])
    look = await rui.post(f"/v1/request-documents/{seen['papers'][0]['document_id']}/views", {"purpose": "conferir"})
    assert look.status_code == 200
    async with platform.pool.acquire() as db:
        told = await db.fetch("select person_id, subject from outbox where fact = 'budget-requested'")
    assert {row["person_id"] for row in told} == {j.ANA, j.RUI}
    assert seen["protocol"] in told[0]["subject"]
