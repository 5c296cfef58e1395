"""Identifiers: new ones, and ones derived from what caused them so that repeating a deed repeats its id."""

import secrets
import time
from uuid import UUID, uuid5

_VERSION_7 = 0x7
_VARIANT = 0b10


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then randomness, so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    rand_a = secrets.randbits(12)
    rand_b = secrets.randbits(62)
    return UUID(int=(milliseconds << 80) | (_VERSION_7 << 76) | (rand_a << 64) | (_VARIANT << 62) | rand_b)


def derived_id(cause: UUID, purpose: str) -> UUID:
    """The one id that `cause` gives to `purpose` (UUIDv5)."""
    return uuid5(cause, purpose)
