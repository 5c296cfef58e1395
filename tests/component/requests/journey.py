"""The guide, part 3 and 4, walked over HTTP by people who know their way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

import httpx

from services.requests.app import service
from services.requests.parts import RequestsParts
from shared.clock import utc_now
from shared.contracts.backoffice.review import BudgetTerms, Content, Finding, InspectionReport, Judged, Reason, ReviewConcluded, ReviewKind
from shared.documents.decider import Owner
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.identifiers import unit_check_digits
from shared.ids import new_id
from shared.testing.happened import happened, told
from shared.testing.running import Running

NAMES = UUID("7f0f7d4e-52a9-4a55-9b3b-7f6d1d7b8c01")
ANA, RUI, CLARA, OTHER, STAFF = (uuid5(NAMES, name) for name in ("ana", "rui", "clara", "other", "staff"))
UNIT, GRANT = uuid5(NAMES, "unit"), uuid5(NAMES, "grant")
UNIT_NUMBER = "0000000777002" + unit_check_digits("0000000777002")
MODULE = {"power_w": "550", "quantity": 10, "area_m2": "25.8", "maker": "Canadian", "model": "CS6W-550"}
INVERTER = {
    "power_kw": "5",
    "quantity": 1,
    "maker": "Growatt",
    "model": "MIN 5000",
    "voltage_min_v": "80",
    "voltage_max_v": "550",
    "current_a": "22.7",
    "power_factor": "1",
    "efficiency_percent": "98.4",
    "thd_percent": "3",
}
SITE = {"address": "Rua das Palmeiras, 100", "load_kw": "8", "breaker_a": 50, "service_line": "aerial"}
DECLARED = ["instalacoes-internas", "norma-e-lei-9074", "veracidade"]
DOCUMENTS = ("ID_CONSUMIDOR", "RESP_TECNICA", "UNIFILAR_BLOCOS", "MEMORIAL", "ENSAIO_INVERSOR")
FREE = BudgetTerms(
    simplified=True,
    free_of_charge=True,
    participation=Decimal(0),
    connection_point="Poste em frente ao imóvel",
    voltage_v=Decimal(220),
    contracts=("relacionamento-operacional",),
    validity_business_days=30,
    inspection_rule="on-request",
)


@dataclass
class Walker:
    """Somebody at the door."""

    it: Running
    headers: Mapping[str, str]

    async def send(self, method: str, path: str, body: Any = None, *, version: int | None = None, key: str | None = None) -> httpx.Response:
        """One request."""
        more = {} if version is None else {"If-Match": f'"{version}"'}
        if key is not None:
            more["Idempotency-Key"] = key
        return await self.it.client.request(method, path, json=body, headers={**self.headers, **more})

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """A deed, with a key of its own."""
        return await self.send("POST", path, body, key=key or str(uuid4()))

    async def put(self, path: str, body: Any, version: int) -> int:
        """An edit that is taken; the version after it."""
        answer = await self.send("PUT", path, body, version=version)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["version"])

    async def get(self, path: str) -> httpx.Response:
        """A look."""
        return await self.send("GET", path)


def walker(it: Running, person: UUID) -> Walker:
    """A person at the door."""
    return Walker(it, dict(it.issuer.person(person)))


def officer(it: Running, *roles: str) -> Walker:
    """Staff at the door."""
    return Walker(it, dict(it.issuer.staff(STAFF, *roles)))


async def started(who: Walker) -> str:
    """A draft for Ana's house."""
    answer = await who.post("/v1/budget-requests", {"unit_number": UNIT_NUMBER})
    assert answer.status_code == 201, answer.text
    return f"/v1/budget-requests/{answer.json()['id']}"


async def prepared(who: Walker) -> str:
    """A draft with every step taken."""
    path = await started(who)
    version = await who.put(f"{path}/motive", {"motive": "gd-sem-alteracao"}, 1)
    await who.put(f"{path}/purpose", {"purpose": "autoconsumo-local"}, version)
    for kind, row in (("modules", MODULE), ("inverters", INVERTER)):
        answer = await who.post(f"{path}/{kind}", row)
        assert answer.status_code == 201, answer.text
    version = (await who.get(path)).json()["version"]
    version = await who.put(f"{path}/site", SITE, version)
    version = await who.put(f"{path}/options", {"inspection": "on-request"}, version)
    version = await who.put(f"{path}/declarations", {"codes": DECLARED}, version)
    for code in DOCUMENTS:
        document = await kept(who.it, path, code)
        answer = await who.post(f"{path}/documents", {"document_id": document})
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    version = await who.put(f"{path}/contractor", {"kind": "autonomous"}, version)
    await who.put(f"{path}/technical-responsible", {}, version)
    return path


