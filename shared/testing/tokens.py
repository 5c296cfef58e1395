"""Tokens for tests: an issuer with its own key, installed in an application in the place of identity."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from shared.clock import utc_now
from shared.http.tokens import FixedKeys, ServiceTokens, TokenReader, sign_person_token, signing_key
from shared.ids import new_id


def new_key() -> str:
    """A new Ed25519 private key, as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Issuer:
    """Signs tokens of people, staff and services that the application it is installed in believes."""

    def __init__(self, services: Sequence[str] = ("identity", "professional", "access", "requests", "backoffice")) -> None:
        self._key = signing_key(new_key(), "test-key")
        self._services = {name: ServiceTokens(name, new_key()) for name in services}

    @property
    def people(self) -> FixedKeys:
        """The public key people's tokens are checked by."""
        return FixedKeys({"keys": [self._key.as_dict(private=False)]})

    @property
    def services(self) -> FixedKeys:
        """The public keys services' tokens are checked by."""
        return FixedKeys({"keys": [tokens.public() for tokens in self._services.values()]})

    def install(self, app: FastAPI) -> None:
        """Let this application believe these tokens."""
        door: TokenReader = app.state.door
        app.state.door = replace(door, people=self.people, services=self.services)

    def person(
        self, pid: UUID, *, sub: UUID | None = None, sid: UUID | None = None, rep: UUID | None = None, now: datetime | None = None
    ) -> Mapping[str, str]:
        """The Authorization header of a person."""
        at = now or utc_now()
        token = sign_person_token(
            self._key, sub=sub or pid, pid=pid, kind="customer", sid=sid or new_id(), auth_time=at, amr=["pwd"], now=at, rep=rep
        )
        return {"Authorization": f"Bearer {token}"}

    def staff(
        self, pid: UUID, *roles: str, sub: UUID | None = None, auth_time: datetime | None = None, now: datetime | None = None
    ) -> Mapping[str, str]:
        """The Authorization header of a staff member with these roles and a fresh second factor."""
        at = now or utc_now()
        token = sign_person_token(
            self._key,
            sub=sub or pid,
            pid=pid,
            kind="staff",
            sid=new_id(),
            auth_time=auth_time or at,
            amr=["pwd", "totp"],
            now=at,
            roles=roles,
        )
        return {"Authorization": f"Bearer {token}"}

    def service(self, name: str, audience: str, purpose: str = "test") -> Mapping[str, str]:
        """The Authorization header of a service."""
        return {"Authorization": f"Bearer {self._services[name].token(audience, purpose)}"}
