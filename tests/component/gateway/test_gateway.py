"""What the one door lets through, what it stops, and how it says so."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc.jwk import OKPKey
from minio import Minio

from deploy.gateway.replies import FILE_SENTENCES, STORE_STATUSES
from deploy.gateway.routes import HIDDEN, PLURALS
from tests.component.gateway.door import ENTRANCE_LIMIT, ORIGIN, STREAM, Door, open_door
from tests.conftest import Bucket

KIB = 1024
SCHEMAS = Path(__file__).resolve().parents[3] / "contracts" / "schemas"


@pytest.fixture
async def door(tmp_path: Path, storage: Bucket) -> AsyncIterator[Door]:
    async for opened in open_door(tmp_path, int(urlsplit(storage.url).port or 0)):
        yield opened


@pytest.fixture
async def http(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=door.url, timeout=20) as client:
        yield client


async def test_each_plural_reaches_its_own_service(http: httpx.AsyncClient) -> None:
    for service, plurals in PLURALS.items():
        if service == "backoffice":
            continue
        for path in (*(f"/v1/{plural}" for plural in plurals), f"/v1/{plurals[0]}/1/acts", f"/{service}/v1/parked-streams"):
            told = (await http.get(path)).json()
            assert (told["service"], told["path"]) == (service, path)


async def test_what_is_between_services_is_not_there(http: httpx.AsyncClient) -> None:
    for path in (*HIDDEN, "/v1/people/names", "/v1/sessionsX", "/health/ready", "/identity/metrics", "/v1", "/", "/admin"):
        reply = await http.get(path)
        assert (reply.status_code, reply.json()["code"]) == (404, "not-found"), path
        assert reply.headers["content-type"] == "application/problem+json"


async def test_paths_with_tricks_do_not_pass(http: httpx.AsyncClient, door: Door) -> None:
    for path in ("/v1/me/../../metrics", "/v1/me/%2e%2e/%2e%2e/metrics", "/v1//../metrics", "/v1/me%2f..%2fmetrics"):
        request = httpx.Request("GET", httpx.URL(door.url, raw_path=path.encode()))
        assert (await http.send(request)).status_code in {400, 404}, path


async def test_a_body_for_a_service_ends_at_256_kib(http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/profiles", content=b"x" * 255 * KIB)).json()["size"] == 255 * KIB
    refused = await http.post("/v1/profiles", content=b"x" * 300 * KIB)
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-big")


async def test_a_token_is_checked_when_there_is_one(http: httpx.AsyncClient, door: Door) -> None:
    async def status(token: str | None) -> int:
        return (await http.get("/v1/me", headers={"Authorization": f"Bearer {token}"} if token else {})).status_code

    assert await status(None) == 200
    assert await status(door.token()) == 200
    assert await status(door.token(age=4000)) == 401
    assert await status(door.token(key=OKPKey.generate_key("Ed25519", {"kid": "k"}))) == 401
    refused = await http.get("/v1/me", headers={"Authorization": "Bearer nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (401, "token-invalid")


async def test_every_request_has_an_id_and_nobody_may_choose_it(http: httpx.AsyncClient) -> None:
    reply = await http.get("/v1/me", headers={"x-request-id": "chosen"})
    assert reply.headers["x-request-id"] == reply.json()["headers"]["x-request-id"] != "chosen"


async def test_an_entrance_has_a_tighter_limit_per_address_and_says_when_to_return(http: httpx.AsyncClient) -> None:
    statuses = [(await http.post("/v1/sessions")).status_code for _ in range(ENTRANCE_LIMIT + 1)]
    assert statuses == [200] * ENTRANCE_LIMIT + [429]
    refused = await http.post("/v1/sessions")
    assert refused.json()["code"] == "too-many-requests"
    assert int(refused.headers["retry-after"]) > 0
    assert (await http.post("/v1/sign-ups")).status_code == 200
    assert (await http.get("/v1/sessions")).status_code == 200


async def test_a_service_that_is_away_is_said_to_be_away(http: httpx.AsyncClient) -> None:
    reply = await http.get("/v1/reviews")
    assert (reply.status_code, reply.json()["code"]) == (503, "service-away")
    assert int(reply.headers["retry-after"]) > 0


async def test_events_arrive_while_the_answer_goes_on(http: httpx.AsyncClient) -> None:
    async with http.stream("GET", "/v1/catalogues", headers={"Accept": "text/event-stream"}) as reply:
        assert await anext(reply.aiter_raw()) == STREAM


async def test_files_go_through_signed_for_this_host(http: httpx.AsyncClient, storage: Bucket, door: Door) -> None:
    client = Minio(f"127.0.0.1:{door.port}", storage.access_key, storage.secret_key, secure=False, region=storage.region)
    put = client.presigned_put_object(storage.name, "gateway/a.bin", timedelta(minutes=5))
    assert (await http.put(put, content=b"y" * 1024 * KIB)).status_code == 200
    got = await http.get(client.presigned_get_object(storage.name, "gateway/a.bin", timedelta(minutes=5)))
    assert got.content == b"y" * 1024 * KIB
    too_big = await http.put(put, content=io.BytesIO(b"z" * 22 * 1024 * KIB).getvalue())
    assert too_big.status_code == 413


async def test_what_the_file_store_refuses_is_a_problem_in_our_words(http: httpx.AsyncClient, storage: Bucket, door: Door) -> None:
    client = Minio(f"127.0.0.1:{door.port}", storage.access_key, storage.secret_key, secure=False, region=storage.region)
    missing = client.presigned_get_object(storage.name, "gateway/never-put.bin", timedelta(minutes=5))
    unsigned = f"/{storage.name}/gateway/a.bin"
    theirs = (await http.get(f"{storage.url}{unsigned}")).status_code  # stores differ in what they call it
    ours = STORE_STATUSES[theirs]
    for url, status, code in (
        (missing, 404, "file-not-found"),
        (missing[:-1] + ("1" if missing.endswith("0") else "0"), 403, "file-address-refused"),
        (f"{door.url}{unsigned}", ours, FILE_SENTENCES[ours][0]),
    ):
        reply = await http.get(url, headers={"Origin": ORIGIN})
        assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
        assert reply.headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-origin" not in (await http.get(url, headers={"Origin": "http://elsewhere.test"})).headers
        assert reply.json() | {"code": code, "status": status, "request_id": reply.headers["x-request-id"]} == reply.json()


async def test_browsers_may_send_files_from_the_portal_only(http: httpx.AsyncClient) -> None:
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    allowed = await http.options("/gd-identity/x", headers={"Origin": ORIGIN, **asked})
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    other = await http.options("/gd-identity/x", headers={"Origin": "http://elsewhere.test", **asked})
    assert "access-control-allow-origin" not in other.headers


async def test_the_page_of_contracts_is_served_by_the_door_itself(http: httpx.AsyncClient) -> None:
    reply = await http.get("/docs")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; script-src 'sha256-")


async def test_every_answer_says_what_a_browser_may_do_with_it_and_none_repeats_what_was_sent(http: httpx.AsyncClient) -> None:
    for path in ("/docs", "/openapi.json", "/nowhere", "/v1/me", "/gd-x/nothing"):
        reply = await http.get(path)
        assert (reply.headers["x-content-type-options"], reply.headers["x-frame-options"]) == ("nosniff", "DENY"), path
    refused = await http.get("/v1/me?email=segredo%22,x", headers={"Authorization": "Bearer a.b.c", "Host": "evil.example"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


async def test_the_index_of_schemas_leads_to_each_of_them(http: httpx.AsyncClient) -> None:
    reply = await http.get("/schemas")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    listed = reply.json()["schemas"]
    assert {line["href"] for line in listed} == {
        f"/schemas/{file.relative_to(SCHEMAS).with_suffix('').as_posix()}" for file in SCHEMAS.glob("*/*/*.json")
    }
    for line in listed:
        told = await http.get(line["href"])
        assert (told.status_code, told.headers["content-type"]) == (200, "application/schema+json"), line
        assert told.json()["$id"] == line["href"] == f"/schemas/{line['service']}/{line['type']}/{line['version']}"
