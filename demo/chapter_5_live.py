"""Chapter 5: what the back office sees of all this: exact numbers, live rates beside them, and an audit that anyone can check."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from demo.client import Client
from demo.staff import staff
from demo.stage import ROOT, Stage

OVERVIEW = "/v1/dashboards/overview"
PATIENCE_SECONDS = 90


async def play(stage: Stage) -> None:
    """The supervisor looks at the dashboard, the auditor at the audit."""
    stage.title("5. Live: the dashboard, and the audit")
    supervisor = await staff(stage, stage.cast.supervisor, "supervisor")
    await _dashboard(stage, supervisor)
    await _export(stage, supervisor)
    auditor = await staff(stage, stage.cast.auditor, "auditor")
    await _audit(stage, auditor)


async def _dashboard(stage: Stage, supervisor: Client) -> None:
    shown = await supervisor.until(OVERVIEW, _counts, patience=PATIENCE_SECONDS, why="live arrivals and decisions of profiles")
    [profiles] = [line for line in shown["exact"] if line["queue"] == "profiles"]
    stage.check(profiles["decided_last_day"] >= 1, f"nothing decided, says the dashboard: {profiles}")
    stage.say(
        "the supervisor sees the exact numbers",
        waiting=profiles["waiting"],
        decided_last_hour=profiles["decided_last_hour"],
        median_seconds=round(profiles["seconds_p50"], 1),
        overdue=profiles["overdue"],
    )
    for rate in shown["live"]:
        stage.say(f"{rate['metric']} in {rate['queue']}, {rate['label']}", last_hour=rate["last_hour"], per_minute=rate["per_minute"])
    party = await supervisor.get("/v1/audit", expect=403)
    stage.say("the audit is not the supervisor's", refused=party.code)


def _counts(body: Any) -> bool:
    """Arrivals and decisions of profiles have been counted live."""
    return {("arrivals", "profiles"), ("decisions", "profiles")} <= {(rate["metric"], rate["queue"]) for rate in body["live"]}


async def _export(stage: Stage, supervisor: Client) -> None:
    month = (await supervisor.get(OVERVIEW))["as_of"][:7]
    made = await supervisor.post("/v1/exports", {"kind": "connected-plants", "month": month})
    await supervisor.get(f"/v1/exports/{made['id']}")
    stage.say("the month's connected plants as CSV", sha256=made["ids"]["sha256"][:16])


async def _audit(stage: Stage, auditor: Client) -> None:
    rui = stage.table.get("rui_profile")
    if rui is not None:
        found = await auditor.until("/v1/audit", lambda body: len(body["items"]) > 0, why="Rui in the audit", params={"person": rui})
        kinds = sorted({row["type"] for row in found["items"]})
        stage.say("the auditor asks what was done about Rui", rows=len(found["items"]), kinds=len(kinds))
    text = (await auditor.get("/v1/audit/export")).body
    stage.check(isinstance(text, str) and text, "the audit's export is empty")
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        whole, changed = Path(folder) / "audit.jsonl", Path(folder) / "changed.jsonl"
        whole.write_text(text, encoding="utf-8")
        status, told = await _verified(whole)
        stage.check(status == 0, f"the audit does not verify: {told}")
        stage.say("the exported chain is verified with nothing but the file", says=told)
        changed.write_text(_changed(text), encoding="utf-8")
        status, told = await _verified(changed)
        stage.check(status == 1, f"a changed row went unseen: {told}")
        stage.say("one changed row, and the chain says which", says=told)


def _changed(text: str) -> str:
    """The same chain with another actor in its middle row."""
    lines = text.splitlines()
    middle = len(lines) // 2
    row = json.loads(lines[middle])
    lines[middle] = json.dumps({**row, "actor": "staff:00000000-0000-0000-0000-000000000000"})
    return "\n".join(lines)


async def _verified(file: Path) -> tuple[int, str]:
    """What `verify-audit` says of a file; it needs no settings and no services."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.backoffice", "verify-audit", str(file), cwd=ROOT, env={}, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode().strip()
