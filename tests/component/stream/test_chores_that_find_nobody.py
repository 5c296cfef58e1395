"""What an operator reads when a chore finds database or broker away."""

from types import SimpleNamespace

import pytest

from deploy.local.answers import free_port
from services.access.app import service
from shared.process import run
from shared.testing.running import settings_for


async def test_what_is_away_is_said_with_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = f"postgresql://nobody@127.0.0.1:{free_port()}/access"
    made_of = service()
    files = SimpleNamespace(url="http://127.0.0.1:1", access_key="nobody", secret_key="nobody")  # asked for nothing
    settings = settings_for(made_of, SimpleNamespace(url=nobody, migrator_url=nobody), files)
    assert await run(made_of, settings, "verify") == 1
    said = capsys.readouterr().err
    assert "access verify: database or broker did not answer: ConnectionRefusedError" in said
    assert "run it again" in said
    assert "Traceback" not in said
