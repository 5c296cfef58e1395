"""Files of other systems: tried without effect, taken row by row, told line by line; and what is parked."""

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

import httpx

from shared.eventsourcing.event import Cause
from shared.imports import ImportKind, Imports, Row
from shared.postgres import Db
from shared.testing.running import Running
from tests.component.door.sample import take

OPERATOR = UUID(int=7)
CSV = b"number;name\n1;a\n2;b\nbad;c\n1;d\n"


async def _ask(door: Running, content: bytes, *, dry_run: bool) -> str:
    """Ask for an import; where it is told of."""
    headers = dict(door.issuer.staff(OPERATOR, "operator"))
    address = (await door.client.post("/sample/v1/imports/uploads", headers=headers)).json()
    async with httpx.AsyncClient() as browser:
        assert (await browser.put(address["url"], content=content)).status_code == 200
    body = {"kind": "numbers", "object": address["object"], "dry_run": dry_run}
    asked = await door.client.post("/sample/v1/imports", json=body, headers=headers | {"Idempotency-Key": str(uuid4())})
    assert asked.status_code == 202
    return str(asked.headers["location"])


def _worker(door: Running, kinds: Mapping[str, ImportKind] | None = None) -> Imports:
    platform = door.parts.platform
    return Imports(platform.pool, platform.storage, platform.keys, kinds or door.parts.imports)


async def _import(door: Running, content: bytes, *, dry_run: bool, kinds: Mapping[str, ImportKind] | None = None) -> dict[str, object]:
    location = await _ask(door, content, dry_run=dry_run)
    assert await _worker(door, kinds).step()
    return dict((await door.client.get(location, headers=door.issuer.staff(OPERATOR, "operator"))).json())


def _codes(found: Mapping[str, object]) -> list[str]:
    report = found["report"]
    assert isinstance(report, dict)
    return [fault["code"] for fault in report["faults"]]


async def test_a_trial_changes_nothing_and_says_what_would_change(door: Running) -> None:
    found = await _import(door, CSV, dry_run=True)
    assert found["state"] == "done"
    assert found["report"] == {
        "total": 4,
        "changed": 2,
        "already": 1,
        "refused": 1,
        "faults": [{"line": 4, "code": "malformed", "sentence": "Valor inválido."}],
    }
    assert await door.parts.platform.pool.fetchval("select count(*) from arrivals") == 0


async def test_an_import_takes_the_good_rows(door: Running) -> None:
    await _import(door, CSV, dry_run=False)
    assert await door.parts.platform.pool.fetchval("select count(*) from arrivals") == 2
    again = await _import(door, CSV, dry_run=False)
    assert again["report"]["changed"] == 0  # type: ignore[index]


async def test_a_row_that_meets_a_mistake_of_ours_is_a_line_of_the_report_and_the_others_are_taken(door: Running) -> None:
    found = await _import(door, b"number;name\n1;a\nno number at all;b\n3;c\n", dry_run=False)
    assert found["state"] == "done"
    report = found["report"]
    assert isinstance(report, dict)
    assert (report["changed"], [(fault["line"], fault["code"]) for fault in report["faults"]]) == (2, [(3, "row-failed")])
    assert await door.parts.platform.pool.fetchval("select count(*) from arrivals") == 2


async def test_a_worker_locks_the_import_it_takes_and_leaves_the_next_to_another(door: Running) -> None:
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(db: Db, row: Row, why: Cause) -> bool:
        began.set()
        await may_go_on.wait()
        return await take(db, row, why)

    for number in (1, 2):
        await _ask(door, f"number;name\n{number};a\n".encode(), dry_run=False)
    first = asyncio.create_task(_worker(door, {"numbers": ImportKind(frozenset({"number"}), slow)}).step())
    try:
        async with asyncio.timeout(20):
            await began.wait()
            assert await _worker(door).step()
            assert not await _worker(door).step()
    finally:
        may_go_on.set()
    assert await first
    assert await door.parts.platform.pool.fetchval("select count(*) from imports where state = 'done'") == 2


async def test_what_is_no_csv_is_refused(door: Running) -> None:
    for content in (b"\xff\xfe\x00", b"a;b\n1;2\n", b""):
        found = await _import(door, content, dry_run=False)
        assert (found["state"], _codes(found)) == ("refused", ["file-unreadable"])


async def test_a_mistake_of_ours_with_the_file_as_a_whole_is_told_and_nothing_of_it_stays(door: Running) -> None:
    async def once_only(db: Db, row: Row, why: Cause) -> bool:
        await db.execute("create temp table if not exists met (n int unique deferrable initially deferred) on commit drop")
        await db.execute("insert into met values (1)")
        return await take(db, row, why)

    clashing = {"numbers": ImportKind(frozenset({"number"}), once_only)}
    found = await _import(door, b"number;name\n1;a\n2;b\n", dry_run=False, kinds=clashing)
    assert (found["state"], _codes(found)) == ("refused", ["import-failed"])
    assert await door.parts.platform.pool.fetchval("select count(*) from arrivals") == 0


async def test_an_unknown_import_and_a_file_that_is_not_taken_here_are_named(door: Running) -> None:
    headers = dict(door.issuer.staff(OPERATOR, "operator"))
    unknown = await door.client.get(f"/sample/v1/imports/{uuid4()}", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "import-unknown")
    body = {"kind": "customers", "object": f"imports/{uuid4()}"}
    refused = await door.client.post("/sample/v1/imports", json=body, headers=headers | {"Idempotency-Key": str(uuid4())})
    assert (refused.status_code, refused.json()["code"], refused.json()["kinds"]) == (422, "kind-unknown", ["numbers"])
    assert await door.parts.platform.pool.fetchval("select count(*) from imports") == 0


async def test_parked_streams_are_for_operators(door: Running) -> None:
    pool = door.parts.platform.pool
    await pool.execute(
        "insert into parked (reader, stream, version, event_id, record, error)"
        " values ('r', 'note-1', 1, gen_random_uuid(), '{}', 'unreadable')"
    )
    assert (await door.client.get("/sample/v1/parked-streams")).status_code == 401
    assert (await door.client.get("/sample/v1/parked-streams", headers=door.issuer.staff(OPERATOR, "reviewer"))).status_code == 403
    found = (await door.client.get("/sample/v1/parked-streams", headers=door.issuer.staff(OPERATOR, "operator"))).json()
    assert [(item["reader"], item["stream"], item["error"]) for item in found["items"]] == [("r", "note-1", "unreadable")]
    replay = await door.client.post("/sample/v1/parked-streams/r/note-1/replays", headers=door.issuer.staff(OPERATOR, "operator"))
    assert (replay.status_code, replay.json()["code"]) == (404, "parked-stream-unknown")
