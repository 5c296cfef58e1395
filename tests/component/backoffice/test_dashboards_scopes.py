"""Dashboards and exports: who may look, exact numbers, and live rates that become exact."""

import json
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord

from services.backoffice.live_rates import LiveRates
from shared.clock import utc_now
from shared.contracts.requests.commissioning import GenerationConnected
from tests.component.backoffice.house import AUDITOR, PAULA, RUI, SARA, House, house, submitted, who
from tests.conftest import Database

TERMS = {"type": "profile-terms", "valid_until": "2027-03-31", "attribution_confirmed": True}


async def decided(its: House) -> None:
    """Two profiles submitted, one of them decided."""
    for name in ("rui", "clara"):
        await its.tell(f"profile-{who(name)}", submitted(who(name), "20262000000017"))
    paula = its.staff(PAULA, "reviewer")
    review = await its.claim_next("profiles", paula)
    await its.judge_all(review, paula)
    assert (
        await its.post(f"/v1/reviews/{review}/conclusion", paula, {"outcome": "approved", "reasons": [], "content": TERMS})
    ).status_code == 200


@pytest.mark.parametrize("path", ["/v1/dashboards/overview", "/v1/exports"])
async def test_anonymous_people_and_wrong_roles_are_turned_away(database: Database, path: str) -> None:
    async with house(database) as its:
        assert (await its.it.client.get(path)).status_code == 401
        for headers in (its.it.issuer.person(RUI), its.staff(PAULA, "attendant")):
            assert (await its.get(path, headers)).status_code == 403
        assert (await its.get(path, its.staff(SARA, "supervisor"))).status_code == 200


async def test_the_numbers_are_exact(database: Database) -> None:
    async with house(database) as its:
        await decided(its)
        found = (await its.get("/v1/dashboards/profiles", its.staff(PAULA, "reviewer"))).json()
        [profiles] = found["exact"]
        assert (profiles["queue"], profiles["waiting"], profiles["decided_last_hour"], profiles["kept_last_30_days"]) == (
            "profiles",
            1,
            1,
            1,
        )
        assert (profiles["waiting_under_1_day"], profiles["overdue"], profiles["missed_last_30_days"]) == (1, 0, 0)
        assert profiles["seconds_p50"] == pytest.approx(3600, rel=0.1)
        assert [(officer["person_id"], officer["decided_last_day"]) for officer in found["reviewers"]] == [(str(PAULA), 1)]
        assert (await its.get("/v1/dashboards/analysis", its.staff(PAULA, "reviewer"))).status_code == 404


async def test_live_rates_stand_beside_and_become_exact_when_their_hour_is_over(database: Database) -> None:
    async with house(database) as its:
        await decided(its)
        pool = its.parts.platform.pool
        minute = int(utc_now().timestamp()) // 60 * 60
        rates = LiveRates(pool, "", utc_now)
        await rates.take([_rate(0, minute, 3), _rate(1, minute, 4), _rate(2, minute, b"nonsense")])
        [live] = (await its.get("/v1/dashboards/profiles", its.staff(PAULA, "reviewer"))).json()["live"]
        assert (live["metric"], live["last_hour"], live["label"]) == ("arrivals", 4, "ao vivo (aproximado)")
        later = LiveRates(pool, "", lambda: utc_now() + timedelta(hours=1))
        await later.settle_now()
        await later.take([_rate(3, minute, 9)])
        rows = await pool.fetch(
            "select metric, sum(count) as n, bool_and(exact) as exact, max(approximate) as seen from live_rates group by metric"
        )
        assert {(row["metric"], row["n"], row["exact"]) for row in rows} == {("arrivals", 2, True), ("decisions", 1, True)}


def _rate(offset: int, minute: int, count: float | bytes) -> ConsumerRecord:
    content = {"metric": "arrivals", "queue": "profiles", "minute": minute, "count": count}
    value = count if isinstance(count, bytes) else json.dumps(content).encode()
    return ConsumerRecord("backoffice.live-rates", 0, offset, 0, 0, b"key", value, None, 3, len(value), ())


