"""People named without being known: a PersonId is a keyed digest of the canonical CPF or CNPJ, the same everywhere.

It is pseudonymous, not anonymous: whoever holds the key and the ids can try every CPF. The key is kept like a password.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

import httpx
import structlog

from shared.identifiers import Document, parse_document
from shared.key_rings import keys_in

log = structlog.get_logger(__name__)

UNAVAILABLE = "nome indisponível"
_KEEP_SECONDS = 300
_BATCH = 100
_KEPT = 20_000


class PersonIds:
    """Computes PersonIds: UUIDv8 (RFC 9562 §5.8) of HMAC-SHA-256(key, kind ‖ number), 4 bits of it the key's number."""

    def __init__(self, keys: str) -> None:
        number, self._secret = next(iter(keys_in(keys).items()))
        self._number = number & 0xF

    def of(self, document: Document) -> UUID:
        """The id of a person."""
        return self._id(document.kind, document.number)

    def of_text(self, text: str) -> UUID:
        """The id of a person by CPF or CNPJ as typed; raises the refusals of `parse_document`."""
        return self.of(parse_document(text))

    def root(self, document: Document) -> UUID | None:
        """The id shared by all branches of a company (the first 8 characters of the CNPJ); None for a CPF."""
        return self._id("cnpj-root", document.root) if document.kind == "cnpj" else None

    def digest(self, purpose: str, value: str) -> bytes:
        """A keyed digest of a personal value, for unique indexes over what is not kept in clear."""
        return hmac.digest(self._secret, f"{purpose}|{value}".encode(), hashlib.sha256)

    def _id(self, kind: str, number: str) -> UUID:
        digest = int.from_bytes(hmac.digest(self._secret, f"{kind}|{number}".encode(), hashlib.sha256)[:16])
        digest = (digest & ~(0xFFFF << 64)) | (0x8 << 76) | (self._number << 72) | ((digest >> 64 & 0xFF) << 64)
        return UUID(int=(digest & ~(0b11 << 62)) | (0b10 << 62))


class Signer(Protocol):
    """Makes a service token for one purpose."""

    def token(self, audience: str, purpose: str, on_behalf_of: str | None = None) -> str:
        """A short-lived bearer token."""


class Names:
    """Asks identity how people are called, only to show it; kept in memory for five minutes at most.

    Identity writes down who looked at whom and why. So a name is kept for who asked, and for what: another is asked for anew.
    """

    def __init__(self, client: httpx.AsyncClient, signer: Signer) -> None:
        self._client = client
        self._signer = signer
        self._kept: dict[tuple[str | None, str, UUID], tuple[float, str]] = {}

    async def of(self, ids: Sequence[UUID], purpose: str, on_behalf_of: str | None = None) -> Mapping[UUID, str]:
        """The name of each person. Identity away: "nome indisponível", and the caller goes on."""
        now = time.monotonic()
        wanted = dict.fromkeys(ids)
        kept = {person: found for person in wanted if (found := self._kept.get((on_behalf_of, purpose, person))) and found[0] > now}
        names = {person: name for person, (_, name) in kept.items()}
        missing = [person for person in wanted if person not in names]
        for start in range(0, len(missing), _BATCH):
            names |= await self._ask(missing[start : start + _BATCH], purpose, on_behalf_of, now)
        return {person: names.get(person, UNAVAILABLE) for person in wanted}

    async def _ask(self, ids: Sequence[UUID], purpose: str, on_behalf_of: str | None, now: float) -> Mapping[UUID, str]:
        token = self._signer.token("identity", purpose, on_behalf_of)
        try:
            answer = await self._client.post(
                "/v1/people/names",
                json={"ids": [str(person) for person in ids], "purpose": purpose},
                headers={"Authorization": f"Bearer {token}"},
                timeout=2,
            )
            answer.raise_for_status()
            names = {UUID(person): str(name) for person, name in answer.json()["names"].items()}
        except (httpx.HTTPError, KeyError, ValueError) as error:
            log.warning("names_unavailable", error=type(error).__name__, count=len(ids))
            return {}
        if len(self._kept) > _KEPT:
            self._kept.clear()
        self._kept.update({(on_behalf_of, purpose, person): (now + _KEEP_SECONDS, name) for person, name in names.items()})
        return names
