"""The steps of a professional, as a front end takes them."""

import io
from datetime import date
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from pypdf import PdfWriter

from services.professional.app import service
from services.professional.parts import ProfessionalParts
from shared.clock import utc_now
from shared.contracts.backoffice.review import Judged, ProfileTerms, Reason, ReviewConcluded
from shared.documents.scanner import Scanner
from shared.documents.worker import documents_worker
from shared.eventsourcing.event import Event, Recorded
from shared.ids import new_id
from shared.testing.happened import happened, told
from shared.testing.running import Running

RUI = UUID(int=0x51)
ANA = UUID(int=0x52)
BAKERY = UUID(int=0x53)
STAFF = UUID(int=0x54)
UNTIL = date(2099, 12, 31)
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Professional:
    """One person with a browser, who keeps the version last seen."""

    def __init__(self, door: Running, pid: UUID = RUI) -> None:
        self.door = door
        self.pid = pid
        self.path = f"/v1/profiles/{pid}"
        self.version = 0

    @property
    def token(self) -> dict[str, str]:
        """Who is asking."""
        return dict(self.door.issuer.person(self.pid))

    async def get(self, path: str = "") -> httpx.Response:
        """Look."""
        return await self.door.client.get(self.path + path, headers=self.token)

    async def put(self, path: str, body: dict[str, Any], version: int | None = None) -> httpx.Response:
        """Take a step on the version last seen."""
        match = {"If-Match": f'"{self.version if version is None else version}"'}
        return self._noted(await self.door.client.put(self.path + path, json=body, headers=self.token | match))

    async def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> httpx.Response:
        """Do a deed."""
        headers = self.token | ({"Idempotency-Key": key} if key else {})
        return self._noted(await self.door.client.post(self.path + path, json=body, headers=headers))

    async def start(self) -> httpx.Response:
        """Begin the profile."""
        headers = self.token | {"Idempotency-Key": str(uuid4())}
        return self._noted(await self.door.client.post("/v1/profiles", headers=headers))

    async def submit(self, key: str | None = None) -> httpx.Response:
        """Put it before a reviewer."""
        return await self.post("/submissions", key=key or str(uuid4()))

    async def fill(self, number: str = "12345/AM") -> None:
        """Every step but the documents."""
        assert (await self.start()).status_code == 201
        for path, body in (
            ("/profession", {"profession": "engenheiro"}),
            ("/registration", {"council": "CREA", "number": number, "uf": "AM"}),
            ("/company", {"cnpj": None}),
        ):
            answer = await self.put(path, body)
            assert answer.status_code == 200, answer.text

    async def upload(self, parts: ProfessionalParts, clamd: str, code: str, content: bytes | None = None) -> str:
        """Bring a document and let the worker look at it."""
        bytes_ = pdf() if content is None else content
        body = {"owner_id": str(self.pid), "code": code, "name": f"{code}.pdf", "size": len(bytes_), "media_type": "application/pdf"}
        started = await self.door.client.post("/v1/profile-documents", json=body, headers=self.token | {"Idempotency-Key": str(uuid4())})
        assert started.status_code == 201, started.text
        part = started.json()["upload"]["parts"][0]
        async with httpx.AsyncClient() as browser:
            assert (await browser.request(part["method"], part["url"], headers=part["headers"], content=bytes_)).status_code == 200
        done = await self.door.client.post(f"{started.headers['location']}/completion", headers=self.token)
        assert done.status_code == 202, done.text
        assert await documents_worker(parts.documents, Scanner(clamd)).step()
        return str(started.json()["id"])

    async def complete(self, parts: ProfessionalParts, clamd: str, number: str = "12345/AM") -> None:
        """Every step, ready to be submitted."""
        await self.fill(number)
        await self.show_documents(parts, clamd)

    async def show_documents(self, parts: ProfessionalParts, clamd: str) -> None:
        """The documents that every professional shows."""
        for code in ("carteira-conselho", "certidao-registro"):
            answer = await self.put(f"/documents/{code}", {"document_id": await self.upload(parts, clamd, code)})
            assert answer.status_code == 200, answer.text

    def _noted(self, answer: httpx.Response) -> httpx.Response:
        if "etag" in answer.headers:
            self.version = int(answer.headers["etag"].strip('"'))
        return answer


def pdf() -> bytes:
    """A PDF of one page, never the same twice."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": str(uuid4())})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def verdict(
    pid: UUID,
    submission: int,
    outcome: Literal["approved", "rejected"],
    *,
    until: date = UNTIL,
    documents: tuple[Judged, ...] = (),
) -> Recorded[Event]:
    """The back office has concluded."""
    review = new_id()
    fact = ReviewConcluded(
        review_id=review,
        subject_stream=f"profile-{pid}",
        submission=submission,
        kind="profile",
        outcome=outcome,
        reasons=() if outcome == "approved" else (Reason(code="registro-vencido", text="A certidão venceu em janeiro."),),
        documents=documents,
        content=ProfileTerms(valid_until=until, attribution_confirmed=True) if outcome == "approved" else None,
        concluded_by=STAFF,
        concluded_at=utc_now(),
    )
    return told(fact, f"review-{review}", 1)


async def concluded(door: Running, event: Recorded[Event]) -> None:
    """Let the conclusion take effect."""
    await happened(door, service(), event)
