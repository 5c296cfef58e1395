"""Many units at once: the same outcome as one by one, in a few statements, and the same views."""

import time
from uuid import uuid4

from demo.cast import UNIT_COLUMNS, as_csv
from shared.eventsourcing.event import Cause
from shared.eventsourcing.rebuild import compare, rebuild
from shared.imports import ImportKind, Report, take_file
from tests.component.access.story import ANA, CLARA, Story, number, record
from tests.conftest import Database


async def _take(story: Story, rows: list[dict[str, str]], *, dry_run: bool = False, one_by_one: bool = False) -> Report:
    kind = story.parts.imports["consumer-units"]
    chosen = ImportKind(kind.required, kind.take) if one_by_one else kind
    cause = Cause(f"staff:{uuid4()}", uuid4())
    return await take_file(story.parts.platform.pool, chosen, as_csv(UNIT_COLUMNS, rows), cause, dry_run=dry_run)


def _rows(first: int, last: int, **changes: str) -> list[dict[str, str]]:
    found = [{name: str(value) for name, value in record(place, CLARA).items()} | changes for place in range(first, last)]
    return [row | {"legacy_number": str(900_000 + n)} for n, row in enumerate(found)]


async def test_many_are_taken_as_one_by_one(story: Story, database: Database) -> None:
    rows = _rows(100, 720)
    rows[5]["phases"] = "9"
    rows[6]["holder_document"] = "12345678901"
    rows[7]["status"] = "closed"
    tried = await _take(story, rows, dry_run=True)
    assert (tried.total, tried.changed, tried.refused) == (620, 618, 2)
    assert await story.parts.platform.pool.fetchval("select count(*) from consumer_units where holder_id = $1", story.pid(CLARA)) == 0
    began = time.perf_counter()
    taken = await _take(story, rows)
    print(f"{620 / (time.perf_counter() - began):.0f} units a second")  # noqa: T201 - a figure for who looks
    assert (taken.changed, taken.already, [fault["code"] for fault in taken.faults]) == (618, 0, ["register-record-invalid", "cpf-invalid"])
    again = await _take(story, rows)
    assert (again.changed, again.already, again.refused) == (0, 618, 2)
    newer = [row | {"sequence": "2", "available_kw": "15", "address": "Rua Nova 1"} for row in rows]
    newer[0] |= {"holder_document": ANA.document}
    changed = await _take(story, newer)
    assert (changed.changed, changed.already, changed.refused) == (617, 1, 2)
    stale = await _take(story, rows[:3])
    assert [fault["code"] for fault in stale.faults] == ["stale-cis-record"] * 3
    [row] = await story.parts.platform.pool.fetch(
        "select available_kw, address, version from consumer_units where number = $1", number(101)
    )
    assert (row["available_kw"], row["address"], row["version"]) == (15, "Rua Nova 1", 4)
    async with database.connect_as_migrator() as db:
        view = story.parts.store.views[0]
        await rebuild(db, story.parts.store, view)
        assert all(difference.equal for difference in await compare(db, view))


async def test_a_number_of_another_unit_refuses_its_line_alone(story: Story) -> None:
    rows = _rows(800, 810)
    rows[3]["legacy_number"] = "12345"
    report = await _take(story, rows)
    assert (report.changed, report.refused, report.faults[0]["code"]) == (9, 1, "unit-number-reused")
