"""Rings of numbered keys as settings write them, `2:<base64>,1:<base64>`: the first is the one in use."""

import base64
from collections.abc import Mapping

_HIGHEST = 32767


def keys_in(ring: str) -> Mapping[int, bytes]:
    """The keys by their numbers, in the ring's order. Raises ValueError, which tells places and numbers, never a key.

    A number that stands twice is refused: what one key sealed under it, the other would be asked to open.
    """
    keys: dict[int, bytes] = {}
    for place, part in enumerate((part for part in ring.split(",") if part), start=1):
        number, secret = _numbered(place, part)
        if number in keys:
            message = f"number {number} stands twice in the ring: each key has a number of its own"
            raise ValueError(message)
        keys[number] = secret
    if not keys:
        message = "at least one key is needed"
        raise ValueError(message)
    return keys


def _numbered(place: int, part: str) -> tuple[int, bytes]:
    number, _, secret = part.strip().partition(":")
    try:
        key = base64.b64decode(secret)
    except ValueError:
        key = b""
    if not (number.isdecimal() and 0 < int(number) <= _HIGHEST and key):
        message = f"key {place} of the ring is not NUMBER:BASE64, the number from 1 to {_HIGHEST}"
        raise ValueError(message)
    return int(number), key
