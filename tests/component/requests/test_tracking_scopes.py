"""Tracking and catalogues: for anyone, but only with both numbers."""

import pytest

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
