"""A new key-encryption key: everything is wrapped by it, then the old one may go."""

import base64
import secrets
from uuid import uuid4

import pytest

from shared.eventsourcing.keys import Keys
from shared.eventsourcing.parking import park_record
from shared.kafka import KeptRecord
from shared.platform import open_platform
from shared.rekeying import rewrap
from tests.component.stream.lantern import LanternSettings, environment, service
from tests.conftest import Database


def new_key() -> str:
    """A key as the ring has it, without its number."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


async def test_after_rewrap_the_old_key_may_go_unless_something_needs_it(
    database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment("lantern", database.url, database.migrator_url, kafka, (0, 0)).items():
        monkeypatch.setenv(name, value)
    old, new = new_key(), new_key()
    monkeypatch.setenv("LANTERN_KEKS", f"1:{old}")
    async with open_platform(service(), LanternSettings()) as platform, platform.pool.acquire() as db:
        for _ in range(3):
            await platform.keys.sealing(db, f"lantern-{uuid4()}", uuid4())
        await park_record(db, platform.keys, "lantern.ingress", KeptRecord("t", 0, 0, b"", [], b""), "{}", "odd")
    monkeypatch.setenv("LANTERN_KEKS", f"2:{new},1:{old}")
    async with open_platform(service(), LanternSettings()) as platform:
        assert await rewrap(service(), platform, []) == 1
        said = capsys.readouterr().out
        assert "3 keys are wrapped anew, by key 2" in said
        assert "parked_records: 1 rows still need an older key" in said
        await platform.pool.execute("delete from parked_records")
        assert await rewrap(service(), platform, []) == 0
    monkeypatch.setenv("LANTERN_KEKS", f"2:{new}")
    async with open_platform(service(), LanternSettings()) as platform, platform.pool.acquire() as db:
        assert await platform.keys.check(db) == []


async def test_keys_are_rotated_again_and_again(database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment("lantern", database.url, database.migrator_url, kafka, (0, 0)).items():
        monkeypatch.setenv(name, value)
    rings = [f"{number}:{new_key()}" for number in (1, 2, 3)]
    for older, ring in zip(["", *rings], rings, strict=False):
        monkeypatch.setenv("LANTERN_KEKS", f"{ring},{older}")
        async with open_platform(service(), LanternSettings()) as platform:
            async with platform.pool.acquire() as db:
                await platform.keys.sealing(db, f"lantern-{uuid4()}", uuid4())
            assert await rewrap(service(), platform, []) == 0
    monkeypatch.setenv("LANTERN_KEKS", rings[-1])
    async with open_platform(service(), LanternSettings()) as platform, platform.pool.acquire() as db:
        assert [row["kek"] for row in await db.fetch("select kek from stream_keys")] == [3, 3, 3]
        assert await platform.keys.check(db) == []
    with pytest.raises(ValueError, match="3 stands twice"):
        Keys(f"3:{new_key()},{rings[-1]}")
