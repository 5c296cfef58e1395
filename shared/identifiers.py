"""CPF, CNPJ (alphanumeric since 2026-07-31) and consumer unit numbers: parsed once at the door, canonical inside.

Sources: IN RFB 2.119/2022 as changed by IN RFB 2.229/2024 (check digits over ASCII minus 48); REN ANEEL 1.000/2021,
art. 659-A (15-digit consumer unit numbers).
"""

import re
from dataclasses import dataclass
from typing import Literal

from shared.eventsourcing.refusal import Malformed

_CPF_LENGTH = 11
_CNPJ_LENGTH = 14
_CNPJ_ROOT = 8
_UNIT_LENGTH = 15
_UNIT_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 10, 9, 8)
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_SEPARATORS = re.compile(r"[\s.\-/]")
_PERSONAL = re.compile(
    r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)|[A-Z0-9]{2}\.?[A-Z0-9]{3}\.?[A-Z0-9]{3}/?[A-Z0-9]{4}-?\d{2}(?!\d)|[^\s@]+@[^\s@]+\.[a-z]{2,}"
    r"|\(?\b\d{2}\)?[\s-]?9?\d{4}[\s-]?\d{4}\b",
    re.IGNORECASE,
)


class CpfInvalid(Malformed):
    """Not a CPF: wrong length, repeated digits or wrong check digits."""

    sentence = "CPF inválido. Confira os números digitados."


class CnpjInvalid(Malformed):
    """Not a CNPJ: wrong length, repeated digits or wrong check digits."""

    sentence = "CNPJ inválido. Confira os caracteres digitados."


class DocumentInvalid(Malformed):
    """Neither a CPF nor a CNPJ."""

    sentence = "CPF ou CNPJ inválido. Confira os caracteres digitados."


class UnitNumberInvalid(Malformed):
    """Not a consumer unit number of this distributor."""

    sentence = "Número da unidade consumidora inválido. Ele está na sua fatura de energia."


@dataclass(frozen=True, slots=True)
class Document:
    """A person's canonical CPF (11 digits) or CNPJ (14 upper-case characters)."""

    kind: Literal["cpf", "cnpj"]
    number: str

    @property
    def root(self) -> str:
        """The first 8 characters of a CNPJ, the same for all branches of a company; the whole CPF otherwise."""
        return self.number[:_CNPJ_ROOT] if self.kind == "cnpj" else self.number


def _bare(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def _digit(values: list[int], weights: tuple[int, ...] | range) -> int:
    rest = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest  # noqa: PLR2004 - remainders 0 and 1 give digit 0 in every Brazilian modulo 11


def parse_cpf(text: str) -> str:
    """The 11 digits of a CPF, with or without mask; raises CpfInvalid."""
    number = _bare(text)
    if len(number) != _CPF_LENGTH or not (number.isascii() and number.isdigit()) or len(set(number)) == 1:
        raise CpfInvalid
    values = [int(c) for c in number]
    if _digit(values[:9], range(10, 1, -1)) != values[9] or _digit(values[:10], range(11, 1, -1)) != values[10]:
        raise CpfInvalid
    return number


def parse_cnpj(text: str) -> str:
    """The 14 characters of a CNPJ, numeric or alphanumeric, masked or not, in any case; raises CnpjInvalid."""
    number = _bare(text)
    if not re.fullmatch(r"[A-Z0-9]{12}[0-9]{2}", number, re.ASCII) or len(set(number)) == 1 or len(set(number[:12])) == 1:
        raise CnpjInvalid
    values = [ord(c) - 48 for c in number]
    if _digit(values[:12], _CNPJ_WEIGHTS[1:]) != values[12] or _digit(values[:13], _CNPJ_WEIGHTS) != values[13]:
        raise CnpjInvalid
    return number


def parse_document(text: str) -> Document:
    """A CPF or a CNPJ by its length; raises DocumentInvalid, CpfInvalid or CnpjInvalid."""
    match len(_bare(text)):
        case 11:
            return Document("cpf", parse_cpf(text))
        case 14:
            return Document("cnpj", parse_cnpj(text))
        case _:
            raise DocumentInvalid


def unit_check_digits(thirteen: str) -> str:
    """The two check digits of a consumer unit number, from its 10 sequential and 3 distributor digits."""
    values = [int(c) for c in thirteen]
    first = _digit(values, _UNIT_WEIGHTS)
    return f"{first}{_digit([*values[1:], first], _UNIT_WEIGHTS)}"


def parse_unit_number(text: str, distributor_code: str) -> str:
    """A consumer unit number as typed: 15 digits where check digits and distributor fit, else the legacy number as it is.

    Fewer than 15 digits are left-padded if that makes a valid number of this distributor. Raises UnitNumberInvalid.
    """
    number = _bare(text)
    if not (number.isascii() and number.isdigit()) or len(number) > _UNIT_LENGTH or not number.strip("0"):
        raise UnitNumberInvalid
    padded = number.zfill(_UNIT_LENGTH)
    fits = unit_check_digits(padded[:13]) == padded[13:] and padded[10:13] == distributor_code
    if fits:
        return padded
    if len(number) == _UNIT_LENGTH:
        raise UnitNumberInvalid
    return number


def mask_document(number: str) -> str:
    """A CPF or CNPJ that its owner recognises and nobody else can use: `***.456.789-**`."""
    if len(number) == _CPF_LENGTH:
        return f"***.{number[3:6]}.{number[6:9]}-**"
    return f"**.{number[2:5]}.***/{number[8:12]}-**"


def contains_personal(text: str) -> bool:
    """Whether free text seems to hold a CPF, CNPJ, e-mail or Brazilian phone number."""
    return _PERSONAL.search(text) is not None
