"""Digests and seals keyed by a secret outside the database: codes, links, cookies."""

import hashlib
import hmac
import secrets

_CODE_DIGITS = 6


class Pepper:
    """What a stolen database alone cannot try or forge."""

    def __init__(self, secret: str) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()

    def digest(self, purpose: str, *parts: object) -> str:
        """A keyed digest, bound to what it is for."""
        text = "\0".join([purpose, *map(str, parts)])
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def seal(self, purpose: str, value: str, *context: object) -> str:
        """A value that whoever brings it back cannot have made up."""
        return f"{value}.{self.digest(purpose, value, *context)}"

    def open(self, purpose: str, sealed: str, *context: object) -> str | None:
        """The value of a good seal, else None."""
        value, _, mark = sealed.rpartition(".")
        return value if value and hmac.compare_digest(mark, self.digest(purpose, value, *context)) else None


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}d}"


def new_secret() -> str:
    """A random word for a link."""
    return secrets.token_urlsafe(32)
