"""Catalogues: editions follow each other; the same content again is already so."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.catalogue import CATALOGUE, CodeNotInCatalogue, Edition, EditionNotNewer, Entry, PublishCatalogue, read_seeds
from shared.contracts.catalogue import CataloguePublished
from shared.testing.given import given

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FIRST = PublishCatalogue("motivos", date(2025, 1, 1), ({"code": "a", "label": "A"},), NOW)
SECOND = PublishCatalogue("motivos", date(2025, 6, 1), ({"code": "a", "label": "B"},), NOW)


def test_editions_are_numbered_and_dated() -> None:
    state = given(CATALOGUE).when(FIRST)
    state.then_types(CataloguePublished)
    events = list(state.events or ())
    given(CATALOGUE, *events).when(FIRST).then_nothing()
    following = given(CATALOGUE, *events).when(SECOND)
    assert [event.version for event in following.events or ()] == [2]
    older = PublishCatalogue("motivos", date(2024, 1, 1), SECOND.entries, NOW)
    given(CATALOGUE, *events).when(older).then_refused(EditionNotNewer)


def test_an_edition_knows_its_enabled_codes() -> None:
    edition = Edition(
        "motivos", 1, date(2025, 1, 1), "", (Entry(code="a", label="A", article="art. 1"), Entry(code="b", label="B", enabled=False))
    )
    assert edition.get("a").article == "art. 1"
    for code in ("b", "c"):
        with pytest.raises(CodeNotInCatalogue):
            edition.get(code)


def test_seeds_are_read_with_what_entries_need(tmp_path: Path) -> None:
    (tmp_path / "motivos.yaml").write_text(
        "catalogue: motivos\nsince: 2025-01-01\nentries:\n  - {code: a, label: Á, order: 1, needs: [POSSE]}\n", encoding="utf-8"
    )
    [command] = read_seeds(tmp_path, NOW)
    assert Entry.model_validate(command.entries[0]).get("needs") == ["POSSE"]
    (tmp_path / "twice.yaml").write_text(
        "catalogue: twice\nsince: 2025-01-01\nentries:\n  - {code: a, label: A}\n  - {code: a, label: B}\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match="twice"):
        read_seeds(tmp_path, NOW)
