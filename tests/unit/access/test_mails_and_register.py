"""Every message has the values it needs; every record of the register becomes a command, or says which field is wrong."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.access.domain.consumer_unit.refusals import RegisterRecordInvalid
from services.access.domain.grant.decider import GRANT
from services.access.reactions.when_register_tells import command_of, first_id, read_record
from services.access.reactions.when_time_passes import due_of
from services.access.views import notices_by_mail
from services.access.views.grant_timers import ANNOUNCE, EXPIRE, LAPSE, REMIND
from shared.eventsourcing.refusal import Malformed
from shared.identifiers import UnitNumberInvalid
from shared.mail.templates import Templates
from shared.people import PersonIds
from shared.testing.people import Cast
from tests.unit.access.cast import GRANTED, LAPSES, MONDAY, NOW, OFFERED, REQUESTED, TYPED, after

CAST = Cast(3, "002")
PEOPLE = PersonIds("1:" + "A" * 43 + "=")
TEMPLATES = Templates(Path(notices_by_mail.__file__).parents[1] / "mails", brand_name="Agência", public_url="http://x", lapse_days="7")
GIVEN = {"holder", "professional", "unit", "grant"}
RECORD: dict[str, Any] = {
    "sequence": 4,
    "at": "2026-11-23T10:00:00Z",
    "number": CAST.unit(1),
    "holder_document": CAST.padaria.document,
    "group": "B",
    "subgroup": "B3",
    "class": "comercial",
    "voltage_v": "220",
    "phases": "3",
    "available_kw": "38.0",
    "municipality_ibge": "1302603",
    "status": "active",
}


@pytest.mark.parametrize("fact", sorted(TEMPLATES.facts))
def test_a_message_needs_only_what_is_given(fact: str) -> None:
    assert TEMPLATES.places(fact) <= GIVEN | {"ends_on", "protocol"}


def test_a_message_names_people_and_never_their_documents() -> None:
    values = {name: str(UUID(int=1)) for name in ("holder", "professional", "grant")}
    text = TEMPLATES.fill("access-offered", {**values, "unit": CAST.unit(1), "ends_on": "01/02/2027"}).text
    assert f"{{{{name:{UUID(int=1)}}}}}" in text
    assert "em até 7 dias" in text


def test_a_record_becomes_a_command_and_the_document_a_person() -> None:
    record = read_record({**RECORD, "plant": '{"source": "solar", "installed_kw": "5.5"}', "unknown": "x"}, "002")
    command = command_of(record, first_id(record), 3, PEOPLE, MONDAY)
    assert command.holder.id == PEOPLE.of_text(CAST.padaria.document)
    assert command.holder.kind == "cnpj"
    assert command.holder.root_id is not None
    assert command.characteristics.plant is not None
    assert command.characteristics.plant.installed_kw == Decimal("5.5")
    assert CAST.padaria.document not in repr(command)


@pytest.mark.parametrize(("since", "before"), [("2022-01-07", True), ("2022-01-08", False), (None, False), ("", False)])
def test_connected_by_the_day_the_law_was_published(since: str | None, before: bool) -> None:
    record = read_record({**RECORD, "connected_since": since}, "002")
    assert command_of(record, first_id(record), None, PEOPLE, MONDAY).characteristics.connected_before_2022_01_07 is before


def test_a_unit_first_heard_of_by_its_second_number_has_the_id_of_the_first() -> None:
    first = read_record(RECORD, "002")
    second = read_record({**RECORD, "number": CAST.unit(2), "replaces": CAST.unit(1)}, "002")
    assert first_id(first) == first_id(second)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"phases": "4"}, "phases"), ({"status": "gone"}, "status"), ({"available_kw": "-1"}, "available_kw"), ({"at": "yesterday"}, "at"),
     ({"plant": "not json"}, "plant"), ({"sequence": None}, "sequence")],
)  # fmt: skip
def test_a_wrong_field_is_named_and_not_quoted(change: dict[str, Any], field: str) -> None:
    with pytest.raises(RegisterRecordInvalid) as caught:
        read_record({**RECORD, **change}, "002")
    assert caught.value.extra["fields"] == [field]
    assert CAST.padaria.document not in str(caught.value)


@pytest.mark.parametrize("number", ["", "12345", "x", CAST.unit(1)[:-1] + "x"])
def test_units_of_the_register_have_fifteen_digits(number: str) -> None:
    with pytest.raises(UnitNumberInvalid):
        read_record({**RECORD, "number": number}, "002")


def test_a_wrong_document_is_refused() -> None:
    record = read_record({**RECORD, "holder_document": "123"}, "002")
    with pytest.raises(Malformed):
        command_of(record, first_id(record), None, PEOPLE, MONDAY)


def test_a_timer_that_came_too_early_is_set_again() -> None:
    open_offer, ask, live = GRANT.fold([OFFERED]), GRANT.fold([TYPED, REQUESTED]), GRANT.fold([OFFERED, GRANTED])
    assert due_of(LAPSE, open_offer, NOW) == due_of(LAPSE, ask, NOW) == LAPSES
    assert due_of(REMIND, ask, NOW) == after(days=3).now
    assert due_of(EXPIRE, live, NOW) == datetime(2027, 11, 24, 4, tzinfo=UTC)
    assert due_of(ANNOUNCE, live, NOW) == datetime(2027, 11, 16, 4, tzinfo=UTC)
    assert due_of(REMIND, live, NOW) is due_of(LAPSE, live, NOW) is due_of(EXPIRE, GRANT.initial, NOW) is None
