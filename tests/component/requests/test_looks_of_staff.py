"""Each look of staff at a request or commissioning is written down, once; people looking at what is theirs leave no trace."""

import pytest

from shared.access_log import Viewed
from shared.testing.running import Running
from tests.component.requests import journey as j

SHOWN = {"": "look", "/timeline": "timeline", "/clocks": "clocks"}


async def looks(door: Running) -> list[tuple[str, str, str, str, str]]:
    """The looks written down so far, the first one first."""
    rows = await door.parts.platform.pool.fetch("select actor, what, object, purpose, channel from access_log order by at, id")
    return [(row["actor"], row["what"], row["object"], row["purpose"], row["channel"]) for row in rows]


async def test_whatever_staff_read_of_a_record_leaves_one_look_each(door: Running) -> None:
    rui = j.walker(door, j.RUI)
    request, _ = await j.in_force(rui, j.walker(door, j.ANA))
    commissioning = await j.commissioning_filed(rui, request)
    for reader in (rui, j.walker(door, j.ANA)):
        for path in SHOWN:
            assert (await reader.get(f"{request}{path}")).status_code == 200
            assert (await reader.get(f"{commissioning}{path}")).status_code == 200
    assert await looks(door) == [], "nobody of staff has looked"
    wanted = []
    for role in ("auditor", "attendant", "inspector"):
        for record, what in ((request, "budget-request"), (commissioning, "commissioning")):
            for path, purpose in SHOWN.items():
                assert (await j.officer(door, role).get(f"{record}{path}")).status_code == 200
                wanted.append((f"staff:{j.STAFF}", what, record[-36:], purpose, "staff"))
    assert await looks(door) == wanted
    assert (await j.officer(door, "reviewer").get("/v1/budget-requests/waiting?state=in-force")).status_code == 200
    assert await looks(door) == wanted, "a list of what waits names nobody, and is no record of anybody's"


async def test_a_look_refused_is_no_look(door: Running) -> None:
    request = await j.started(j.walker(door, j.RUI))
    for path in SHOWN:
        assert (await j.officer(door, "catalogue-editor").get(f"{request}{path}")).status_code == 403
        assert (await j.officer(door, "auditor").get(f"/v1/budget-requests/{j.UNIT}{path}")).status_code == 404
        assert (await j.officer(door, "auditor").get(f"/v1/commissionings/{j.UNIT}{path}")).status_code == 404
    assert await looks(door) == []


async def test_staff_are_answered_nothing_that_could_not_be_written_down(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await j.started(j.walker(door, j.RUI))

    async def away(_db: object, _viewed: Viewed) -> None:
        raise OSError

    monkeypatch.setattr("services.requests.api.looks.record_viewed", away)
    for path in SHOWN:
        unanswered = await j.officer(door, "auditor").get(f"{request}{path}")
        assert (unanswered.status_code, request[-36:] in unanswered.text) == (503, False)
        assert (await j.walker(door, j.RUI).get(f"{request}{path}")).status_code == 200
