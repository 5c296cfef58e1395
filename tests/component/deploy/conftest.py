"""A copy of the local start, of which nothing runs yet."""

from collections.abc import Iterator

import pytest

from deploy.local.home import Home
from tests.infra.servers import put_away, temporary_home


@pytest.fixture
def home() -> Iterator[Home]:
    made = temporary_home()
    made.make()
    yield made
    put_away(made)
