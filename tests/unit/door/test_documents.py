"""The rules of a document."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.documents.decider import (
    DOCUMENT,
    CollectOrphan,
    DocumentAlreadyStarted,
    DocumentNotFound,
    KeepProduced,
    Owner,
    RefuseDocument,
    StartUpload,
    VerifyDocument,
)
from shared.documents.events import DocumentProduced, DocumentRefused, DocumentVerified, OrphanCollected, UploadStarted
from shared.documents.storage import disposition
from shared.testing.given import given

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DOC = UUID(int=1)
OWNER = Owner("profile-1", UUID(int=2))
START = StartUpload(DOC, OWNER, "CARTEIRA", "a.pdf", 10, "application/pdf", None, NOW)
STARTED = UploadStarted(
    document_id=DOC,
    owner_stream=OWNER.stream,
    owner_person=OWNER.person,
    code="CARTEIRA",
    name="a.pdf",
    size=10,
    media_type="application/pdf",
    declared_sha256=None,
    started_at=NOW,
)
GOOD = VerifyDocument("f" * 64, 10, 1, NOW)
VERIFIED = DocumentVerified(document_id=DOC, sha256="f" * 64, size=10, pages=1, verified_at=NOW)
KEEP = KeepProduced(DOC, OWNER, "FORMULARIO", "f.pdf", "application/pdf", "f" * 64, 10, NOW)


def test_an_upload_is_announced_once() -> None:
    given(DOCUMENT).when(START).then(STARTED)
    given(DOCUMENT, STARTED).when(START).then_refused(DocumentAlreadyStarted)


def test_it_is_verified_or_refused_once() -> None:
    given(DOCUMENT, STARTED).when(GOOD).then(VERIFIED)
    given(DOCUMENT, STARTED).when(RefuseDocument("infected", NOW)).then(DocumentRefused(document_id=DOC, reason="infected", refused_at=NOW))
    given(DOCUMENT, STARTED, VERIFIED).when(RefuseDocument("infected", NOW)).then_nothing()
    given(DOCUMENT, STARTED, VERIFIED).when(GOOD).then_nothing()


def test_what_never_came_is_collected_and_stays_collected() -> None:
    gone = OrphanCollected(document_id=DOC, collected_at=NOW)
    given(DOCUMENT, STARTED).when(CollectOrphan(NOW)).then(gone)
    given(DOCUMENT, STARTED, gone).when(GOOD).then_nothing()
    given(DOCUMENT, STARTED, VERIFIED).when(CollectOrphan(NOW)).then_nothing()


def test_nothing_is_verified_that_was_not_announced() -> None:
    given(DOCUMENT).when(GOOD).then_refused(DocumentNotFound)


def test_a_produced_document_is_kept_once() -> None:
    produced = given(DOCUMENT).when(KEEP)
    produced.then_types(DocumentProduced)
    given(DOCUMENT, *(produced.events or ())).when(KEEP).then_nothing()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("planta.pdf", "attachment; filename=\"planta.pdf\"; filename*=UTF-8''planta.pdf"),
        ("planta.exe", "attachment; filename=\"planta.exe.pdf\"; filename*=UTF-8''planta.exe.pdf"),
        ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd.pdf\"; filename*=UTF-8''_.._etc_passwd.pdf"),
        ('a"; x="b', "attachment; filename=\"a__ x__b.pdf\"; filename*=UTF-8''a__%20x__b.pdf"),
        ("Certidão.PDF", "attachment; filename=\"Certidao.PDF\"; filename*=UTF-8''Certid%C3%A3o.PDF"),
        (".", "attachment; filename=\"documento.pdf\"; filename*=UTF-8''documento.pdf"),
    ],
)
def test_a_download_has_a_plain_name_with_the_suffix_of_what_it_is(name: str, told: str) -> None:
    assert disposition(name, "application/pdf") == told
