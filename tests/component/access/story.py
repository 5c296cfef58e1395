"""Steps that tests of access share: the register tells, others publish, people call."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import httpx

from services.access.parts import AccessParts
from shared.clock import utc_now
from shared.contracts.identity.user import HolderProven
from shared.contracts.professional.profile import ProfileApproved, ProfileSuspended
from shared.eventsourcing.silence import note_progress
from shared.eventsourcing.transaction import transact
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.happened import happened, told
from shared.testing.people import Cast, Person
from shared.testing.running import Running, running

CAST = Cast(7, "002")
ANA, RUI, TIAGO, CLARA = CAST.ana, CAST.rui, CAST.tiago, CAST.clara
BRUNO, BAKERY = CAST.silvia, CAST.padaria
ENDS_ON = (utc_now() + timedelta(days=365)).date()


def number(place: int) -> str:
    """A unit number of this cast."""
    return CAST.unit(place)


def record(place: int, holder: Person, *, sequence: int = 1, **changes: Any) -> dict[str, Any]:
    """What the register says of a unit."""
    return {
        "sequence": sequence,
        "at": utc_now().isoformat(),
        "number": number(place),
        "holder_document": holder.document,
        "group": "B",
        "subgroup": "B1",
        "class": "residencial",
        "voltage_v": 220,
        "phases": 2,
        "available_kw": "12.0",
        "municipality_ibge": "1302603",
        "address": f"Rua das Palmeiras {place}",
        "status": "active",
        "connected_since": "2015-03-02",
        **changes,
    }


@dataclass
class Story:
    """The running service, and short words for what happens around it."""

    it: Running
    service: Service
    settings: ServiceSettings
    versions: dict[str, int] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)

    @asynccontextmanager
    async def later(self, days: float) -> AsyncIterator["Story"]:
        """The same service and database, so many days on."""
        ahead = timedelta(days=days)
        async with running(self.service, self.settings.model_copy(update={"clock_offset": ahead})) as it:
            yield replace(self, it=it, ahead=ahead)

    def token(self, somebody: Person) -> Mapping[str, str]:
        """Somebody is logged in."""
        return self.it.issuer.person(self.pid(somebody), now=utc_now() + self.ahead)

    @property
    def parts(self) -> AccessParts:
        """What the service is made of."""
        return cast("AccessParts", self.it.parts)

    def pid(self, somebody: Person) -> UUID:
        """The PersonId of somebody."""
        return self.parts.platform.people.of_text(somebody.document)

    async def fresh(self) -> None:
        """The reader of ended sessions is at its end."""
        async with self.parts.platform.pool.acquire() as db:
            await note_progress(db, "access.views", [("identity.session", 0)])

    async def register(self, *records: Mapping[str, Any]) -> None:
        """The register tells of units, on its topic."""
        handle = self.parts.ingress[0].handle
        for told_of in records:
            await transact(self.parts.platform.pool, lambda db, r=told_of: handle(db, str(r["number"]).encode(), r))  # type: ignore[misc]

    async def hear(self, fact: Any, stream: str) -> None:
        """A foreign event arrives."""
        self.versions[stream] = self.versions.get(stream, 0) + 1
        await happened(self.it, self.service, told(fact, stream, self.versions[stream]))

    async def proven(self, somebody: Person) -> None:
        """Identity has proven a holder."""
        person = self.pid(somebody)
        await self.hear(HolderProven(user_id=person, person_id=person, how="register-email", proven_at=utc_now()), f"user-{person}")

    async def approved(self, somebody: Person, valid_until: date) -> None:
        """A profile is approved."""
        person = self.pid(somebody)
        fact = ProfileApproved(
            profile_id=person,
            person_id=person,
            submission=1,
            profession="engenheiro",
            council="CREA",
            uf="AM",
            may_file=("technical", "commercial"),
            ceiling_kva=None,
            valid_until=valid_until,
            approved_at=utc_now(),
        )
        await self.hear(fact, f"profile-{person}")

    async def suspended(self, somebody: Person) -> None:
        """A profile is suspended."""
        person = self.pid(somebody)
        given = {"profile_id": person, "person_id": person, "reason": {"code": "x"}, "suspended_by": person, "suspended_at": utc_now()}
        await self.hear(ProfileSuspended.model_validate(given, strict=False), f"profile-{person}")

    async def unit_id(self, place: int) -> UUID:
        """The id of a unit of this cast."""
        found: UUID = await self.parts.platform.pool.fetchval("select unit_id from unit_numbers where number = $1", number(place))
        return found

    async def get(self, path: str, somebody: Person) -> httpx.Response:
        """Somebody looks."""
        return await self.it.client.get(path, headers=self.token(somebody))

    async def post(self, path: str, somebody: Person, body: Any = None, **headers: str) -> httpx.Response:
        """Somebody does."""
        given = {**self.token(somebody), "Idempotency-Key": str(uuid4()), **headers}
        return await self.it.client.post(path, json=body, headers=given)

    async def offer(self, place: int = 1, to: Person = RUI, by: Person = ANA, **changes: Any) -> httpx.Response:
        """The holder offers access."""
        body = {"professional_cpf": to.document, "unit_ids": [str(await self.unit_id(place))], "ends_on": ENDS_ON.isoformat(), **changes}
        return await self.post("/v1/grants/offers", by, body)

    async def ask(self, unit: str, of: Person = ANA, by: Person = RUI) -> httpx.Response:
        """The professional asks for access."""
        return await self.post("/v1/grants/asks", by, {"client_document": of.document, "unit_number": unit})

    async def granted(self, place: int = 1) -> str:
        """A live grant from Ana to Rui; its path."""
        offered = await self.offer(place)
        assert offered.status_code == 201, offered.text
        path = offered.headers["location"]
        confirmed = await self.post(f"{path}/confirmation", RUI)
        assert confirmed.status_code == 200, confirmed.text
        return str(path)

    async def facts_mailed(self) -> list[tuple[str, UUID]]:
        """What was told to whom."""
        rows = await self.parts.platform.pool.fetch("select fact, person_id from outbox order by fact, person_id")
        return [(row["fact"], row["person_id"]) for row in rows]
