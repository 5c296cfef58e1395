"""A database that is away or full is told from a mistake of ours: by what the driver raises."""

import asyncpg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared.http import problem
from shared.postgres import is_lost

AWAY = (
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    asyncpg.DiskFullError("could not extend file"),
    ConnectionRefusedError("Connect call failed"),
    TimeoutError(),
)
OURS = (
    asyncpg.DataError("invalid input for query argument $1"),
    asyncpg.UndefinedTableError('relation "profile" does not exist'),
    asyncpg.UniqueViolationError("duplicate key value"),
    KeyError("pid"),
)


def _answering(error: Exception) -> TestClient:
    app = FastAPI()
    problem.install(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_what_is_away_is_waited_for_and_is_an_honest_503(error: Exception) -> None:
    answer = _answering(error).get("/")
    assert is_lost(error)
    assert (answer.status_code, answer.json()["code"]) == (503, "database-away")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
def test_a_mistake_of_ours_is_not_waited_for(error: Exception) -> None:
    assert not is_lost(error)
    assert _answering(error).get("/").status_code == 500
