"""The cast of the tests: the demo's, so that a name means the same everywhere."""

from shared.testing.people import Cast, Person, cnpj, cpf, unit_number

__all__ = ["Cast", "Person", "cnpj", "cpf", "unit_number"]
