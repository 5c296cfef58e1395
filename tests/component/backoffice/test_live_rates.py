"""Live rates: from records of domain topics, through Faust and the compacted topic, into the table that the dashboard shows."""

import asyncio
import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import cast

from services.backoffice.app import service
from services.backoffice.live import Counted, Live, counted
from services.backoffice.live_rates import TOPIC, LiveRates
from services.backoffice.settings import BackofficeSettings
from shared.clock import utc_now
from shared.ids import new_id
from shared.kafka import producer
from shared.testing.running import settings_for
from tests.conftest import Database

NOW = "2026-10-05T14:00:30.000000Z"
AT = 1_791_208_830.0


def test_what_counts_and_what_does_not() -> None:
    assert counted({"ce_type": "BudgetAccepted", "ce_time": NOW}, b"{}") == Counted("arrivals", "analysis", AT)
    concluded = json.dumps({"kind": "triage", "concluded_at": NOW}).encode()
    assert counted({"ce_type": "ReviewConcluded", "ce_time": "nonsense"}, concluded) == Counted("decisions", "triage", AT)
    assert counted({"ce_type": "ProfileApproved", "ce_time": NOW}, b"{}") is None
    assert counted({}, b"") is None
    assert counted({"ce_type": "ReviewConcluded"}, b"\xff") is None
    assert counted({"ce_type": "ProfileSubmitted", "ce_time": "yesterday"}, b"{}") is None


async def test_arrivals_and_decisions_reach_the_table(database: Database, kafka: str, tmp_path: Path) -> None:
    settings = cast("BackofficeSettings", settings_for(service(), database, kafka_bootstrap=kafka))
    prefix = f"t{secrets.token_hex(4)}."
    live = Live(settings, {"profile": "profiles", "triage": "triage"}, str(tmp_path), prefix)
    await live.make_topics()
    await _publish(kafka, prefix)
    async with database.pool() as pool:
        rates = LiveRates(pool, kafka, utc_now, prefix + TOPIC)
        reading = asyncio.create_task(rates.read())
        await live.app.start()
        try:
            async with asyncio.timeout(60):
                while await _totals(pool) != {("arrivals", "profiles", 5.0), ("decisions", "profiles", 1.0), ("arrivals", "triage", 2.0)}:
                    await asyncio.sleep(0.3)
        finally:
            reading.cancel()
            await live.app.stop()


async def _totals(pool: object) -> set[tuple[str, str, float]]:
    rows = await pool.fetch("select metric, queue, sum(count) as n from live_rates group by metric, queue")  # type: ignore[attr-defined]
    return {(row["metric"], row["queue"], row["n"]) for row in rows}


async def _publish(kafka: str, prefix: str) -> None:
    """Five submissions in two minutes, one of them nonsense beside them; two requests; one conclusion."""
    now = utc_now()
    before = now - timedelta(minutes=1)
    source = producer(kafka, "test")
    await source.start()
    try:
        for at in (now, now, now, before, before):
            await source.send_and_wait(
                f"{prefix}professional.profile", b"{}", new_id().bytes, headers=_headers("ProfileSubmitted", at.isoformat())
            )
        await source.send_and_wait(f"{prefix}professional.profile", b"not json", b"key", headers=[("ce_type", b"ProfileSubmitted")])
        for _ in range(2):
            await source.send_and_wait(
                f"{prefix}requests.budget-request", b"{}", new_id().bytes, headers=_headers("BudgetRequested", now.isoformat())
            )
        content = json.dumps({"kind": "profile", "concluded_at": now.isoformat()}).encode()
        await source.send_and_wait(f"{prefix}backoffice.review", content, b"key", headers=_headers("ReviewConcluded", now.isoformat()))
    finally:
        await source.stop()


def _headers(name: str, at: str) -> list[tuple[str, bytes]]:
    return [("ce_type", name.encode()), ("ce_time", at.encode())]
