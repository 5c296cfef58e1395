"""The audit: who may read it, what it can be asked, and a chain that cannot be changed unseen."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from aiokafka import ConsumerRecord

from services.backoffice.auditing import AuditReader, AuditSeals
from services.backoffice.verify_audit import verify_audit
from shared.clock import utc_now
from shared.contracts.identity.user import PersonalDataErased
from tests.component.backoffice.house import AUDITOR, PAULA, RUI, SARA, House, house, who
from tests.conftest import Database

PROTOCOL = "20262000000017"


def record(offset: int, data: object, *, event: UUID | None = None, actor: str = f"person:{RUI}", headers: bool = True) -> ConsumerRecord:
    """A record of a domain topic, as the broker hands it over."""
    envelope = {
        "ce_id": str(event or who(f"event-{offset}")),
        "ce_type": "ProfileSubmitted",
        "ce_subject": f"profile-{RUI}",
        "ce_time": "2026-10-05T14:00:00.000000Z",
        "ce_actor": actor,
    }
    pairs = tuple((name, value.encode()) for name, value in envelope.items()) if headers else ()
    value = data if isinstance(data, bytes) else json.dumps(data).encode()
    return ConsumerRecord("professional.profile", 3, offset, 1_790_000_000_000, 0, None, value, None, 0, len(value), pairs)


async def taken(its: House, *records: ConsumerRecord) -> int:
    """What the audit's reader makes of these records."""
    return await AuditReader(its.parts.platform.pool, "").take(list(records))


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/export"])
async def test_only_the_auditor_reads_the_audit(database: Database, path: str) -> None:
    async with house(database) as its:
        assert (await its.it.client.get(path)).status_code == 401
        for headers in (its.it.issuer.person(RUI), its.staff(PAULA, "reviewer"), its.staff(SARA, "supervisor", "admin")):
            assert (await its.get(path, headers)).status_code == 403
        assert (await its.get(path, its.staff(AUDITOR, "auditor"))).status_code == 200
        assert await its.parts.platform.pool.fetchval("select count(*) from access_log where what = 'audit'") == 1


async def test_it_is_asked_by_protocol_person_and_document(database: Database) -> None:
    async with house(database) as its:
        document = who("document")
        await taken(its, record(1, {"protocol": PROTOCOL, "person_id": str(RUI), "documents": [{"id": str(document)}]}), record(2, {}))
        auditor = its.staff(AUDITOR, "auditor")
        for query in (f"protocol={PROTOCOL}", f"document={document}"):
            [row] = (await its.get(f"/v1/audit?{query}", auditor)).json()["items"]
            assert (row["n"], row["type"], row["channel"], row["actor"]) == (1, "ProfileSubmitted", "portal", f"person:{RUI}")
        assert len((await its.get(f"/v1/audit?person={RUI}", auditor)).json()["items"]) == 2
        assert (await its.get(f"/v1/audit?person={PAULA}", auditor)).json()["items"] == []
        assert (await its.get("/v1/audit?protocol=52998224725", auditor)).status_code == 422
        page = (await its.get("/v1/audit?limit=1", auditor)).json()
        assert [row["n"] for row in (await its.get(f"/v1/audit?cursor={page['next_cursor']}", auditor)).json()["items"]] == [2]


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday"])
async def test_an_instant_off_the_calendar_is_refused(database: Database, instant: str) -> None:
    async with house(database) as its:
        for bound in ("since", "until"):
            answer = await its.it.client.get("/v1/audit", params={bound: instant}, headers=its.staff(AUDITOR, "auditor"))
            assert answer.status_code == 422


async def test_what_arrives_twice_is_chained_once_and_nonsense_is_kept(database: Database) -> None:
    async with house(database) as its:
        assert await taken(its, record(1, {}), record(1, {}), record(2, b"\xff not json", headers=False)) == 2
        assert await taken(its, record(1, {}), record(3, {})) == 1
        rows = (await its.get("/v1/audit", its.staff(AUDITOR, "auditor"))).json()["items"]
        assert [(row["n"], row["type"], row["channel"]) for row in rows] == [
            (1, "ProfileSubmitted", "portal"),
            (2, "Unreadable", "unknown"),
            (3, "ProfileSubmitted", "portal"),
        ]


