"""Many hands at once, and input meant to break things."""

import asyncio
from uuid import uuid4

import pytest

from services.professional.parts import ProfessionalParts
from shared.testing.running import Running
from tests.component.professional.journey import ANA, RUI, Professional


async def test_ten_submissions_at_once_file_once(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    answers = await asyncio.gather(*(rui.submit() for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"profile-under-review"}
    filed = await parts.platform.pool.fetchval("select count(*) from events where type = 'ProfileSubmitted'")
    assert filed == 1


async def test_one_registration_is_filed_by_one_of_two_at_once(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui, ana = Professional(door), Professional(door, ANA)
    await rui.complete(parts, clamd, "77777/AM")
    await ana.complete(parts, clamd, "77777/AM")
    answers = await asyncio.gather(rui.submit(), ana.submit())
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["registration-held-by-another"]


async def test_a_key_is_good_for_one_deed_only(door: Running) -> None:
    rui = Professional(door)
    key = str(uuid4())
    headers = rui.token | {"Idempotency-Key": key}
    first = await door.client.post("/v1/profiles", headers=headers)
    again = await door.client.post("/v1/profiles", headers=headers)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = await rui.submit(key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_closed_profile_begins_anew(door: Running) -> None:
    rui = Professional(door)
    await rui.fill()
    assert (await rui.post("/closures")).status_code == 200
    assert (await rui.get()).json()["actions"]["start"]["allowed"]
    assert (await rui.start()).status_code == 201
    shown = (await rui.get()).json()
    assert (shown["state"], shown["form"]["profession"]) == ("draft", None)
    listed = await door.client.get("/v1/profiles?state=draft", headers=door.issuer.staff(ANA, "auditor"))
    assert [line["id"] for line in listed.json()["profiles"]] == [str(RUI)]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b'"engenheiro"', 422),
        (b'{"profession": 1}', 422),
        (b'{"profession": "engenheiro", "admin": true}', 422),
        (b'{"profession": "\\u0000"}', 422),
        (b'{"profession": "\\ud800"}', 422),
        (b'{"profession": "' + b"x" * 41 + b'"}', 422),
        (b'{"profession": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
async def test_bad_bodies_are_named(door: Running, content: bytes, status: int) -> None:
    rui = Professional(door)
    await rui.start()
    headers = rui.token | {"If-Match": '"1"', "Content-Type": "application/json"}
    answer = await door.client.put(f"{rui.path}/profession", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]


@pytest.mark.parametrize("match", ["1", '"x"', '"-1"', '"99999999999999"', "W/1"])
async def test_versions_that_are_none_are_named(door: Running, match: str) -> None:
    rui = Professional(door)
    await rui.start()
    answer = await door.client.put(f"{rui.path}/company", json={"cnpj": None}, headers=rui.token | {"If-Match": match})
    assert (answer.status_code, answer.json()["code"]) == (400, "if-match-unreadable")
