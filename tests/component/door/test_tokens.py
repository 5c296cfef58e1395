"""Tokens that are no longer good, or never were: every signed-in route of every service refuses them by name, as the matrix lists them."""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.home import SERVICES
from shared.clock import utc_now
from shared.http.tokens import ServiceTokens, sign
from shared.ids import new_id
from shared.testing.running import Running, running, settings_for
from shared.testing.tokens import Issuer, new_key
from tests.component.test_access_matrix import DOORS_OWN, ROLES, STREAMS, kept_rows, service_named
from tests.conftest import Bucket, Database

PERSON_LIVES = timedelta(minutes=5)


@pytest.fixture
def service_name(name: str) -> str:
    """The service that the test is about."""
    return name


@pytest.fixture
async def its(name: str, database: Database, storage: Bucket) -> AsyncIterator[Running]:
    """The service, with an issuer in the place of identity."""
    service = service_named(name)
    secrets = {"pepper": "only-for-tests-" * 3} if name == "identity" else {}
    async with running(service, settings_for(service, database, storage, **secrets)) as it:
        yield it


def _claims(kind: str, now: datetime, **other: object) -> dict[str, Any]:
    """Of somebody who may, were the token good: staff with every role and a fresh second factor, or a person."""
    who, at = str(uuid4()), int(now.timestamp())
    good = {"iss": "identity", "aud": "agencia", "sub": who, "pid": who, "kind": kind, "sid": str(new_id()), "roles": list(ROLES)}
    times = {"auth_time": at, "amr": ["pwd", "totp"], "iat": at, "exp": at + int(PERSON_LIVES.total_seconds())}
    return {**good, **times, **other}


def _token(issuer: Issuer, kind: str, now: datetime | None = None, **other: object) -> str:
    return sign(issuer._key, _claims(kind, now or utc_now(), **other))


def _unsigned(kind: str) -> str:
    parts = ({"alg": "none", "kid": "test-key", "typ": "JWT"}, _claims(kind, utc_now()))
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def _of_people(issuer: Issuer, kind: str) -> dict[str, str]:
    now = utc_now()
    good = _token(issuer, kind)
    head, body, signature = good.split(".")
    raised = base64.urlsafe_b64encode(json.dumps(_claims(kind, now, rep=str(uuid4()))).encode()).rstrip(b"=").decode()
    return {
        "expired": "Bearer " + _token(issuer, kind, now - PERSON_LIVES - timedelta(seconds=11)),
        "not yet": "Bearer " + _token(issuer, kind, now + timedelta(minutes=1)),
        "for ever": "Bearer " + _token(issuer, kind, exp=None),
        "another's key under the same name": "Bearer " + _token(Issuer(), kind),
        "a foreign issuer, our key": "Bearer " + _token(issuer, kind, iss="https://elsewhere.test"),
        "a service as issuer of people": "Bearer " + _token(issuer, kind, iss="requests"),
        "a foreign audience": "Bearer " + _token(issuer, kind, aud="another-agency"),
        "a kind that is none": "Bearer " + _token(issuer, "root"),
        "unsigned": "Bearer " + _unsigned(kind),
        "changed after signing": f"Bearer {head}.{raised}.{signature}",
        "cut": f"Bearer {head}.{body}",
        "no token": "Bearer ",
        "another scheme": f"Basic {good}",
    }


def _of_services(issuer: Issuer, audience: str) -> dict[str, str]:
    tokens = issuer._services["requests"]
    late = ServiceTokens("requests", new_key(), lambda: utc_now() - timedelta(seconds=71))
    late._key = tokens._key
    return {
        "an expired service": "Bearer " + late.token(audience, "test"),
        "a service for another": "Bearer " + tokens.token("elsewhere", "test"),
        "a service of another's key": "Bearer " + ServiceTokens("requests", new_key()).token(audience, "test"),
        "a service nobody knows": "Bearer " + ServiceTokens("elsewhere", new_key()).token(audience, "test"),
    }


async def _said(it: Running, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
    """Status, code, and the challenge that goes with a 401."""
    there = re.sub(r"\{[^}]*\}", lambda _: str(uuid4()), path)
    more = {"idempotency-key": str(uuid4()), "if-match": '"1"', "sec-fetch-site": "same-origin", **headers}
    body: dict[str, object] | None = {} if method in {"POST", "PUT", "PATCH"} else None
    answer = await it.client.request(method, there, headers=more, json=body)
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return answer.status_code, answer.json()["code"] if is_problem else "", answer.headers.get("www-authenticate", "")


@pytest.mark.parametrize("name", SERVICES)
async def test_no_signed_in_route_takes_a_token_that_is_not_good(name: str, its: Running) -> None:
    surprises, tried = [], 0
    for _, method, path, label in kept_rows(name):
        if label == "anyone":
            continue
        kind = "staff" if label.startswith(("staff", "step-up")) else "customer"
        for why, header in {**_of_people(its.issuer, kind), **_of_services(its.issuer, name)}.items():
            tried += 1
            said = await _said(its, method, path, {"Authorization": header})
            if said != (401, "sign-in-required", "Bearer"):
                surprises.append(f"{method} {path} ({label}): {why}: {said}")
    assert not surprises, "\n".join(surprises)
    assert tried > 100


@pytest.mark.parametrize("name", SERVICES)
async def test_a_session_that_ended_is_told_so_and_a_good_token_is_taken_by_the_same_routes(name: str, its: Running) -> None:
    ended = new_id()
    await its.parts.platform.pool.execute("insert into ended_sessions (session_id, person_id, at) values ($1, $2, now())", ended, uuid4())
    surprises = []
    for _, method, path, label in kept_rows(name):
        if label in {"anyone", "service"}:
            continue
        kind = "staff" if label.startswith(("staff", "step-up")) else "customer"
        over = await _said(its, method, path, {"Authorization": f"Bearer {_token(its.issuer, kind, sid=str(ended))}"})
        if over != (401, "session-over", "Bearer"):
            surprises.append(f"{method} {path} ({label}): ended: {over}")
        if STREAMS not in path:
            good = await _said(its, method, path, {"Authorization": f"Bearer {_token(its.issuer, kind)}"})
            if good[1] in DOORS_OWN:
                surprises.append(f"{method} {path} ({label}): good: {good}")
    assert not surprises, "\n".join(surprises)


@pytest.mark.parametrize("name", SERVICES)
async def test_on_a_route_for_anyone_a_bad_token_counts_as_none(name: str, its: Running) -> None:
    expired = _of_people(its.issuer, "customer")["expired"]
    for _, method, path, label in kept_rows(name):
        if label == "anyone":
            _, code, _ = await _said(its, method, path, {"Authorization": expired})
            assert code not in DOORS_OWN, f"{method} {path}"
