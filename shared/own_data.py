"""One's own data: all that a service holds of a person, as JSON and documents, gathered for that person alone."""

import asyncio
import json
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from shared.documents.documents import kept
from shared.eventsourcing.event import Event, Recorded
from shared.postgres import Db

if TYPE_CHECKING:
    from shared.service import Parts

_IN_MEMORY = 4 * 1024 * 1024
_SECRET = ("hash", "digest", "secret", "nonce")


async def _no_streams(_db: Db, _person: UUID) -> Sequence[str]:
    return ()


async def _no_records(_db: Db, _person: UUID) -> Mapping[str, object]:
    return {}


async def _accounts_own(_db: Db, _person: UUID) -> bool:
    return True


@dataclass(frozen=True)
class OwnShare:
    """What a service has of a person for the account that asks.

    `sealed` says whether that account may have all that is sealed with the person's keys or brought under their name: whoever signs
    up with somebody's CPF has that person's id, and is not that person yet. `streams` and `records` are what the service adds, and
    whether it asks for the proof there is its own matter.
    """

    streams: Callable[[Db, UUID], Awaitable[Sequence[str]]] = _no_streams
    records: Callable[[Db, UUID], Awaitable[Mapping[str, object]]] = _no_records
    sealed: Callable[[Db, UUID], Awaitable[bool]] = _accounts_own


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    object: str


async def gather(parts: "Parts", service: str, person: UUID) -> IO[bytes]:
    """A ZIP: `<service>.json` with records and the history of each stream, and the documents as they were brought."""
    async with parts.platform.pool.acquire(timeout=5) as db:
        content, files = await _content(db, parts, service, person)
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{service}.json", json.dumps(content, ensure_ascii=False, indent=2, default=str))
        for file in files:
            brought = await parts.platform.storage.get(file.object)
            if brought is not None:
                await asyncio.to_thread(archive.writestr, file.name, brought)
    target.seek(0)
    return target


async def _content(db: Db, parts: "Parts", service: str, person: UUID) -> tuple[Mapping[str, object], Sequence[_File]]:
    own, platform = parts.own_data, parts.platform
    whole = await own.sealed(db, person)
    sealed = await platform.keys.streams_of(db, person, before=platform.clock() + timedelta(days=1)) if whole else ()
    streams = sorted({*sealed, *await own.streams(db, person)})
    histories = {stream: [_told(record) for record in await parts.store.load(db, stream)] for stream in streams}
    documents = await db.fetch(
        "select document_id, owner_stream, code, name, media_type, sha256 from documents"
        " where owner_person = $1 and $2 and state = 'clean' and sha256 is not null order by started_at",
        person,
        whole,
    )
    files = [
        _File(_file_name(row["document_id"], row["name"] or row["code"]), kept(row["owner_stream"], row["sha256"])) for row in documents
    ]
    listed = [
        {"file": file.name, "code": row["code"], "sha256": row["sha256"], "media_type": row["media_type"]}
        for file, row in zip(files, documents, strict=True)
    ]
    content = {
        "service": service,
        "person_id": person,
        "at": platform.clock(),
        "records": await own.records(db, person),
        "histories": histories,
        "documents": listed,
    }
    return content, files


def _told(record: Recorded[Event]) -> Mapping[str, Any]:
    """An event as its person may have it: all of it but for passwords, codes and other secrets."""
    data = record.event.model_dump(mode="json")
    shown = {name: value for name, value in data.items() if not any(word in name for word in _SECRET) or name == "sha256"}
    return {"type": type(record.event).__name__, "at": record.recorded_at, "version": record.version, "data": shown}


def _file_name(document_id: UUID, name: str) -> str:
    """A name that cannot leave the folder, and that no two documents share."""
    safe = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name).strip(" .")
    return f"documents/{document_id}-{safe[:80] or 'document'}"
