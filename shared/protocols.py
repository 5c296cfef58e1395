"""Protocol numbers (REN ANEEL 1.000/2021, art. 403): 14 digits, one number space, unique, in sequence, never reused.

`YYYY` + service digit + 8-digit sequence of the year + check digit. Gaps are allowed: a number taken by a filing that
failed is not given again.
"""

from shared.postgres import Db

_LENGTH = 14


class SequenceExhausted(Exception):
    """More than 99,999,999 protocols in one year."""


def check_digit(thirteen: str) -> int:
    """Modulo 11 with weights 2..9 from the right; remainders 0 and 1 give 0."""
    total = sum(int(digit) * (2 + n % 8) for n, digit in enumerate(reversed(thirteen)))
    rest = total % 11
    return 0 if rest < 2 else 11 - rest  # noqa: PLR2004 - modulo 11 as in the other Brazilian identifiers


def valid_protocol(text: str) -> bool:
    """Whether a text is a protocol number: its length, digits and check digit."""
    return len(text) == _LENGTH and text.isascii() and text.isdigit() and check_digit(text[:-1]) == int(text[-1])


async def next_protocol(db: Db, service_digit: int, year: int, *, offset: int = 0) -> str:
    """The next protocol of a year, taken in the caller's transaction; raises SequenceExhausted.

    `offset` leaves room for numbers that another system gives in the same year.
    """
    number = await db.fetchval(
        "insert into protocol_numbers as p (year, last) values ($1, $2 + 1)"
        " on conflict (year) do update set last = greatest(p.last, $2) + 1 returning last",
        year,
        offset,
    )
    if number > 99_999_999:  # noqa: PLR2004 - eight digits
        raise SequenceExhausted(year)
    thirteen = f"{year:04d}{service_digit}{number:08d}"
    return f"{thirteen}{check_digit(thirteen)}"
