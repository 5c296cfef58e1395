"""Documents over HTTP and through the worker: good ones are kept under their digest, bad ones named."""

import asyncio
import hashlib
import io
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image
from pypdf import PdfWriter

from shared.documents.documents import DOOR
from shared.documents.scanner import Scanner, ScannerAway
from shared.documents.storage import Storage, StorageAway
from shared.documents.view import DocumentNotVerifiedYet, DocumentWasRefused, get_clean_document
from shared.documents.worker import DocumentsWorker, documents_worker
from shared.testing.running import Running
from tests.component.door.sample import SampleParts

ANA = UUID(int=1)
RUI = UUID(int=2)
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(password: str | None = None) -> bytes:
    """A PDF of one page."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def jpeg() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, "JPEG")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of few bytes that says it is enormous."""
    out = io.BytesIO()
    Image.new("1", (9_000, 7_000)).save(out, "PNG")
    return out.getvalue()


def worker(door: Running, clamd: str) -> DocumentsWorker:
    """The worker of the sample's documents."""
    return documents_worker(cast("SampleParts", door.parts).documents, Scanner(clamd))


async def upload(door: Running, content: bytes, media_type: str = "application/pdf", sha256: str | None = None) -> str:
    """Announce, put, complete; answers the location."""
    headers = dict(door.issuer.person(ANA))
    body = {
        "owner_id": str(ANA),
        "code": "UNIFILAR",
        "name": "diagrama.pdf",
        "size": max(len(content), 1),
        "media_type": media_type,
        "sha256": sha256,
    }
    started = await door.client.post("/v1/note-documents", json=body, headers=headers | {"Idempotency-Key": str(uuid4())})
    assert started.status_code == 201, started.text
    part = started.json()["upload"]["parts"][0]
    async with httpx.AsyncClient() as browser:
        assert (await browser.request(part["method"], part["url"], headers=part["headers"], content=content)).status_code == 200
    done = await door.client.post(f"{started.headers['location']}/completion", headers=headers)
    assert (done.status_code, done.json()["state"]) == (202, "verifying")
    return str(started.headers["location"])


async def test_a_good_document_is_ready_and_can_be_looked_at_with_a_trace(door: Running, clamd: str) -> None:
    content = pdf()
    location = await upload(door, content, sha256=hashlib.sha256(content).hexdigest())
    document = UUID(location.rsplit("/", 1)[1])
    headers = door.issuer.person(ANA)
    async with door.parts.platform.pool.acquire() as db:
        with pytest.raises(DocumentNotVerifiedYet):
            await get_clean_document(db, document, ANA)
    assert await worker(door, clamd).step()
    shown = (await door.client.get(location, headers=headers)).json()
    assert (shown["state"], shown["pages"], shown["sha256"]) == ("ready", 1, hashlib.sha256(content).hexdigest())
    look = await door.client.post(f"{location}/views", json={"purpose": "review"}, headers=headers)
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(look.json()["url"])).content == content
    seen = await door.parts.platform.pool.fetchrow("select actor, what, object, purpose from access_log")
    assert tuple(seen or ()) == (f"person:{ANA}", "document", str(document), "review")
    async with door.parts.platform.pool.acquire() as db:
        clean = await get_clean_document(db, document, ANA)
    assert clean.code == "UNIFILAR"
    assert await door.parts.platform.storage.find(f"{DOOR}{document}") is None


@pytest.mark.parametrize(
    ("content", "media_type", "sha256", "reason"),
    [
        (b"", "application/pdf", None, "empty"),
        (b"%PDF-1.4 " + b"x" * (1024 * 1024), "application/pdf", None, "too-big"),
        (jpeg(), "application/pdf", None, "wrong-type"),
        (b"MZ\x90\x00 renamed.exe", "application/pdf", None, "wrong-type"),
        (pdf("secret"), "application/pdf", None, "encrypted"),
        (b"%PDF-1.4\nnothing of the kind", "application/pdf", None, "unreadable"),
        (jpeg()[:300], "image/jpeg", None, "unreadable"),
        (bomb(), "image/png", None, "too-many-pixels"),
        (EICAR, "application/pdf", None, "infected"),
        (pdf(), "application/pdf", "0" * 64, "checksum-differs"),
    ],
)
async def test_a_bad_document_is_refused_by_name(
    door: Running, clamd: str, content: bytes, media_type: str, sha256: str | None, reason: str
) -> None:
    announced = content[: 1024 * 1024]
    location = await upload(door, announced, media_type, sha256)
    document = UUID(location.rsplit("/", 1)[1])
    if len(content) > len(announced):
        await door.parts.platform.storage.put(f"{DOOR}{document}", content, media_type)
    assert await worker(door, clamd).step()
    shown = (await door.client.get(location, headers=door.issuer.person(ANA))).json()
    assert (shown["state"], shown["refusal"]["code"]) == ("refused", reason)
    assert shown["refusal"]["fix"]
    async with door.parts.platform.pool.acquire() as db:
        with pytest.raises(DocumentWasRefused):
            await get_clean_document(db, document, ANA)


