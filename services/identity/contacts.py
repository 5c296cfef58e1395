"""Contacts made canonical: an e-mail in lower case, a Brazilian phone in E.164; the same at the door and in the register."""

import phonenumbers
from email_validator import validate_email


def canonical_email(text: str) -> str:
    """A deliverable-looking address in lower case; raises ValueError."""
    return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()


def masked_email(email: str) -> str:
    """What may be shown of an address: whoever typed it knows which it is."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"


def canonical_phone(text: str) -> str:
    """A Brazilian number in E.164; raises ValueError."""
    try:
        number = phonenumbers.parse(text, "BR")
    except phonenumbers.NumberParseException as error:
        raise ValueError from error
    if number.country_code != 55 or not phonenumbers.is_valid_number(number):  # noqa: PLR2004 - Brazil
        raise ValueError
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
