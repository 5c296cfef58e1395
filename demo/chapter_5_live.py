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
METRICS = {"arrivals": "chegadas", "decisions": "decisões"}


async def play(stage: Stage) -> None:
    """The supervisor looks at the dashboard, the auditor at the audit."""
    stage.title("5. Painel ao vivo e auditoria (backoffice)")
    supervisor = await staff(stage, stage.cast.supervisor, "supervisor")
    await _dashboard(stage, supervisor)
    await _export(stage, supervisor)
    auditor = await staff(stage, stage.cast.auditor, "auditor")
    await _audit(stage, auditor)


async def _dashboard(stage: Stage, supervisor: Client) -> None:
    shown = await supervisor.until(OVERVIEW, _counts, why="live arrivals and decisions of profiles")
    [profiles] = [line for line in shown["exact"] if line["queue"] == "profiles"]
    stage.check(profiles["decided_last_day"] >= 1, f"nothing decided, says the dashboard: {profiles}")
    stage.say(
        "o supervisor vê os números exatos da fila de perfis",
        aguardando=profiles["waiting"],
        decididos_na_última_hora=profiles["decided_last_hour"],
        mediana_segundos=round(profiles["seconds_p50"], 1),
        em_atraso=profiles["overdue"],
    )
    for rate in shown["live"]:
        stage.say(
            f"{METRICS[rate['metric']]} em {rate['queue']}, {rate['label']}", última_hora=rate["last_hour"], por_minuto=rate["per_minute"]
        )
    party = await supervisor.get("/v1/audit", expect=403)
    stage.say("a auditoria não é do supervisor", recusa=party.code)


def _counts(body: Any) -> bool:
    """Arrivals and decisions of profiles have been counted live."""
    return {("arrivals", "profiles"), ("decisions", "profiles")} <= {(rate["metric"], rate["queue"]) for rate in body["live"]}


async def _export(stage: Stage, supervisor: Client) -> None:
    month = (await supervisor.get(OVERVIEW))["as_of"][:7]
    made = await supervisor.post("/v1/exports", {"kind": "connected-plants", "month": month})
    await supervisor.get(f"/v1/exports/{made['id']}")
    stage.say("as usinas conectadas no mês, em CSV", sha256=made["ids"]["sha256"][:16])


async def _audit(stage: Stage, auditor: Client) -> None:
    rui = stage.table.get("rui_profile")
    if rui is not None:
        found = await auditor.until("/v1/audit", lambda body: len(body["items"]) > 0, why="Rui in the audit", params={"person": rui})
        kinds = sorted({row["type"] for row in found["items"]})
        stage.say("o auditor pergunta o que foi feito e visto sobre Rui", registros=len(found["items"]), tipos=len(kinds))
    text = (await auditor.get("/v1/audit/export")).body
    stage.check(isinstance(text, str) and text, "the audit's export is empty")
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        whole, changed = Path(folder) / "audit.jsonl", Path(folder) / "changed.jsonl"
        whole.write_text(text, encoding="utf-8")
        status, told = await _verified(whole)
        stage.check(status == 0, f"the audit does not verify: {told}")
        stage.say("a cadeia exportada é verificada só com o arquivo", resposta=told)
        changed.write_text(_changed(text), encoding="utf-8")
        status, told = await _verified(changed)
        stage.check(status == 1, f"a changed row went unseen: {told}")
        stage.say("um registro alterado, e a cadeia diz qual", resposta=told)


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