async def filed(who: Walker) -> tuple[str, str]:
    """A filed request and its protocol."""
    path = await prepared(who)
    answer = await who.post(f"{path}/filing")
    assert answer.status_code == 201, answer.text
    return path, answer.json()["ids"]["protocol"]


async def in_force(who: Walker, holder: Walker) -> tuple[str, str]:
    """A request whose budget is in force, and its protocol."""
    path, protocol = await filed(who)
    await concluded(who.it, path, "triage")
    await concluded(who.it, path, "analysis", content=FREE)
    assert (await holder.post(f"{path}/approval")).status_code == 200
    contract = await kept(who.it, path, "CONTRATO")
    delivered = await officer(who.it, "analyst").post(f"{path}/contracts", {"document_ids": [contract]})
    assert delivered.status_code == 200, delivered.text
    signed = await kept(who.it, path, "CONTRATO_ASSINADO")
    returned = await holder.post(f"{path}/contracts-return", {"document_ids": [signed]})
    assert returned.status_code == 200, returned.text
    return path, protocol


async def commissioning_prepared(who: Walker, request_path: str) -> str:
    """A commissioning of a budget in force with every step taken."""
    answer = await who.post("/v1/commissionings", {"request_id": request_path[-36:]})
    assert answer.status_code == 201, answer.text
    path = f"/v1/commissionings/{answer.json()['id']}"
    version = await who.put(f"{path}/as-built", {"as_approved": True}, 1)
    attached = await who.post(f"{path}/documents", {"document_id": await kept(who.it, path, "FOTOS")})
    assert attached.status_code == 200, attached.text
    await who.put(f"{path}/contractor", {"kind": "autonomous"}, version + 1)
    return path


async def commissioning_filed(who: Walker, request_path: str) -> str:
    """A filed commissioning of a budget in force."""
    path = await commissioning_prepared(who, request_path)
    answer = await who.post(f"{path}/filing")
    assert answer.status_code == 201, answer.text
    return path


async def visit_scheduled(who: Walker, request_path: str) -> str:
    """A commissioning whose visit has a date."""
    path = await commissioning_filed(who, request_path)
    await concluded(who.it, path, "commissioning")
    scheduled = await officer(who.it, "inspector").post(f"{path}/inspection", {"visit_on": tomorrow(), "window": "morning"})
    assert scheduled.status_code == 200, scheduled.text
    return path


async def kept(it: Running, path: str, code: str) -> str:
    """A document that is verified and belongs to a record."""
    parts = cast("RequestsParts", it.parts)
    category = "commissioning" if path.startswith("/v1/commissionings") else "budget-request"
    stream = f"{category}-{path[-36:]}"
    document_id = new_id()
    stored = await parts.documents.store_bytes(stream, f"%PDF-1.7 {code} {document_id}".encode(), "application/pdf")
    cause = Cause("service:requests", new_id())
    await transact(
        parts.platform.pool,
        lambda db: parts.documents.keep(db, document_id, Owner(stream, ANA), code, f"{code}.pdf", stored, cause),
    )
    return str(document_id)


async def concluded(
    it: Running,
    path: str,
    kind: ReviewKind,
    *,
    approved: bool = True,
    content: Content | None = None,
    reasons: tuple[Reason, ...] = (),
    documents: tuple[Judged, ...] = (),
    submission: int = 1,
) -> UUID:
    """The back office concludes a review."""
    category = "commissioning" if path.startswith("/v1/commissionings") else "budget-request"
    review_id = new_id()
    review = ReviewConcluded(
        review_id=review_id,
        subject_stream=f"{category}-{path[-36:]}",
        submission=submission,
        kind=kind,
        outcome="approved" if approved else "rejected",
        reasons=reasons,
        documents=documents,
        content=content,
        concluded_by=STAFF,
        concluded_at=utc_now(),
    )
    await happened(it, service(), told(review, f"review-{review_id}", 4))
    return review_id


def good_visit() -> InspectionReport:
    """A visit without findings."""
    return InspectionReport(visited_on=utc_now().date(), findings=(Finding(item="placa", passed=True),), meter_number="M-100")


def tomorrow() -> str:
    """A day for a visit."""
    return (utc_now() + timedelta(days=1)).date().isoformat()
