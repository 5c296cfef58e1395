"""What readers rely on stays: every event version against its committed schema, and the check against breaking changes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from pydantic import BaseModel

from shared.contracts import generate
from shared.contracts.compatibility import breaks
from shared.contracts.discovery import Contract, contracts
from shared.contracts.schemas import document, schema_of
from shared.eventsourcing.codec import personal_fields
from shared.eventsourcing.event import Event

SCHEMAS = Path(__file__).resolve().parents[2] / "contracts" / "schemas"
ALL = contracts()
PERSONAL_NAMES = {
    *("name", "full_name", "holder_name", "email", "phone", "document", "holder_document", "cpf", "cnpj", "cpf_or_cnpj"),
    *("address", "coordinates", "latitude", "longitude", "birth_date", "registration_number", "password", "ip", "user_agent"),
}


def names_in(schema: object) -> Iterator[str]:
    """Every name of a field, in parts of parts too."""
    match schema:
        case dict():
            yield from schema.get("properties", {})
            for inner in schema.values():
                yield from names_in(inner)
        case list():
            for inner in schema:
                yield from names_in(inner)


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


def test_a_schema_is_not_written_over_by_one_that_breaks_its_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    path = "schemas/any/Before/1.json"
    assert generate.broken({path: json.dumps(schema_of(Gone))}) == []
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(json.dumps(schema_of(Before)), encoding="utf-8")
    assert generate.broken({path: json.dumps(schema_of(Added))}) == []
    assert generate.broken({path: json.dumps(schema_of(Gone))})


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
    assert not personal_fields(contract.event)
    assert not PERSONAL_NAMES & set(names_in(document(contract)))


class Street(BaseModel):
    """A part of an event."""

    address: str


class Careless(Event):
    """What must not be published."""

    who: UUID
    phone: str | None = None
    lives: tuple[Street, ...] = ()


def test_a_personal_field_is_found_by_its_mark_and_by_its_name_wherever_it_stands() -> None:
    assert PERSONAL_NAMES & set(names_in(schema_of(Careless))) == {"phone", "address"}


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.path)
def test_a_stored_sample_still_reads(contract: Contract) -> None:
    sample = Path(__file__).parent / "samples" / f"{contract.path}.json"
    assert sample.exists(), f"write it once, never change it: python -m tests.contract.samples ({contract.path})"
    content = json.loads(sample.read_text(encoding="utf-8"))
    event = contract.event.model_validate_json(json.dumps({**content, "a_field_of_the_future": 1}))
    assert json.loads(event.model_dump_json()).items() >= content.items()
