"""People at work across the services: a holder grants, a professional files, professionals show documents, officers judge."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaProducer

from demo.cast import customer
from demo.client import Client
from demo.pdfs import pdf
from demo.requesting import prepared, started
from demo.staff import log_in, sign_up, staff, staff_in
from demo.uploads import upload
from shared.testing.people import Person
from tests.faults.load import BUSY, Register
from tests.faults.witness import ID, Watched

DOCUMENTS = "/v1/profile-documents"
PATIENCE = 60.0


@dataclass
class Company:
    """Those who are there before the trouble begins."""

    stage: Watched
    reviewer: Client
    ana: Client
    rui: Client
    profiles: list[str] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)
    filed: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    """The documents of everybody who was to sign up here, whether or not they got to the end."""
    given_up: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Why deeds were torn, and why there was nothing to judge: shown when somebody no longer gets on."""

    async def repeatedly(self, deed: Callable[[], Awaitable[None]], until: float) -> None:
        """Again and again; what is torn is left behind, as people leave it."""
        while time.monotonic() < until:
            try:
                async with asyncio.timeout(PATIENCE):
                    await deed()
            except (*BUSY, TimeoutError) as torn:
                self.given_up += 1
                self.refused[f"{type(torn).__name__}: {ID.sub('…', str(torn))[:160]}"] += 1
                await asyncio.sleep(0.5)


async def assembled(stage: Watched, bootstrap: str) -> Company:
    """The reviewer is in, Ana is proven as holder, Rui's profile is approved."""
    cast = stage.cast
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        row = json.dumps({**customer(cast.ana), "sequence": 1}).encode()
        await producer.send_and_wait("utility.customers", row, key=cast.ana.document.encode())
    finally:
        await producer.stop()
    reviewer, rui = await asyncio.gather(staff(stage, cast.reviewer, "reviewer"), sign_up(stage, cast.rui))
    ana = await sign_up(stage, cast.ana)
    company = Company(stage, reviewer, ana, rui, people={cast.ana.document, cast.rui.document})
    profile = await submitted(stage, cast.rui, rui)
    async with asyncio.timeout(PATIENCE):
        while (await rui.get(profile))["state"] != "approved":
            await judge_next(company, "profiles")
    return company


async def back_in(company: Company) -> None:
    """After a day everybody's session is over: they log in again, the reviewer with the code of this half minute or the next."""
    stage, cast = company.stage, company.stage.cast
    for person in (cast.ana, cast.rui):
        await log_in(stage, person)
    while (answer := await staff_in(stage, cast.reviewer)).code == "totp-replayed":
        await asyncio.sleep(5)
    assert answer.code is None, answer.body


async def submitted(stage: Watched, person: Person, client: Client) -> str:
    """A profile from its first step to its submission; answers its path."""
    begun = await client.post("/v1/profiles")
    path, version = f"/v1/profiles/{begun['id']}", begun["version"]
    number = f"{stage.run % 10**5:05d}{person.document[-5:]}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("profession", {"profession": "tecnico"}),
        ("registration", {"council": "CFT", "number": number, "uf": "AM"}),
        ("company", {"cnpj": None}),
    ]
    for code in ("carteira-conselho", "certidao-registro"):
        document = await upload(client, DOCUMENTS, pdf(code, person.name), f"{code}.pdf", owner_id=begun["id"], code=code)
        steps.append((f"documents/{code}", {"document_id": document}))
    for name, body in steps:
        version = (await client.put(f"{path}/{name}", body, if_match=version))["version"]
    await client.post(f"{path}/submissions")
    return path


@dataclass
class Professionals:
    """People who sign up, build a profile with documents, and submit it."""

    company: Company
    _next: int = 10_000

    async def one(self) -> None:
        """One more."""
        self._next += 1
        stage = self.company.stage
        person = stage.cast.person(f"tecnico{self._next}", f"Técnica {self._next}", self._next)
        self.company.people.add(person.document)
        client = await sign_up(stage, person)
        self.company.profiles.append(await submitted(stage, person, client))


async def judge_next(company: Company, queue: str) -> None:
    """Take what is next, look at every document, approve."""
    reviewer = company.reviewer
    claimed = await reviewer.post(f"/v1/queues/{queue}/next-claims", expect=(201, 404, 409))
    if claimed.status != 201:
        company.refused[str(claimed.code)] += 1
        await asyncio.sleep(0.4)
        return
    path = f"/v1/reviews/{claimed['id']}"
    review = await reviewer.get(path)
    version = review["version"]
    for document in review["documents"]:
        judged = await reviewer.put(f"{path}/documents/{document['id']}/verdict", {"verdict": "accepted"}, if_match=version)
        version = judged["version"]
    body: dict[str, Any] = {"outcome": "approved", "reasons": []}
    if queue == "profiles":
        until = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
        body["content"] = {"type": "profile-terms", "valid_until": until, "attribution_confirmed": True}
    await reviewer.post(f"{path}/conclusion", body, if_match=version, key=None)
    company.judged.append(str(claimed["id"]))


@dataclass
class Officers:
    """The reviewer at both queues in turn; a review left behind by a torn request is found again by its claim."""

    company: Company
    _turn: int = 0

    async def one(self) -> None:
        """One look at the next queue."""
        self._turn += 1
        await judge_next(self.company, ("profiles", "triage")[self._turn % 2])


@dataclass
class Household:
    """Ana offers a unit, Rui confirms, drafts a request for it and files it."""

    company: Company
    register: Register
    _used: set[str] = field(default_factory=set)

    async def one(self) -> None:
        """One unit from the offer to the protocol."""
        ana, rui, cast = self.company.ana, self.company.rui, self.company.stage.cast
        unit = await self._unit()
        ends = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
        offer = {"professional_cpf": cast.rui.document, "unit_ids": [unit["id"]], "ends_on": ends, "may_decide": False}
        made = await ana.post("/v1/grants/offers", offer)
        await rui.post(f"/v1/grants/{made['id']}/confirmation", key=None)
        self.company.granted.append(str(made["id"]))
        request = await started(self.company.stage, rui, unit["number"])
        await prepared(request, cast.ana)
        filed = await rui.post(f"{request.path}/filing")
        self.company.filed.append(str(filed["ids"]["protocol"]))

    async def _unit(self) -> Any:
        """A unit of Ana's that is not used yet, as soon as there is one."""
        while True:
            seen = await self.company.ana.get("/v1/consumer-units", params={"limit": "100"})
            for unit in seen["items"]:
                if unit["number"] not in self._used:
                    self._used.add(unit["number"])
                    return unit
            await asyncio.sleep(0.5)
