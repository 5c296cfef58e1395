"""The door over HTTP: who gets in, what is refused and how, and deeds done once."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from shared.clock import utc_now
from shared.http.tokens import ServiceTokens, SigningKeysUnknown
from shared.testing.running import Running
from shared.testing.tokens import new_key

ANA = UUID(int=1)
RUI = UUID(int=2)


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def _write(door: Running, text: str = "hello") -> httpx.Response:
    return await door.client.post("/v1/notes", json={"text": text}, headers={**door.issuer.person(ANA), **_key()})


def _code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    return str(problem["code"])


async def test_nobody_gets_in_without_a_token(door: Running) -> None:
    answer = await door.client.get(f"/v1/notes/{uuid4()}")
    assert (answer.status_code, _code(answer)) == (401, "sign-in-required")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_somebody_elses_record_looks_unknown(door: Running) -> None:
    location = (await _write(door)).headers["location"]
    theirs = await door.client.get(location, headers=door.issuer.person(RUI))
    unknown = await door.client.get(f"/v1/notes/{uuid4()}", headers=door.issuer.person(RUI))
    assert (theirs.status_code, _code(theirs)) == (unknown.status_code, _code(unknown)) == (404, "not-found")


async def test_what_is_created_says_where_and_which_version(door: Running) -> None:
    answer = await _write(door)
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    shown = await door.client.get(answer.headers["location"], headers=door.issuer.person(ANA))
    assert (shown.status_code, shown.headers["etag"], shown.json()) == (200, '"1"', {"text": "hello"})


@pytest.mark.parametrize("token", ["Bearer nonsense", "Bearer a.b.c", "Basic abc", "Bearer "])
async def test_a_token_that_is_none_is_refused(door: Running, token: str) -> None:
    answer = await door.client.get(f"/v1/notes/{uuid4()}", headers={"Authorization": token})
    assert (answer.status_code, _code(answer)) == (401, "sign-in-required")


async def test_expired_and_foreign_tokens_are_refused(door: Running) -> None:
    old = door.issuer.person(ANA, now=utc_now() - timedelta(minutes=6))
    foreign = {"Authorization": f"Bearer {ServiceTokens('identity', new_key()).token('sample', 'names')}"}
    for headers in (old, foreign):
        assert (await door.client.get(f"/v1/notes/{uuid4()}", headers=headers)).status_code == 401


async def test_a_token_of_an_ended_session_is_refused(door: Running) -> None:
    session = uuid4()
    headers = door.issuer.person(ANA, sid=session)
    assert (await door.client.get(f"/v1/notes/{uuid4()}", headers=headers)).status_code == 404
    await door.parts.platform.pool.execute("insert into ended_sessions values ($1, $2, now())", session, ANA)
    answer = await door.client.get(f"/v1/notes/{uuid4()}", headers=headers)
    assert (answer.status_code, _code(answer)) == (401, "session-over")


async def test_roles_and_the_second_factor_are_asked_for(door: Running) -> None:
    path = f"/v1/notes/{uuid4()}"
    assert _code(await door.client.post(f"{path}/reviews", headers=door.issuer.person(ANA))) == "role-required"
    assert _code(await door.client.post(f"{path}/reviews", headers=door.issuer.staff(ANA, "analyst"))) == "role-required"
    assert (await door.client.post(f"{path}/reviews", headers=door.issuer.staff(ANA, "reviewer"))).json() == {"text": f"staff:{ANA}"}
    late = door.issuer.staff(ANA, "admin", auth_time=utc_now() - timedelta(minutes=7))
    assert _code(await door.client.post(f"{path}/removals", headers=late)) == "step-up-required"
    assert (await door.client.post(f"{path}/removals", headers=door.issuer.staff(ANA, "admin"))).status_code == 200


async def test_a_service_token_is_good_for_its_audience_only(door: Running) -> None:
    good = await door.client.get("/v1/notes/internal/names", headers=door.issuer.service("access", "sample", "form"))
    assert good.json() == {"text": "service:access form"}
    other = await door.client.get("/v1/notes/internal/names", headers=door.issuer.service("access", "identity"))
    assert other.status_code == 401
    assert _code(await door.client.get("/v1/notes/internal/names", headers=door.issuer.staff(ANA, "admin"))) == "role-required"


async def test_an_edit_says_its_version_and_a_stale_one_is_refused(door: Running) -> None:
    location = (await _write(door)).headers["location"]
    headers = dict(door.issuer.person(ANA))
    body = {"text": "second"}
    assert _code(await door.client.put(location, json=body, headers=headers)) == "version-required"
    assert _code(await door.client.put(location, json=body, headers=headers | {"If-Match": "later"})) == "if-match-unreadable"
    for weak in ('W/"1"', '"01"'):
        refused = await door.client.put(location, json=body, headers=headers | {"If-Match": weak})
        assert (refused.status_code, _code(refused)) == (400, "if-match-unreadable")
    good = await door.client.put(location, json=body, headers=headers | {"If-Match": '"1"'})
    assert (good.status_code, good.headers["etag"]) == (200, '"2"')
    stale = await door.client.put(location, json={"text": "third"}, headers=headers | {"If-Match": '"1"'})
    assert (stale.status_code, _code(stale)) == (412, "version-changed")


async def test_the_same_request_twice_is_done_once(door: Running) -> None:
    headers = {**door.issuer.person(ANA), **_key()}
    first = await door.client.post("/v1/notes", json={"text": "a", "count": 1}, headers=headers)
    again = await door.client.post(
        "/v1/notes", content=b'{"count": 1,  "text": "a"}', headers={**headers, "Content-Type": "application/json"}
    )
    assert (first.status_code, first.json(), first.headers["location"], first.headers["etag"]) == (
        again.status_code,
        again.json(),
        again.headers["location"],
        again.headers["etag"],
    )
    assert await door.parts.platform.pool.fetchval("select count(*) from events") == 1


async def test_a_key_for_something_else_is_refused(door: Running) -> None:
    headers = {**door.issuer.person(ANA), **_key()}
    await door.client.post("/v1/notes", json={"text": "a"}, headers=headers)
    answer = await door.client.post("/v1/notes", json={"text": "b"}, headers=headers)
    assert (answer.status_code, _code(answer)) == (422, "idempotency-key-reused")
    other = await door.client.post("/v1/notes", json={"text": "b"}, headers={**headers, **door.issuer.person(RUI)})
    assert other.status_code == 201


async def test_a_creation_without_a_key_is_refused(door: Running) -> None:
    answer = await door.client.post("/v1/notes", json={"text": "a"}, headers=door.issuer.person(ANA))
    assert (answer.status_code, _code(answer)) == (400, "idempotency-key-missing")


async def test_twenty_at_once_with_one_key_make_one(door: Running) -> None:
    headers = {**door.issuer.person(ANA), **_key()}
    answers = await asyncio.gather(*(door.client.post("/v1/notes", json={"text": "a"}, headers=headers) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {_code(answer) for answer in answers if answer.status_code == 409} <= {"still-running"}
    assert await door.parts.platform.pool.fetchval("select count(*) from events") == 1


async def test_bodies_that_cannot_be_are_refused_by_name(door: Running) -> None:
    headers = {**door.issuer.person(ANA), **_key(), "Content-Type": "application/json"}
    cases: list[tuple[bytes, str, int, str]] = [
        (b"{", "application/json", 400, "body-unreadable"),
        (b"\xff\xfe", "application/json", 400, "body-unreadable"),
        (b"text=a", "application/x-www-form-urlencoded", 415, "media-type-not-supported"),
        (b'{"text": "' + b"x" * 300_000 + b'"}', "application/json", 413, "body-too-big"),
        (b"[]", "application/json", 422, "body-invalid"),
        (b"[" * 200_000, "application/json", 400, "body-unreadable"),
        (b'{"text": "a\\u0000b"}', "application/json", 422, "character-not-allowed"),
        (b'{"text": "\\ud800"}', "application/json", 422, "body-invalid"),
        (b'{"text": "a", "count": 1e400}', "application/json", 422, "body-invalid"),
        (b'{"text": "a", "cpf": "12345678909"}', "application/json", 422, "body-invalid"),
    ]
    for content, kind, status, code in cases:
        answer = await door.client.post("/v1/notes", content=content, headers={**headers, "Content-Type": kind})
        assert (answer.status_code, _code(answer)) == (status, code), content[:40]
        assert "12345678909" not in answer.text


async def test_a_body_without_a_length_is_measured_too(door: Running) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 10_000

    headers = {**door.issuer.person(ANA), **_key(), "Content-Type": "application/json"}
    answer = await door.client.post("/v1/notes", content=endless(), headers=headers)
    assert (answer.status_code, _code(answer)) == (413, "body-too-big")


async def test_wrong_fields_are_pointed_at_and_never_echoed(door: Running) -> None:
    headers = {**door.issuer.person(ANA), **_key()}
    body = {"text": "529.982.247-25 is far too long for this field, it is", "count": "529.982.247-25", "52998224725": 1}
    answer = await door.client.post("/v1/notes", json=body, headers=headers)
    assert answer.status_code == 422
    pointers = {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}
    assert pointers == {"/text": "string-too-long", "/count": "int-parsing", "": "extra-forbidden"}
    assert not any(cpf in answer.text for cpf in ("529.982", "52998224725"))


async def test_a_mistake_of_ours_tells_nothing(door: Running) -> None:
    answer = await door.client.get("/v1/notes/public/broken")
    assert (answer.status_code, _code(answer)) == (500, "internal-error")
    assert "123" not in answer.json()["detail"]


async def test_paths_and_methods_that_are_not_there_are_problems(door: Running) -> None:
    assert _code(await door.client.get("/v1/nothing")) == "not-found"
    answer = await door.client.delete("/v1/notes")
    assert (answer.status_code, _code(answer)) == (405, "method-not-allowed")


async def test_a_request_keeps_its_id_into_the_event(door: Running) -> None:
    request = uuid4()
    answer = await door.client.post(
        "/v1/notes", json={"text": "a"}, headers={**door.issuer.person(ANA), **_key(), "X-Request-Id": str(request)}
    )
    assert answer.headers["x-request-id"] == str(request)
    metadata = json.loads(await door.parts.platform.pool.fetchval("select metadata::text from events"))
    assert str(request) in metadata.values()
    assert f"person:{ANA}" in metadata.values()


async def test_a_lost_database_is_an_honest_503(door: Running) -> None:
    platform = door.parts.platform
    await platform.pool.close()
    answer = await door.client.get(f"/v1/notes/{uuid4()}", headers=door.issuer.person(ANA))
    assert (answer.status_code, _code(answer)) == (503, "database-away")
    assert int(answer.headers["retry-after"]) > 0
    assert (await door.client.get("/health/live")).status_code == 200
    ready = await door.client.get("/health/ready")
    assert (ready.status_code, list(ready.json()["missing"])) == (503, ["database"])


async def test_signing_keys_that_cannot_be_read_are_an_honest_503(door: Running) -> None:
    class Away:
        async def find(self, kid: str) -> None:
            raise SigningKeysUnknown(kid)

    door.app.state.door = replace(door.app.state.door, people=Away())
    answer = await door.client.get(f"/v1/notes/{uuid4()}", headers=door.issuer.person(ANA))
    assert (answer.status_code, _code(answer)) == (503, "signing-keys-unknown")


async def test_a_stale_token_does_not_keep_anybody_from_what_is_for_anyone(door: Running) -> None:
    old = door.issuer.person(ANA, now=utc_now() - timedelta(minutes=6))
    assert (await door.client.get("/v1/notes/public/hello", headers=old)).json() == {"text": "anyone"}
    good = await door.client.get("/v1/notes/public/hello", headers=door.issuer.person(ANA))
    assert good.json() == {"text": f"person:{ANA}"}


async def test_metrics_count_requests_by_route(door: Running) -> None:
    await door.client.get(f"/v1/notes/{uuid4()}", headers=door.issuer.person(ANA))
    text = (await door.client.get("/metrics")).text
    assert 'http_request_seconds_count{method="GET",route="/v1/notes/{note}",service="sample",status="404"}' in text


async def test_a_full_record_refuses_one_more_of_the_same_and_says_what_to_do(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.eventsourcing.handler.MOST_OF_PEOPLE", 2)
    location = (await _write(door)).headers["location"]
    headers = dict(door.issuer.person(ANA))
    assert (await door.client.put(location, json={"text": "second"}, headers=headers | {"If-Match": '"1"'})).status_code == 200
    refused = await door.client.put(location, json={"text": "third"}, headers=headers | {"If-Match": '"2"'})
    assert (refused.status_code, _code(refused)) == (409, "record-full")
    assert "comece outro" in refused.json()["detail"]
    shown = await door.client.get(location, headers=headers)
    assert (shown.json(), shown.headers["etag"]) == ({"text": "second"}, '"2"')


async def test_a_record_at_the_end_of_all_room_refuses_by_the_same_name(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.eventsourcing.store.MAXIMUM_STREAM", 1)
    location = (await _write(door)).headers["location"]
    refused = await door.client.put(location, json={"text": "second"}, headers={**door.issuer.person(ANA), "If-Match": '"1"'})
    assert (refused.status_code, _code(refused)) == (409, "record-full")


async def test_a_fact_too_big_to_be_kept_is_refused_by_name(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.eventsourcing.codec.MAXIMUM_BYTES", 100)
    refused = await _write(door, "x" * 40)
    assert (refused.status_code, _code(refused)) == (413, "content-too-big")