async def test_an_export_is_made_kept_and_named_in_the_audits_stream(database: Database) -> None:
    async with house(database) as its:
        connected = GenerationConnected(
            commissioning_id=who("commissioning"),
            request_id=who("request"),
            protocol="20264000000017",
            unit_id=who("unit"),
            holder_id=who("ana"),
            connected_on=date(2026, 10, 5),
            installed_kw=Decimal("6.6"),
            modules_kwp=Decimal("6.6"),
            inverters_kw=Decimal("7.0"),
            module_count=12,
            array_area_m2=Decimal("31.2"),
            module_maker="Maker",
            module_model="=1+1",
            inverter_maker="Maker",
            inverter_model="Model",
            purpose="autoconsumo-local",
            source="solar",
            porte="micro",
            meter_number="123456",
            connected_at=utc_now(),
            parties=(who("ana"),),
        )
        await its.tell(f"commissioning-{who('commissioning')}", connected)
        sara = its.staff(SARA, "supervisor")
        answer = await its.post("/v1/exports", sara, {"kind": "connected-plants", "month": "2026-10"})
        assert answer.status_code == 201, answer.text
        file = await its.get(f"/v1/exports/{answer.json()['id']}", sara)
        assert file.headers["x-content-sha256"] == answer.json()["ids"]["sha256"]
        header, row = file.text.splitlines()
        assert "20264000000017" in row
        assert str(who("ana")) not in file.text
        assert ";'=1+1;" in row
        assert "installed_kw" in header.split(";")
        empty = await its.post("/v1/exports", its.staff(AUDITOR, "auditor"), {"kind": "connected-plants", "month": "2026-11"})
        assert (empty.status_code, (await its.get(f"/v1/exports/{empty.json()['id']}", sara)).text) == (201, "")
        assert len((await its.get("/v1/exports", sara)).json()["items"]) == 2
        assert (await its.post("/v1/exports", sara, {"kind": "connected-plants", "month": "2026-13"})).status_code == 422
        unknown = await its.get(f"/v1/exports/{uuid4()}", sara)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "export-unknown")
        assert await its.parts.platform.pool.fetchval("select count(*) from events where type = 'ExportMade'") == 2


async def test_every_export_is_reached_page_by_page_and_one_of_many_rows_is_whole(database: Database) -> None:
    async with house(database) as its:
        pool, sara = its.parts.platform.pool, its.staff(SARA, "supervisor")
        await pool.execute(
            "insert into exports (id, kind, made_by, made_at, rows, sha256, content) select gen_random_uuid(), 'reviews 2026-01', $1,"
            " timestamptz '2026-02-01' + interval '1 minute' * (n / 3), 0, '', '' from generate_series(1, 130) n",
            SARA,
        )
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            listed = (await its.get("/v1/exports?limit=40" + (f"&cursor={cursor}" if cursor else ""), sara)).json()
            found += [item["id"] for item in listed["items"]]
            cursor = listed["next_cursor"]
        wanted = await pool.fetch("select id from exports order by made_at desc, id desc")
        assert found == [str(row["id"]) for row in wanted]
        await pool.execute(
            "insert into reviews (review_id, kind, subject_stream, submission, protocol, filed_at, due_on, parties, documents, state,"
            " opened_at, version) select gen_random_uuid(), 'profile', 'profile-' || gen_random_uuid(), 1, lpad(n::text, 14, '0'),"
            " timestamptz '2026-03-01 12:00+00' + interval '1 minute' * n, '2026-04-01', '{}', 0, 'waiting', now(), 1"
            " from generate_series(1, 1203) n"
        )
        made = await its.post("/v1/exports", sara, {"kind": "reviews", "month": "2026-03"})
        assert made.status_code == 201, made.text
        lines = (await its.get(f"/v1/exports/{made.json()['id']}", sara)).text.splitlines()
        assert lines[0].split(";")[:2] == ["protocol", "kind"]
        assert [line.partition(";")[0] for line in lines[1:]] == [f"{n:014d}" for n in range(1, 1204)]
        assert (await its.get("/v1/exports?limit=1", sara)).json()["items"][0]["rows"] == 1203
