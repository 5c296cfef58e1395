"""The back office, running for a test: its seeds published, sessions known, a profile submitted by Rui."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import httpx

from services.backoffice.app import service
from services.backoffice.parts import BackofficeParts
from shared.clock import utc_now
from shared.contracts.catalogue import CataloguePublished
from shared.contracts.identity.staff_member import StaffRolesChanged
from shared.contracts.professional.profile import ProfileSubmitted, SubmittedDocument
from shared.eventsourcing.event import Event
from shared.eventsourcing.silence import note_progress
from shared.ids import new_id
from shared.testing.happened import happened, told
from shared.testing.running import Running, running, settings_for
from tests.conftest import Database

SPACE = UUID("00000000-0000-4000-8000-000000000002")
REASONS = (
    {"code": "ilegivel", "label": "Ilegível", "article": "art. 67", "order": 1},
    {"code": "registro-vencido", "label": "Registro vencido", "order": 2},
)


def who(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, name)


RUI, PAULA, MARCOS, SARA, AUDITOR = who("rui"), who("paula"), who("marcos"), who("sara"), who("auditor")


@dataclass
class House:
    """A running back office and the people in it."""

    it: Running
    versions: dict[str, int]

    @property
    def parts(self) -> BackofficeParts:
        """Its parts."""
        return cast("BackofficeParts", self.it.parts)

    async def tell(self, stream: str, *events: Event) -> None:
        """Others published these."""
        for event in events:
            self.versions[stream] = self.versions.get(stream, 0) + 1
            await happened(self.it, service(), told(event, stream, self.versions[stream]))

    def staff(self, person: UUID, *roles: str) -> dict[str, str]:
        """The headers of a member of staff."""
        return dict(self.it.issuer.staff(person, *roles))

    async def post(self, path: str, headers: Mapping[str, str], body: object = None, **more: str) -> httpx.Response:
        """A POST with a key of its own."""
        return await self.it.client.post(path, headers={**headers, "Idempotency-Key": str(new_id()), **more}, json=body)

    async def get(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """A GET."""
        return await self.it.client.get(path, headers=headers)

    async def claim_next(self, slug: str, headers: Mapping[str, str]) -> str:
        """Take what is next; answers its id."""
        answer = await self.post(f"/v1/queues/{slug}/next-claims", headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def judge_all(self, review: str, headers: Mapping[str, str], verdict: Mapping[str, Any] | None = None) -> None:
        """The same verdict on every document."""
        found = await self.get(f"/v1/reviews/{review}", headers)
        tag = found.headers["etag"]
        for document in found.json()["documents"]:
            answer = await self.it.client.put(
                f"/v1/reviews/{review}/documents/{document['id']}/verdict",
                headers={**headers, "If-Match": tag},
                json=verdict or {"verdict": "accepted"},
            )
            assert answer.status_code == 200, answer.text
            tag = answer.headers["etag"]

    async def events(self, review: str) -> list[tuple[str, dict[str, Any]]]:
        """The stored events of a review."""
        rows = await self.it.parts.platform.pool.fetch(
            "select type, data::text as data from events where stream = $1 order by version", f"review-{review}"
        )
        return [(row["type"], json.loads(row["data"])) for row in rows]


def submitted(
    person: UUID, protocol: str, *, filed_at: datetime | None = None, submission: int = 1, parties: tuple[UUID, ...] | None = None
) -> ProfileSubmitted:
    """A profile is submitted."""
    documents = tuple(
        SubmittedDocument(id=uuid5(person, f"{code}/{submission}"), code=code, sha256="a" * 64) for code in ("CARTEIRA", "CERTIDAO")
    )
    return ProfileSubmitted(
        profile_id=person,
        person_id=person,
        submission=submission,
        renewal=False,
        parties=parties or (person,),
        profession="engenheiro",
        council="CREA",
        uf="AM",
        documents=documents,
        protocol=protocol,
        filed_at=filed_at or utc_now() - timedelta(hours=1),
        due_on=date(2030, 1, 10),
        profession_version=1,
        checklist_version=1,
    )


@asynccontextmanager
async def house(database: Database) -> AsyncIterator[House]:
    """The back office over HTTP, without a port or a broker."""
    async with running(service(), settings_for(service(), database, live_stream_seconds=0)) as it:
        found = House(it, {})
        async with it.parts.platform.pool.acquire() as db:
            await note_progress(db, "backoffice.views", [("identity.session", n) for n in range(12)])
        await found.tell(f"catalogue-{who('reasons')}", _reasons())
        for person in (PAULA, MARCOS, RUI):
            fact = StaffRolesChanged(staff_id=person, person_id=person, roles=("reviewer",), changed_by=None, changed_at=utc_now())
            await found.tell(f"staff-member-{person}", fact)
        yield found


def _reasons() -> CataloguePublished:
    return CataloguePublished(
        catalogue="profile-reasons", version=1, since=date(2025, 1, 1), entries=REASONS, sha256="0" * 64, published_at=utc_now()
    )
