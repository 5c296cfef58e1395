"""The rows with which the utility introduces the cast: its register of customers and of consumer units, as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from shared.testing.people import Cast, Person

MANAUS_IBGE = "1302603"
CUSTOMER_COLUMNS = ("sequence", "at", "document", "kind", "name", "email", "phone", "status")
UNIT_COLUMNS = (
    "sequence", "at", "number", "legacy_number", "replaces", "holder_document", "group", "subgroup", "class", "voltage_v", "phases",
    "available_kw", "contracted_kw", "municipality_ibge", "address", "coordinates", "status", "connected_since", "plant", "origin_protocol",
)  # fmt: skip


def customer(person: Person, *, email: str | None = None, status: str = "active") -> dict[str, str]:
    """A row of the register of customers."""
    return {
        "sequence": _sequence(),
        "at": _now(),
        "document": person.document,
        "kind": "cpf" if len(person.document) == 11 else "cnpj",
        "name": person.name,
        "email": person.email if email is None else email,
        "phone": person.phone,
        "status": status,
    }


def unit(number: str, holder: Person, **changes: str) -> dict[str, str]:
    """A row of the register of consumer units: a house, two-phase, 220 V, 12 kW."""
    return {
        "sequence": _sequence(),
        "at": _now(),
        "number": number,
        "holder_document": holder.document,
        "group": "B",
        "subgroup": "B1",
        "class": "residencial",
        "voltage_v": "220",
        "phases": "2",
        "available_kw": "12.0",
        "municipality_ibge": MANAUS_IBGE,
        "address": "Rua das Palmeiras 100, Centro, 69000-000",
        "status": "active",
        "connected_since": "2015-03-02",
        **changes,
    }


def customers_csv(cast: Cast) -> bytes:
    """Everybody of this run who is a customer of the utility."""
    people = (cast.ana, cast.padaria, cast.silvia, cast.rui, cast.tiago, cast.clara)
    return as_csv(CUSTOMER_COLUMNS, [customer(person) for person in people])


def units_csv(cast: Cast) -> bytes:
    """Ana's house and the bakery."""
    bakery = {"class": "comercial", "subgroup": "B3", "phases": "3", "available_kw": "38.0", "address": "Av. do Sol 20, Centro, 69000-100"}
    return as_csv(UNIT_COLUMNS, [unit(cast.unit(1), cast.ana), unit(cast.unit(2), cast.padaria, **bakery)])


def as_csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """UTF-8, `;`, names in the first line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _sequence() -> str:
    return str(int(datetime.now(UTC).timestamp() * 1_000_000))
