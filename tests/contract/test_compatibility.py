"""What readers rely on stays: every event version against its committed schema, and the check against breaking changes."""

import importlib
import json
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest

from shared.contracts.compatibility import breaks
from shared.contracts.discovery import Contract, contracts
from shared.contracts.schemas import document, schema_of
from shared.eventsourcing.event import Event, PersonalMark

SCHEMAS = Path(__file__).resolve().parents[2] / "contracts" / "schemas"
ALL = contracts()


class Before(Event):
    """As released."""

    who: UUID
    kind: Literal["a", "b"]
    note: str | None = None


class Added(Event):
    """A field came, with a default."""

    who: UUID
    kind: Literal["a", "b"]
    note: str | None = None
    more: int | None = None


class Gone(Event):
    """A field went."""

    kind: Literal["a", "b"]
    note: str | None = None


class Retyped(Event):
    """A field means something else."""

    who: str
    kind: Literal["a", "b"]
    note: str | None = None


class Narrowed(Event):
    """A value went."""

    who: UUID
    kind: Literal["a"]
    note: str | None = None


class Widened(Event):
    """A value came that readers do not know."""

    who: UUID
    kind: Literal["a", "b", "c"]
    note: str | None = None


class Demanding(Event):
    """A field came that stored events do not have."""

    who: UUID
    kind: Literal["a", "b"]
    note: str | None = None
    more: int


def test_a_field_with_a_default_may_come() -> None:
    assert breaks(schema_of(Before), schema_of(Added)) == []
    assert breaks(schema_of(Before), schema_of(Before)) == []


@pytest.mark.parametrize("changed", [Gone, Retyped, Narrowed, Widened, Demanding])
def test_a_breaking_change_is_seen(changed: type[Event]) -> None:
    assert breaks(schema_of(Before), schema_of(changed))


def _committed(name: str, version: int) -> list[Path]:
    return sorted(SCHEMAS.glob(f"*/{name}/{version}.json"))


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.path)
def test_a_released_event_version_only_gains(contract: Contract) -> None:
    for file in _committed(contract.name, contract.version):
        assert breaks(json.loads(file.read_text(encoding="utf-8")), document(contract)) == []


def test_no_released_event_disappears() -> None:
    known = {contract.name for contract in ALL}
    assert {file.parent.name for file in SCHEMAS.glob("*/*/*.json")} <= known


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.path)
def test_contracts_hold_no_personal_field(contract: Contract) -> None:
    marked = [name for name, field in contract.event.model_fields.items() if any(isinstance(mark, PersonalMark) for mark in field.metadata)]
    assert marked == []
    assert "PersonalMark" not in str({name: field.annotation for name, field in contract.event.model_fields.items()})


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.path)
def test_a_stored_sample_still_reads(contract: Contract) -> None:
    sample = Path(__file__).parent / "samples" / f"{contract.path}.json"
    assert sample.exists(), f"write it once, never change it: python -m tests.contract.samples ({contract.path})"
    content = json.loads(sample.read_text(encoding="utf-8"))
    event = contract.event.model_validate_json(json.dumps({**content, "a_field_of_the_future": 1}))
    assert json.loads(event.model_dump_json()).items() >= content.items()


def test_generated_files_are_described_by_their_generators() -> None:
    assert importlib.util.find_spec("shared.contracts.generate") is not None
