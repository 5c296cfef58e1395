"""The cast: the same people everywhere, numbered by run, with documents that have valid check digits."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from shared.eventsourcing.refusal import Malformed
from shared.identifiers import parse_cnpj, parse_cpf, unit_check_digits

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RUNS = 1_000_000


@dataclass(frozen=True)
class Person:
    """Somebody with a document, an address and a phone."""

    key: str
    name: str
    document: str
    email: str
    phone: str
    password: str

    @property
    def cpf(self) -> str:
        """The same document, where a CPF is asked for."""
        return parse_cpf(self.document)

    @property
    def first_name(self) -> str:
        """How the story calls them."""
        return self.name.split()[0]


@dataclass
class Cast:
    """Everybody who takes part in one run."""

    run: int
    distributor_code: str

    def person(self, key: str, name: str, place: int) -> Person:
        """Somebody of this run; each place in the cast has its own numbers."""
        number = cpf(self.run * 100 + place)
        return Person(key, name, number, self.email(key), phone(self.run, place), f"Sol-forte-{self.run}-{key}")

    def email(self, key: str) -> str:
        """An address that belongs to nobody outside."""
        return f"{key}.{self.run}@exemplo.test"

    @cached_property
    def ana(self) -> Person:
        """The holder: a house, two-phase 220 V, 12 kW."""
        return self.person("ana", "Ana Souza", 1)

    @cached_property
    def padaria(self) -> Person:
        """A bakery with an alphanumeric CNPJ; Sílvia represents it."""
        company = cnpj(self.run)
        return Person("padaria", "Padaria Sol Ltda", company, self.email("padaria"), phone(self.run, 2), f"Sol-forte-{self.run}-padaria")

    @cached_property
    def silvia(self) -> Person:
        """Who represents the bakery."""
        return self.person("silvia", "Sílvia Prado", 3)

    @cached_property
    def rui(self) -> Person:
        """The engineer."""
        return self.person("rui", "Rui Andrade", 4)

    @cached_property
    def tiago(self) -> Person:
        """The technician."""
        return self.person("tiago", "Tiago Melo", 5)

    @cached_property
    def clara(self) -> Person:
        """The broker."""
        return self.person("clara", "Clara Dias", 6)

    @cached_property
    def attendant(self) -> Person:
        """At the counter."""
        return self.person("atendente", "Otávio Reis", 11)

    @cached_property
    def reviewer(self) -> Person:
        """Judges profiles and triage."""
        return self.person("revisora", "Beatriz Nunes", 12)

    @cached_property
    def second_reviewer(self) -> Person:
        """Judges what the first may not."""
        return self.person("revisor", "Caio Lima", 13)

    @cached_property
    def analyst(self) -> Person:
        """Analyses and issues budgets."""
        return self.person("analista", "Débora Pinto", 14)

    @cached_property
    def inspector(self) -> Person:
        """Goes and looks."""
        return self.person("vistoriador", "Elias Braga", 15)

    @cached_property
    def supervisor(self) -> Person:
        """Decides what others may not."""
        return self.person("supervisora", "Fátima Rocha", 16)

    @cached_property
    def operator(self) -> Person:
        """Imports the register."""
        return self.person("operador", "Gil Matos", 17)

    @cached_property
    def auditor(self) -> Person:
        """Reads everything, every look logged."""
        return self.person("auditora", "Helena Sá", 18)

    def unit(self, place: int = 1) -> str:
        """A consumer unit number of this run."""
        return unit_number(self.run * 100 + place, self.distributor_code)


def cpf(seed: int) -> str:
    """A valid CPF made from a number below 10⁸."""
    return _closed(f"{100_000_000 + seed:09d}", parse_cpf)


def cnpj(seed: int) -> str:
    """A valid alphanumeric CNPJ made from a number below 10⁶."""
    letters = "".join(LETTERS[(seed // 26**n) % 26] for n in range(2))
    return _closed(f"{letters}{seed:06d}0001", parse_cnpj)


def phone(run: int, place: int) -> str:
    """A mobile number in area 92."""
    return f"+55929{8_000_0000 + (run * 20 + place) % 1_999_0000:08d}"


def unit_number(seed: int, distributor_code: str) -> str:
    """A valid 15-digit consumer unit number of the distributor."""
    thirteen = f"{seed:010d}{distributor_code}"
    return thirteen + unit_check_digits(thirteen)


def _closed(body: str, parse: Callable[[str], str]) -> str:
    """The body with the one pair of check digits that is right."""
    for number in (f"{body}{pair:02d}" for pair in range(100)):
        with suppress(Malformed):
            return parse(number)
    raise AssertionError(body)
