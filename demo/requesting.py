"""What chapter 4 is made of: a record at somebody's hands, and officers who take what is next and look at every document."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from demo.client import Client
from demo.pdfs import pdf
from demo.stage import Stage
from demo.surprise import Surprise
from demo.uploads import upload
from shared.testing.people import Person

DOCUMENTS = "/v1/request-documents"
UNREADABLE = "ILEGIVEL"
DECLARED = ["instalacoes-internas", "norma-e-lei-9074", "veracidade"]
MODULE = {"power_w": "550", "quantity": 10, "area_m2": "25.8", "maker": "Canadian Solar", "model": "CS6W-550MS"}
INVERTER = {
    "power_kw": "5",
    "quantity": 1,
    "maker": "Growatt",
    "model": "MIN 5000TL-X",
    "voltage_min_v": "80",
    "voltage_max_v": "550",
    "current_a": "22.7",
    "power_factor": "1",
    "efficiency_percent": "98.4",
    "thd_percent": "3",
}
SITE = {"address": "Rua das Palmeiras, 100, Centro", "load_kw": "8", "breaker_a": 50, "service_line": "aerial"}
BUDGET = {
    "type": "budget-terms",
    "simplified": True,
    "free_of_charge": True,
    "participation": "0",
    "connection_point": "Ponto de entrega existente",
    "voltage_v": "220",
    "works": [],
    "alternatives": [],
    "metering_cost": "0",
    "contracts": ["relacionamento-operacional"],
    "validity_business_days": 30,
    "inspection_rule": "on-request",
}


@dataclass
class Record:
    """A request or commissioning at somebody's hands."""

    client: Client
    path: str
    version: int

    async def put(self, step: str, body: Mapping[str, Any]) -> Any:
        """Say one step, whole."""
        answer = await self.client.put(f"{self.path}/{step}", body, if_match=self.version)
        self.version = answer["version"]
        return answer

    async def add(self, rows: str, body: Mapping[str, Any]) -> str:
        """One more row."""
        answer = await self.client.post(f"{self.path}/{rows}", body)
        self.version = answer["version"]
        return str(answer["id"])

    async def bring(self, code: str, content: bytes, media_type: str = "application/pdf") -> str:
        """Bring a document; it is verified before it can be used."""
        ending = "jpg" if media_type == "image/jpeg" else "pdf"
        name = f"{code.lower()}.{ending}"
        return await upload(self.client, DOCUMENTS, content, name, media_type, owner_id=self.path[-36:], code=code)

    async def attach(self, document: str) -> None:
        """Put a verified document in its place."""
        answer = await self.client.post(f"{self.path}/documents", {"document_id": document}, key=None)
        self.version = answer["version"]


async def until_judged(
    stage: Stage,
    officer: Client,
    queue: str,
    record: Record,
    state: str,
    content: Callable[[], Mapping[str, Any]] | None = None,
    second: Client | None = None,
) -> None:
    """Take what is next in a queue, oldest protocol first, until this record has moved on."""
    deadline = asyncio.get_running_loop().time() + officer.patience
    while (await record.client.get(record.path))["state"] == state:
        if asyncio.get_running_loop().time() > deadline:
            raise Surprise(f"still {state} after {officer.patience:g} s")
        if second is not None:
            await _confirm(second, queue, record)
        claimed = await officer.post(f"/v1/queues/{queue}/next-claims", expect=(201, 404, 409))
        if claimed.status == 201:
            await _conclude(stage, officer, claimed["id"], content)
        else:
            await asyncio.sleep(0.5)


async def _conclude(stage: Stage, officer: Client, review_id: str, content: Callable[[], Mapping[str, Any]] | None) -> None:
    path = f"/v1/reviews/{review_id}"
    review = await officer.get(path)
    version, outcome = review["version"], "approved"
    for document in review["documents"]:
        look = await officer.post(f"{DOCUMENTS}/{document['id']}/views", {"purpose": "review"}, key=None)
        seen = await officer.fetch_bytes(look["url"])
        stage.check(seen, "an empty document went to review")
        verdict: dict[str, Any] = {"verdict": "accepted"}
        if UNREADABLE.encode() in seen:
            outcome, verdict = "rejected", {"verdict": "refused", "reason": {"code": "ilegivel"}}
        judged = await officer.put(f"{path}/documents/{document['id']}/verdict", verdict, if_match=version)
        version = judged["version"]
    body: dict[str, Any] = {"outcome": outcome, "reasons": []}
    if content is not None and outcome == "approved":
        body["content"] = content()
    await officer.post(f"{path}/conclusion", body, if_match=version, key=None)


async def _confirm(second: Client, queue: str, record: Record) -> None:
    """A denial needs a second person."""
    protocol = (await record.client.get(record.path))["protocol"]
    rows = (await second.get(f"/v1/queues/{queue}/reviews", params={"limit": "100"}))["items"]
    for row in rows:
        if row["protocol"] == protocol and row["state"] == "awaiting-second-person":
            await second.post(f"/v1/reviews/{row['review_id']}/confirmation", key=None, expect=(200, 409))


async def started(stage: Stage, client: Client, unit_number: str) -> Record:
    """A draft, as soon as requests knows of the access."""
    deadline = asyncio.get_running_loop().time() + client.patience
    while asyncio.get_running_loop().time() < deadline:
        begun = await client.post("/v1/budget-requests", {"unit_number": unit_number.lstrip("0")}, expect=(201, 403))
        if begun.status == 201:
            return Record(client, f"/v1/budget-requests/{begun['id']}", begun["version"])
        await asyncio.sleep(0.3)
    raise Surprise(f"{stage.label}requests never learned of the access")


async def prepared(record: Record, holder: Person, *, unreadable: str | None = None) -> None:
    """Every step at once, without detours; one document may come unreadable."""
    await record.put("motive", {"motive": "gd-sem-alteracao"})
    await record.put("purpose", {"purpose": "autoconsumo-local", "source": "solar"})
    await record.add("modules", MODULE)
    await record.add("inverters", INVERTER)
    await record.put("site", SITE)
    await record.put("options", {"inspection": "as-soon-as-possible"})
    await finished(record, holder, unreadable=unreadable)


async def finished(record: Record, holder: Person, *, unreadable: str | None = None) -> None:
    """What is left: declarations, the documents that are missing, contractor, responsible."""
    seen = await record.client.get(record.path)
    record.version = seen["version"]
    await record.put("declarations", {"codes": DECLARED})
    for slot in (await record.client.get(f"{record.path}/checklist")).body:
        if slot["required"] and not slot["generated"] and not slot["documents"]:
            title = UNREADABLE if slot["code"] == unreadable else slot["label"]
            await record.attach(await record.bring(slot["code"], pdf(title, holder.name)))
    await record.put("contractor", {"kind": "autonomous"})
    await record.put("technical-responsible", {})