async def test_poison_is_chained_and_holds_nothing_up(database: Database) -> None:
    async with house(database) as its:
        whole = record(1, {})
        deep = record(2, b"[" * 100_000)
        nul = record(3, {"protocol": "1\x002", "note": "\ud800"}, actor="person:\x00nobody")
        null_header = record(4, {})
        null_header = ConsumerRecord(*[*vars(null_header).values()][:-1], headers=(("ce_id", None), ("ce_time", b"9999-99-99")))
        naive = record(5, {})
        naive = ConsumerRecord(
            *[*vars(naive).values()][:-1], headers=tuple((k, b"2026-10-05T14:00:00" if k == "ce_time" else v) for k, v in naive.headers)
        )
        assert await taken(its, whole, deep, nul, null_header, naive) == 5
        assert len((await its.get("/v1/audit", its.staff(AUDITOR, "auditor"))).json()["items"]) == 5


async def test_a_person_who_asked_to_be_forgotten_is_told_what_is_kept(database: Database) -> None:
    async with house(database) as its:
        await taken(its, record(1, {"person_id": str(RUI)}))
        for person in (RUI, who("nobody")):
            await its.tell(f"user-{person}", PersonalDataErased(user_id=person, person_id=person, at=utc_now()))
        rows = await its.parts.platform.pool.fetch("select data::text as data from events where type = 'ErasureApplied' order by position")
        assert [[kept["what"] for kept in json.loads(row["data"])["kept"]] for row in rows] == [["audit"], []]
        assert json.loads(rows[0]["data"])["kept"][0]["until"] == "2036-10-05"


async def test_the_export_is_verified_with_nothing_else(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with house(database) as its:
        await taken(its, *(record(n, {"n": n}) for n in range(5)))
        text = (await its.get("/v1/audit/export", its.staff(AUDITOR, "auditor"))).text
    lines = text.splitlines()
    whole, changed, shorter = tmp_path / "whole.jsonl", tmp_path / "changed.jsonl", tmp_path / "shorter.jsonl"
    whole.write_text(text)
    changed.write_text("\n".join([*lines[:2], lines[2].replace(f"person:{RUI}", f"person:{PAULA}"), *lines[3:]]))
    shorter.write_text("\n".join([*lines[:2], *lines[3:]]))
    capsys.readouterr()
    assert [verify_audit([str(path)]) for path in (whole, changed, shorter)] == [0, 1, 1]
    told = capsys.readouterr().out
    assert told.startswith("intact: 5 rows, last 5, head ")
    assert "row 3 was changed" in told
    assert "rows are missing" in told
    assert verify_audit([str(tmp_path / "nowhere")]) == 2


async def test_the_app_may_neither_change_nor_remove_a_row(database: Database) -> None:
    async with house(database) as its:
        await taken(its, record(1, {}))
        for statement in ("update audit set actor = 'nobody'", "delete from audit", "delete from audit_mentions", "delete from audit_head"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await its.parts.platform.pool.execute(statement)


async def test_each_midnight_is_sealed_once(database: Database) -> None:
    async with house(database) as its:
        await taken(its, record(1, {}))
        moments = [datetime(2026, 10, 6, 3, 0, tzinfo=UTC)]
        seals = AuditSeals(its.parts.platform.pool, its.parts.audit, its.parts.platform.calendar, lambda: moments[0])
        assert [await seals.seal(), await seals.seal()] == [True, False]
        moments[0] = datetime(2026, 10, 6, 5, 0, tzinfo=UTC)
        assert await seals.seal() is True
        rows = await its.parts.platform.pool.fetch("select data->>'day' as day, data->>'n' as n from events where type = 'AuditSealed'")
        assert [(row["day"], row["n"]) for row in rows] == [("2026-10-04", "1"), ("2026-10-05", "1")]
