"""Identifiers: new ones, and ones derived from what caused them so that repeating a deed repeats its id."""

import os
import time
from uuid import UUID, uuid5

from asyncpg.pgproto.pgproto import UUID as PARSED

_VERSION_7 = 0x7
_VARIANT = 0b10
_62_BITS = (1 << 62) - 1


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then randomness, so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    number = (milliseconds << 80) | (_VERSION_7 << 76) | ((random >> 68) << 64) | (_VARIANT << 62) | (random & _62_BITS)
    made: UUID = PARSED(number.to_bytes(16))  # the driver's own type is sent and written out faster
    return made


def derived_id(cause: UUID, purpose: str) -> UUID:
    """The one id that `cause` gives to `purpose` (UUIDv5)."""
    return uuid5(cause, purpose)


def parse_id(text: str) -> UUID:
    """An id from its text; raises ValueError. The database driver's own type: a UUID in all but the time it takes to read one."""
    parsed: UUID = PARSED(text)
    return parsed