async def test_somebody_elses_document_looks_unknown(door: Running) -> None:
    location = await upload(door, pdf())
    for answer in (
        await door.client.get(location, headers=door.issuer.person(RUI)),
        await door.client.post(f"{location}/views", json={"purpose": "curious"}, headers=door.issuer.person(RUI)),
        await door.client.get(f"{location}/upload", headers=door.issuer.person(RUI)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "document-not-found")
    assert (await door.client.get(location)).status_code == 401


async def test_an_announced_size_beyond_the_limit_is_refused_at_once(door: Running) -> None:
    body = {"owner_id": str(ANA), "code": "X", "name": "x", "size": 2**40, "media_type": "application/pdf"}
    answer = await door.client.post("/v1/note-documents", json=body, headers={**door.issuer.person(ANA), "Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (422, "file-too-big", "/size")


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"size": 0}, "file-empty", "/size"),
        ({"name": "planta\u202efdp.exe"}, "text-not-plain", "/name"),
        ({"name": "<b>planta</b>.pdf"}, "text-not-plain", "/name"),
        ({"name": "linha\noutra.pdf"}, "text-not-plain", "/name"),
    ],
)
async def test_what_is_no_file_or_no_name_is_refused_when_announced(
    door: Running, wrong: dict[str, object], code: str, pointer: str
) -> None:
    body = {"owner_id": str(ANA), "code": "X", "name": "x.pdf", "size": 1, "media_type": "application/pdf", **wrong}
    answer = await door.client.post("/v1/note-documents", json=body, headers={**door.issuer.person(ANA), "Idempotency-Key": str(uuid4())})
    told = answer.json()
    assert answer.status_code == 422
    assert (code, pointer) in {(told["code"], told.get("pointer")), *((one["code"], one["pointer"]) for one in told.get("errors", ()))}


async def announced(door: Running, size: int) -> tuple[str, dict[str, Any]]:
    """An announcement of a size; answers the location and where the bytes go, nothing sent yet."""
    body = {"owner_id": str(ANA), "code": "X", "name": "Certidão nº 1", "size": size, "media_type": "application/pdf"}
    answer = await door.client.post("/v1/note-documents", json=body, headers={**door.issuer.person(ANA), "Idempotency-Key": str(uuid4())})
    return str(answer.headers["location"]), answer.json()["upload"]["parts"][0]


async def test_what_has_not_come_cannot_be_concluded_and_may_still_come(door: Running, clamd: str) -> None:
    content, headers = pdf(), door.issuer.person(ANA)
    location, part = await announced(door, len(content))
    early = await door.client.post(f"{location}/completion", headers=headers)
    assert (early.status_code, early.json()["code"]) == (409, "file-not-received")
    async with httpx.AsyncClient() as browser:
        await browser.put(part["url"], headers=part["headers"], content=content)
    assert (await door.client.post(f"{location}/completion", headers=headers)).status_code == 202
    assert await worker(door, clamd).step()
    assert await state(door, location) == "ready"
    look = await door.client.post(f"{location}/views", json={"purpose": "review"}, headers=headers)
    async with httpx.AsyncClient() as browser:
        told = (await browser.get(look.json()["url"])).headers["content-disposition"]
    assert told == "attachment; filename=\"Certidao no 1.pdf\"; filename*=UTF-8''Certid%C3%A3o%20n%C2%BA%201.pdf"


@pytest.mark.parametrize("more", [-1, 1])
async def test_another_size_than_was_announced_is_another_file(door: Running, clamd: str, more: int) -> None:
    content, headers = pdf(), door.issuer.person(ANA)
    location, part = await announced(door, len(content) + more)
    async with httpx.AsyncClient() as browser:
        await browser.put(part["url"], headers=part["headers"], content=content)
    await door.client.post(f"{location}/completion", headers=headers)
    assert await worker(door, clamd).step()
    shown = (await door.client.get(location, headers=headers)).json()
    assert (shown["state"], shown["refusal"]["code"]) == ("refused", "checksum-differs")


