"""The walks' client renews a session once per request; where that is refused the request has failed, and the next one may try again."""

import httpx
import pytest

from demo.client import Client
from demo.staff import _in
from demo.surprise import Surprise

REFRESHES = "/v1/staff/sessions/refreshes"


@pytest.fixture
def asked() -> list[tuple[str, str]]:
    """Path and token of every request."""
    return []


@pytest.fixture
def open_sessions() -> set[str]:
    """The tokens that are good."""
    return {"Bearer new"}


@pytest.fixture
def client(asked: list[tuple[str, str]], open_sessions: set[str]) -> Client:
    """Somebody whose token is over."""

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.headers.get("authorization", "")
        asked.append((request.url.path, token))
        if request.url.path == REFRESHES and open_sessions:
            return httpx.Response(201, json={"access_token": "new"})
        return httpx.Response(201 if token in open_sessions else 401, json={})

    made = Client("http://gateway")
    made.http = httpx.AsyncClient(base_url="http://gateway", transport=httpx.MockTransport(answer))
    _in(made, "old", REFRESHES)
    return made


async def test_a_token_that_is_over_is_renewed_and_the_request_asked_again(client: Client, asked: list[tuple[str, str]]) -> None:
    await client.post("/v1/deeds")
    await client.post("/v1/deeds")
    assert asked == [("/v1/deeds", "Bearer old"), (REFRESHES, ""), ("/v1/deeds", "Bearer new"), ("/v1/deeds", "Bearer new")]


async def test_a_session_that_is_over_is_one_surprise_and_may_be_renewed_later(
    client: Client, asked: list[tuple[str, str]], open_sessions: set[str]
) -> None:
    open_sessions.clear()
    with pytest.raises(Surprise, match="401"):
        await client.post("/v1/deeds")
    assert asked == [("/v1/deeds", "Bearer old"), (REFRESHES, "")]
    open_sessions.add("Bearer new")
    await client.post("/v1/deeds")
    assert asked[2:] == [("/v1/deeds", ""), (REFRESHES, ""), ("/v1/deeds", "Bearer new")]
