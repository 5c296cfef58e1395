"""Identifiers: what is accepted, what is refused, and a second opinion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cnpj, cpf

from shared.identifiers import (
    CnpjInvalid,
    CpfInvalid,
    DocumentInvalid,
    UnitNumberInvalid,
    contains_personal,
    mask_document,
    parse_cnpj,
    parse_cpf,
    parse_document,
    parse_unit_number,
    unit_check_digits,
)


@pytest.mark.parametrize("text", ["529.982.247-25", "52998224725", " 529 982 247 25 "])
def test_a_cpf_is_accepted_with_or_without_its_mask(text: str) -> None:
    assert parse_cpf(text) == "52998224725"


@pytest.mark.parametrize("text", ["111.111.111-11", "529.982.247-26", "5299822472", "", "5299822472a", "٥٢٩٩٨٢٢٤٧٢٥"])
def test_a_cpf_with_repeated_digits_wrong_digits_or_wrong_length_is_refused(text: str) -> None:
    with pytest.raises(CpfInvalid):
        parse_cpf(text)


@pytest.mark.parametrize("text", ["12.ABC.345/01DE-35", "12abc34501de35", "00000000000191"])
def test_a_cnpj_may_hold_letters_in_any_case(text: str) -> None:
    assert parse_cnpj(text) in {"12ABC34501DE35", "00000000000191"}


@pytest.mark.parametrize("text", ["12ABC34501DE36", "12ABC34501DEA5", "11111111111180", "00000000000000", "12ABC34501DE3"])
def test_a_wrong_cnpj_is_refused(text: str) -> None:
    with pytest.raises(CnpjInvalid):
        parse_cnpj(text)


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(DocumentInvalid):
        parse_document("123")


@given(st.text("0123456789", min_size=11, max_size=11))
def test_cpf_agrees_with_another_library_but_for_repeated_digits(number: str) -> None:
    try:
        ours = parse_cpf(number) == number
    except CpfInvalid:
        ours = False
    assert ours == (cpf.is_valid(number) and len(set(number)) > 1)


@given(st.text("0123456789ABCXYZ", min_size=12, max_size=12))
def test_cnpj_agrees_with_another_library_but_for_repeated_characters(base: str) -> None:
    if len(set(base)) == 1:
        return
    number = base + cnpj.calc_check_digits(base)
    assert parse_cnpj(number) == number


@pytest.mark.parametrize("number", ["000000012300279", "000000000100256", "000123456700202", "987654321000260"])
def test_unit_numbers_have_two_check_digits(number: str) -> None:
    assert unit_check_digits(number[:13]) == number[13:]
    assert parse_unit_number(number, "002") == number


def test_a_short_unit_number_is_padded_when_it_fits_and_legacy_when_it_does_not() -> None:
    assert parse_unit_number("12300279", "002") == "000000012300279"
    assert parse_unit_number("1234567", "002") == "1234567"


@pytest.mark.parametrize("text", ["000000012300278", "", "12a", "0", "0000000123002790"])
def test_a_wrong_unit_number_is_refused(text: str) -> None:
    with pytest.raises(UnitNumberInvalid):
        parse_unit_number(text, "002")


def test_a_unit_of_another_distributor_is_refused() -> None:
    thirteen = "0000000123003"
    with pytest.raises(UnitNumberInvalid):
        parse_unit_number(thirteen + unit_check_digits(thirteen), "002")


@pytest.mark.parametrize("text", ["fale com 529.982.247-25", "ana@exemplo.com.br", "ligue (92) 99123-4567", "CNPJ 12.ABC.345/01DE-35"])
def test_free_text_with_personal_data_is_recognised(text: str) -> None:
    assert contains_personal(text)


@pytest.mark.parametrize("text", ["O disjuntor de 50 A não confere com o memorial.", "Falta a página 2 de 3.", "art. 67, § 2º, III"])
def test_ordinary_remarks_are_not_personal(text: str) -> None:
    assert not contains_personal(text)


def test_masks_hide_most_of_a_number() -> None:
    assert mask_document("52998224725") == "***.982.247-**"
    assert "ABC" in mask_document("12ABC34501DE35")
