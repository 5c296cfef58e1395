"""What a service makes itself, and a file store that is away."""

from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest

from shared.documents.decider import Owner
from shared.documents.documents import incoming
from shared.documents.storage import Storage, StorageAway
from shared.documents.view import documents_of, get_clean_document
from shared.eventsourcing.event import Cause
from shared.eventsourcing.transaction import transact
from shared.postgres import Db
from shared.testing.running import Running
from tests.component.door.sample import SampleParts
from tests.conftest import Bucket

ANA = UUID(int=1)


async def test_a_produced_document_is_kept_once_and_can_be_read(door: Running) -> None:
    documents = cast("SampleParts", door.parts).documents
    owner = Owner(f"note-{uuid4()}", ANA)
    form = uuid4()

    async def keep(db: Db) -> int:
        stored = await documents.store_bytes(owner.stream, b"%PDF-1.4 form", "application/pdf")
        outcome = await documents.keep(db, form, owner, "FORMULARIO", "formulario.pdf", stored, Cause("service:sample", uuid4()))
        return outcome.version

    assert [await transact(documents.pool, keep), await transact(documents.pool, keep)] == [1, 1]
    async with documents.pool.acquire() as db:
        clean = await get_clean_document(db, form, owner_stream=owner.stream)
        listed = await documents_of(db, owner.stream)
    assert await documents.read(owner.stream, clean.sha256) == b"%PDF-1.4 form"
    assert [row.name for row in listed] == ["formulario.pdf"]
    assert await documents.storage.delete_all(f"{owner.stream}/") == 1
    assert await documents.read(owner.stream, clean.sha256) is None


async def test_nothing_under_a_name_is_no_failure(door: Running, tmp_path: Path) -> None:
    files = door.parts.platform.storage
    assert await files.get("no/such") is None
    assert await files.find("no/such") is None
    assert await files.fetch("no/such", tmp_path / "file", 10) is None
    await files.delete("no/such")


async def test_a_file_store_that_is_away_or_refuses_is_an_honest_503(door: Running, storage: Bucket) -> None:
    for address, secret in (("http://127.0.0.1:9", storage.secret_key), (storage.url, "wrong-secret")):
        away = Storage(address, address, storage.access_key, secret, storage.name)
        with pytest.raises(StorageAway):
            await away.get("anything")
    assert door.parts.platform.storage.upload_url(incoming(uuid4())).startswith(storage.url)
