"""Twenty uploads of 20 MiB at once, each scanned and examined by the worker, and what other requests wait meanwhile."""

import asyncio
import http.client
import io
import secrets
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from pypdf import PdfWriter

from bench.doors import Doors, opened, tracking
from bench.load import at_rate
from bench.place import connected
from bench.rounds import Measured, Plan, at_most, percentile, side_by_side
from deploy.local.home import ROOT, Home
from deploy.local.servers.postgres import admin_url
from services.requests.app import service
from services.requests.parts import RequestsParts
from shared.clock import utc_now
from shared.documents.decider import Owner, StartUpload
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.platform import open_platform
from shared.postgres import Db
from shared.protocols import valid_protocol

FILES = 20
_BYTES = 20 * 1024 * 1024 - 64 * 1024
_PER_SECOND = 50
_SECONDS = 10.0
_SETTLED_WITHIN = 120


def paper() -> bytes:
    """A PDF of almost 20 MiB, whose weight is an attachment of noise."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_attachment("noise", secrets.token_bytes(_BYTES))
    writer.write(out)
    return out.getvalue()


def put(file: Path, addresses: Sequence[str]) -> None:
    """Put one file to many addresses at once; in a process of its own, so that it does not slow who measures."""
    content = file.read_bytes()

    def one(address: str) -> None:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=120)
        connection.request("PUT", f"{parts.path}?{parts.query}", content, {"content-type": "application/pdf"})
        status = connection.getresponse().status
        assert status == 200, status
        connection.close()

    with ThreadPoolExecutor(len(addresses)) as threads:
        list(threads.map(one, addresses))


async def upload(parts: RequestsParts, file: Path, size: int) -> list[UUID]:
    """Announce, put and complete twenty documents."""
    documents = [new_id() for _ in range(FILES)]
    for document_id in documents:
        owner = Owner(f"budget-request-{uuid4()}", uuid4())
        command = StartUpload(document_id, owner, "MEMORIAL", "memorial.pdf", size, "application/pdf", None, utc_now())
        await transact(parts.platform.pool, partial(_announce, parts, command))
    addresses = [parts.documents.address(document_id).url for document_id in documents]
    process = await asyncio.create_subprocess_exec(
        "nice", "-n", "19", sys.executable, "-m", "bench.uploads", str(file), *addresses, cwd=ROOT
    )
    assert await process.wait() == 0

    async def complete(db: Db) -> None:
        for document_id in documents:
            await parts.documents.arrived(db, document_id)

    await transact(parts.platform.pool, complete)
    return documents


async def _announce(parts: RequestsParts, command: StartUpload, db: Db) -> None:
    await parts.documents.start(db, command, Cause("service:bench", uuid4()))


async def measure(home: Home, plan: Plan) -> list[Measured]:
    """Tracking at 50 requests a second, with and without uploads under way and under the scanner."""
    seconds = max(_SECONDS * plan.scale, 3)
    async with opened(home, 0, worker=True) as doors:
        made_of = service()
        async with open_platform(made_of, made_of.settings()) as platform:
            parts = cast("RequestsParts", made_of.build(platform))
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "paper.pdf"
                size = await asyncio.to_thread(file.write_bytes, paper())
                return await _beside(home, plan, doors, parts, file, size, seconds)


async def _beside(home: Home, plan: Plan, doors: Doors, parts: RequestsParts, file: Path, size: int, seconds: float) -> list[Measured]:
    unknown = next(text for text in (f"2099499999999{digit}" for digit in range(10)) if valid_protocol(text))
    ask = tracking("/v1/tracking", [unknown])

    async def without() -> float:
        return percentile(await at_rate(doors.requests, ask, 404, _PER_SECOND, seconds), 0.99)

    async def meanwhile() -> float:
        uploading = asyncio.ensure_future(upload(parts, file, size))
        figure = await without()
        await _settled(home, await uploading)
        return figure

    await without()
    pairs = await side_by_side(Plan(min(plan.rounds, 3), plan.scale), meanwhile, without)
    return [at_most("20 uploads of 20 MiB at once / none, tracking at 50 requests/s, p99 ms", pairs, 2)]


async def _settled(home: Home, documents: Sequence[UUID]) -> None:
    """Until each was looked at and found good."""
    async with connected(admin_url(home, "requests")) as db, asyncio.timeout(_SETTLED_WITHIN):
        while True:
            rows = await db.fetch("select state, count(*) from documents where document_id = any($1::uuid[]) group by state", documents)
            states = {row["state"]: row["count"] for row in rows}
            if states == {"clean": len(documents)}:
                return
            assert "refused" not in states, states
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    put(Path(sys.argv[1]), sys.argv[2:])
