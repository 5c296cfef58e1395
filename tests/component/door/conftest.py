"""The sample service, open for a test."""

from collections.abc import AsyncIterator

import pytest

from shared.testing.running import Running, running, settings_for
from tests.component.door.sample import sample
from tests.conftest import Bucket, Database


@pytest.fixture
async def door(database: Database, storage: Bucket) -> AsyncIterator[Running]:
    """Over HTTP, with a real database and bucket."""
    service = sample()
    async with running(service, settings_for(service, database, storage)) as it:
        it.parts.platform.storage.bucket = storage.name
        yield it
