"""What requests could not apply: replayed by an operator who has just shown the second factor, and what still fails stays."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from shared.kafka import KeptRecord, headers_of, kept
from shared.testing.running import Running
from tests.component.requests import journey as j

STREAM = f"user-{j.OTHER}"
REPLAY = f"/requests/v1/parked-streams/holders_1/{STREAM}/replays"
PROVEN = {"user_id": str(j.OTHER), "person_id": str(j.OTHER), "how": "attendant", "proven_at": "2026-11-04T12:00:00.000000Z"}


async def parked(door: Running, version: int, data: object) -> None:
    """An event that could not be applied, kept as it came."""
    event_id = uuid4()
    headers = headers_of(
        service="identity",
        stream=STREAM,
        version=version,
        event_id=event_id,
        name="HolderProven",
        schema=1,
        position=version,
        recorded_at=datetime(2026, 11, 4, 12, tzinfo=UTC),
        metadata=json.dumps({"actor": "service:identity", "correlation": str(uuid4())}),
    )
    record = KeptRecord("identity.user", 0, version, STREAM.encode(), headers, json.dumps(data).encode())
    await door.parts.platform.pool.execute(
        "insert into parked (reader, stream, version, event_id, record, error) values ('holders_1', $1, $2, $3, $4, 'unreadable')"
        " on conflict (reader, stream, version) do update set record = excluded.record",
        STREAM,
        version,
        event_id,
        kept(record),
    )


async def test_what_still_fails_is_said_and_stays_until_its_cause_is_gone(door: Running) -> None:
    pool = door.parts.platform.pool
    operator = j.officer(door, "operator")
    await parked(door, 1, {**PROVEN, "how": 7})
    await parked(door, 2, PROVEN)
    assert (await j.Walker(door, {}).post(REPLAY)).status_code == 401
    assert (await j.walker(door, j.RUI).post(REPLAY)).status_code == 403
    assert (await j.officer(door, "auditor").post(REPLAY)).status_code == 403
    failed = await operator.post(REPLAY)
    assert (failed.status_code, failed.json()["code"], failed.json()["cause"]) == (409, "still-fails", "unreadable")
    assert await pool.fetchval("select count(*) from parked") == 2
    assert await pool.fetchval("select proven from holders where person_id = $1", j.OTHER) is None
    await parked(door, 1, PROVEN)
    assert (await operator.post(REPLAY)).json() == {"replayed": 2}
    assert await pool.fetchval("select count(*) from parked") == 0
    assert await pool.fetchval("select proven from holders where person_id = $1", j.OTHER) is True
    again = await operator.post(REPLAY)
    assert (again.status_code, again.json()["code"]) == (404, "parked-stream-unknown")