async def test_with_the_file_store_away_a_conclusion_is_taken_and_waits(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    location, _ = await announced(door, 900)

    async def away(_storage: Storage, _name: str) -> None:
        raise StorageAway

    monkeypatch.setattr(Storage, "find", away)
    answer = await door.client.post(f"{location}/completion", headers=door.issuer.person(ANA))
    assert (answer.status_code, answer.json()["state"]) == (202, "verifying")


async def test_with_the_scanner_away_documents_wait(door: Running) -> None:
    location = await upload(door, pdf())
    with pytest.raises(ScannerAway):
        await worker(door, "127.0.0.1:9").step()
    assert (await door.client.get(location, headers=door.issuer.person(ANA))).json()["state"] == "verifying"


async def test_a_good_document_that_the_file_store_refuses_to_keep_waits_and_is_kept_later(door: Running, clamd: str) -> None:
    content, storage = pdf(), door.parts.platform.storage
    location = await upload(door, content)
    document, headers = UUID(location.rsplit("/", 1)[1]), door.issuer.person(ANA)

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in asked.decode().lower().split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(length.split(":")[1]))
        writer.write(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    refusing = await asyncio.start_server(refuse, "127.0.0.1", 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "_url", f"http://127.0.0.1:{refusing.sockets[0].getsockname()[1]}")
        with pytest.raises(StorageAway):
            await worker(door, clamd).step()
    refusing.close()
    assert (await door.client.get(location, headers=headers)).json()["state"] == "verifying"
    assert await storage.get(f"{DOOR}{document}") == content
    assert await door.parts.platform.pool.execute("update arrivals set next_try_at = now() where document_id = $1", document) == "UPDATE 1"
    assert await worker(door, clamd).step()
    assert (await door.client.get(location, headers=headers)).json()["state"] == "ready"


@pytest.mark.parametrize("size", [8, 20 * 1024 * 1024], ids=["all of it sent", "in the middle of it"])
async def test_a_scanner_that_answers_neither_good_nor_bad_is_away(tmp_path: Path, size: int) -> None:
    async def overwhelmed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(b"zINSTREAM\0") + 4)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        await writer.drain()
        writer.close()

    file = tmp_path / "file"
    file.write_bytes(bytes(size))
    server = await asyncio.start_server(overwhelmed, "127.0.0.1", 0)
    async with server:
        for _ in range(20):
            with pytest.raises(ScannerAway, match="size limit exceeded"):
                await Scanner(f"127.0.0.1:{server.sockets[0].getsockname()[1]}").is_infected(file)


class Unhurried(Scanner):
    """A scanner that thinks about the first file until it is told to go on."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.took = asyncio.Event()
        self.go_on = asyncio.Event()

    async def is_infected(self, path: Path) -> bool:
        if not self.took.is_set():
            self.took.set()
            await self.go_on.wait()
        return await super().is_infected(path)


async def state(door: Running, location: str) -> str:
    """How a document stands."""
    return str((await door.client.get(location, headers=door.issuer.person(ANA))).json()["state"])


async def until_ready(door: Running, location: str) -> None:
    async with asyncio.timeout(90):
        while await state(door, location) != "ready":
            await asyncio.sleep(0.1)


async def test_a_file_that_takes_long_does_not_keep_the_next_one_waiting(door: Running, clamd: str) -> None:
    scanner = Unhurried(clamd)
    working = asyncio.create_task(documents_worker(cast("SampleParts", door.parts).documents, scanner).run())
    try:
        slow = await upload(door, pdf())
        await scanner.took.wait()
        await until_ready(door, await upload(door, pdf()))
        assert await state(door, slow) == "verifying"
        scanner.go_on.set()
        await until_ready(door, slow)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_what_never_came_is_collected_and_what_came_unannounced_is_looked_at(door: Running, clamd: str) -> None:
    storage, pool = door.parts.platform.storage, door.parts.platform.pool
    never, brought = await upload(door, pdf()), await upload(door, pdf())
    await storage.delete(f"{DOOR}{never.rsplit('/', 1)[1]}")
    await pool.execute("update documents set started_at = started_at - interval '25 hours'")
    await pool.execute("delete from arrivals")
    await worker(door, clamd).sweep()
    assert await state(door, never) == "gone"
    assert await state(door, brought) == "verifying"
    assert await worker(door, clamd).step()
    assert await state(door, brought) == "ready"


async def test_what_is_left_at_the_door_is_deleted_and_what_is_waited_for_stays(door: Running, clamd: str) -> None:
    storage = door.parts.platform.storage
    settled, awaited = await upload(door, pdf()), await upload(door, pdf())
    late, wanted, stray = (f"{DOOR}{name}" for name in (settled.rsplit("/", 1)[1], awaited.rsplit("/", 1)[1], "of-no-document"))
    await door.parts.platform.pool.execute("delete from arrivals where document_id = $1", UUID(awaited.rsplit("/", 1)[1]))
    assert await worker(door, clamd).step()
    assert await state(door, settled) == "ready"
    for name in (late, stray):
        await storage.put(name, pdf(), "application/pdf")
    assert await worker(door, clamd).sweep_objects() == 1
    assert await storage.find(late) is None
    assert await storage.find(wanted) is not None
    assert await storage.find(stray) is not None, "of a document that may just be begun: it has a day"


async def test_a_file_name_is_stored_encrypted(door: Running) -> None:
    await upload(door, pdf())
    stored = await door.parts.platform.pool.fetchval("select data::text from events where type = 'UploadStarted'")
    assert "diagrama" not in stored
