"""Ids of people and protocol numbers: the same everywhere, and telling nothing."""

import base64
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import parse_document
from shared.ids import new_id
from shared.people import PersonIds
from shared.protocols import check_digit, valid_protocol

IDS = PersonIds(f"1:{base64.b64encode(b'a' * 32).decode()}")
OTHER_KEY = PersonIds(f"1:{base64.b64encode(b'b' * 32).decode()}")


def test_a_person_has_one_id_however_the_cpf_is_typed() -> None:
    assert IDS.of_text("529.982.247-25") == IDS.of_text("52998224725")
    assert IDS.of_text("52998224725") != OTHER_KEY.of_text("52998224725")


def test_person_ids_are_version_8_uuids_with_the_keys_number() -> None:
    person = IDS.of_text("52998224725")
    assert (person.version, person.variant) == (8, RFC_4122)
    assert (person.int >> 72) & 0xF == 1


def test_branches_of_a_company_share_a_root_and_people_have_none() -> None:
    company = parse_document("12ABC34501DE35")
    assert IDS.root(company) != IDS.of(company)
    assert IDS.root(parse_document("52998224725")) is None


def test_new_ids_grow_with_time() -> None:
    ids = [new_id() for _ in range(100)]
    assert [i.int >> 80 for i in ids] == sorted(i.int >> 80 for i in ids)
    assert {i.version for i in ids} == {7}


@given(st.integers(0, 10**13 - 1))
def test_a_protocol_carries_its_check_digit(number: int) -> None:
    thirteen = f"{number:013d}"
    assert valid_protocol(f"{thirteen}{check_digit(thirteen)}")
    assert not valid_protocol(f"{thirteen}{(check_digit(thirteen) + 1) % 10}")


@pytest.mark.parametrize("text", ["", "2026400000001", "2026400000001a", "٢٠٢٦٤٠٠٠٠٠٠٠١٢"])
def test_what_is_not_a_protocol(text: str) -> None:
    assert not valid_protocol(text)
