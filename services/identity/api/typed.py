"""What people type, made canonical at the door: e-mail, phone, name; a CPF or CNPJ is parsed by the route that uses it."""

from typing import Annotated

from email_validator import EmailNotValidError
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.identity.contacts import canonical_email, canonical_phone
from shared.http.body import Body


def _email(text: str) -> str:
    try:
        return canonical_email(text)
    except EmailNotValidError:
        raise PydanticCustomError("email_invalid", "E-mail inválido.") from None


def _phone(text: str) -> str:
    try:
        return canonical_phone(text)
    except ValueError:
        raise PydanticCustomError("phone_invalid", "Telefone inválido.") from None


NOT_IN_NAMES = ("{", "<", ">", "://", "@")
"""A name is quoted in other people's mails: no place-holder, markup or link."""


def _name(text: str) -> str:
    name = " ".join(text.split())
    readable = any(letter.isalpha() for letter in name) and all(letter.isprintable() for letter in name)
    if not readable or any(mark in name for mark in NOT_IN_NAMES):
        raise PydanticCustomError("name_invalid", "Nome inválido.")
    return name


type CompleteDocument = Annotated[str, Field(min_length=11, max_length=24)]
type Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
type Phone = Annotated[str, Field(max_length=30), AfterValidator(_phone)]
type Name = Annotated[str, Field(min_length=2, max_length=150), AfterValidator(_name)]
type Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=200)]
"""As it was typed: spaces at its ends belong to it, whatever is done to other text."""


class RepresentativeBody(Body):
    """Who acts for a company."""

    cpf: Annotated[str, Field(max_length=20)]
    name: Name
