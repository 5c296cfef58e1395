"""What an operator reads when a chore finds database or broker away, and what the log keeps of it; a mistake of ours is no outage."""

import re
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, TopicAuthorizationFailedError
from structlog.testing import capture_logs

from deploy.local.answers import free_port
from services.access.app import service
from shared import process
from shared.process import is_away, run
from shared.service import Platform, Service
from shared.settings import ServiceSettings
from shared.testing.running import settings_for


@pytest.fixture
def alone() -> ServiceSettings:
    """Settings of a service to which nothing answers."""
    nobody = f"postgresql://nobody@127.0.0.1:{free_port()}/access"
    files = SimpleNamespace(url="http://127.0.0.1:1", access_key="nobody", secret_key="nobody")  # asked for nothing
    database = SimpleNamespace(url=nobody, migrator_url=nobody)
    return settings_for(service(), database, files, kafka_bootstrap=f"127.0.0.1:{free_port()}")


@pytest.mark.parametrize(
    ("role", "error", "at"),
    [
        pytest.param("verify", "ConnectionRefusedError", r"shared/chores\.py:\d+ verify_service", id="no database"),
        pytest.param("reread", "KafkaConnectionError", r"shared/kafka\.py:\d+ rewind_groups", id="no broker"),
    ],
)
async def test_what_is_away_is_said_with_what_to_do_next_and_where_it_was_missed(
    alone: ServiceSettings, capsys: pytest.CaptureFixture[str], role: str, error: str, at: str
) -> None:
    with capture_logs() as logged:
        assert await run(service(), alone, role) == 1
    said = capsys.readouterr().err
    assert f"access {role}: database or broker did not answer: {error}" in said
    assert "run it again" in said
    assert "Traceback" not in said
    [told] = [line for line in logged if line["log_level"] == "error"]
    assert (told["event"], told["role"], told["error"]) == ("chore_gave_up", role, error)
    assert re.fullmatch(at, told["at"])


async def test_a_service_s_own_command_and_a_mistake_keep_their_traceback(alone: ServiceSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live(_platform: Platform, _arguments: Sequence[str]) -> int:
        raise ConnectionRefusedError

    async def at_once(_service: Service, _platform: Platform, _arguments: Sequence[str]) -> int:
        message = "cannot perform operation: another operation is in progress"
        raise asyncpg.InterfaceError(message)

    with pytest.raises(ConnectionRefusedError):
        await run(replace(service(), commands={"live": live}), alone, "live")
    monkeypatch.setitem(process.CHORES, "verify", at_once)
    with pytest.raises(asyncpg.InterfaceError):
        await run(service(), alone, "verify")


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), True),
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.DiskFullError(), True),
        (KafkaConnectionError(), True),
        (KafkaTimeoutError(), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.exceptions.ClientConfigurationError("a value of ours: connection is closed"), False),
        (asyncpg.UndefinedTableError(), False),
        (KafkaError("topic access.grant was not made: error 38"), False),
        (TopicAuthorizationFailedError(), False),
        (FileNotFoundError(2, "not there", "units.csv"), False),
        (BrokenPipeError(), False),
        (ValueError(), False),
    ],
)
def test_an_outage_is_told_from_a_mistake(error: Exception, *, away: bool) -> None:
    assert is_away(error) is away
