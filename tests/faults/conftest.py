"""One copy of the agency for all fault tests of a run: one service in parts, two workers of it, one of them standing by."""

from collections.abc import Iterator

import pytest

from tests.faults.trouble_maker import SPLIT
from tests.infra.system import System, running_system

MORE = {"GD_SPLIT": SPLIT, "GD_LIMIT_PER_MINUTE": "60000", "GD_LIMIT_ENTRANCE": "6000"}


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Up for the whole run; commands of the demo mean this copy."""
    with running_system(MORE) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield running
