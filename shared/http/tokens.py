"""Bearer tokens: identity's for people and staff, the services' own for each other; all EdDSA, all short-lived."""

import asyncio
import base64
import json
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OKPKey

from shared.clock import Clock, utc_now
from shared.eventsourcing.refusal import Unavailable
from shared.http.principal import Principal, from_claims
from shared.http.problem import SessionOver, SignInRequired

# RFC 9864 prefers the name Ed25519; the gateway and most clients know it as EdDSA.
warnings.filterwarnings("ignore", category=SecurityWarning, message="EdDSA is deprecated.*")

log = structlog.get_logger(__name__)

ALGORITHM = "EdDSA"
ISSUER = "identity"
AUDIENCE = "agencia"
PERSON_TOKEN_LIVES = timedelta(minutes=5)
SERVICE_TOKEN_LIVES = timedelta(seconds=60)
_LEEWAY = timedelta(seconds=10)
_KEEP_KEYS_SECONDS = 120
_ASK_AGAIN_SECONDS = 5
_MOST_VERIFIED = 1000


class SigningKeysUnknown(Unavailable):
    """The keys that tokens are signed with cannot be read right now."""


def signing_key(text: str, kid: str) -> OKPKey:
    """An Ed25519 key from a PEM private key or a base64(url) seed of 32 bytes."""
    if "BEGIN" in text:
        private = load_pem_private_key(text.encode(), None)
    else:
        raw = text.strip().replace("-", "+").replace("_", "/")
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(raw + "=" * (-len(raw) % 4)))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return OKPKey.import_key(pem, {"kid": kid, "use": "sig", "alg": ALGORITHM})


def sign(key: OKPKey, claims: Mapping[str, Any]) -> str:
    """A compact JWT."""
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}, dict(claims), key, algorithms=[ALGORITHM])


def sign_person_token(
    key: OKPKey,
    *,
    sub: UUID,
    pid: UUID,
    kind: Literal["customer", "staff"],
    sid: UUID,
    auth_time: datetime,
    amr: Sequence[str],
    now: datetime,
    roles: Sequence[str] = (),
    rep: UUID | None = None,
    lives: timedelta = PERSON_TOKEN_LIVES,
) -> str:
    """The access token of a person or staff member; only identity makes them."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(sub),
        "pid": str(pid),
        "kind": kind,
        "sid": str(sid),
        "roles": sorted(roles),
        "auth_time": int(auth_time.timestamp()),
        "amr": list(amr),
        "iat": int(now.timestamp()),
        "exp": int((now + lives).timestamp()),
    }
    if rep is not None:
        claims["rep"] = str(rep)
    return sign(key, claims)


class ServiceTokens:
    """Signs this service's tokens: 60 seconds, one audience, one purpose."""

    def __init__(self, service: str, key: str, clock: Clock = utc_now) -> None:
        self.service = service
        self._key = signing_key(key, service)
        self._clock = clock

    def token(self, audience: str, purpose: str, on_behalf_of: str | None = None) -> str:
        """A bearer token for a call to another service."""
        now = self._clock()
        claims = {
            "iss": self.service,
            "aud": audience,
            "sub": self.service,
            "kind": "service",
            "purpose": purpose,
            "iat": int(now.timestamp()),
            "exp": int((now + SERVICE_TOKEN_LIVES).timestamp()),
        }
        if on_behalf_of is not None:
            claims["on_behalf_of"] = on_behalf_of
        return sign(self._key, claims)

    def public(self) -> dict[str, Any]:
        """The public key, as an entry of SERVICE_JWKS."""
        return dict(self._key.as_dict(private=False))


class Keys(Protocol):
    """Where public keys come from."""

    async def find(self, kid: str) -> OKPKey | None:
        """The key with this id."""


class FixedKeys:
    """Keys given once: SERVICE_JWKS."""

    def __init__(self, jwks: str | Mapping[str, Any]) -> None:
        content = json.loads(jwks) if isinstance(jwks, str) else jwks
        self._keys = {key["kid"]: OKPKey.import_key(dict(key)) for key in content["keys"]}

    async def find(self, kid: str) -> OKPKey | None:
        """The key with this id."""
        return self._keys.get(kid)


class FetchedKeys:
    """Keys read from a JWKS address, kept two minutes, asked for again when an unknown id shows up."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url
        self._keys: dict[str, OKPKey] = {}
        self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, kid: str) -> OKPKey | None:
        """The key with this id; raises SigningKeysUnknown while none could ever be read."""
        if self._wanted(kid):
            async with self._lock:
                if self._wanted(kid):
                    await self._fetch()
        if not self._keys:
            raise SigningKeysUnknown
        return self._keys.get(kid)

    def _wanted(self, kid: str) -> bool:
        age = time.monotonic() - self._asked
        return age > _KEEP_KEYS_SECONDS or (kid not in self._keys and (age > _ASK_AGAIN_SECONDS or not self._keys))

    async def _fetch(self) -> None:
        self._asked = time.monotonic()
        try:
            answer = await self._client.get(self._url, timeout=3)
            answer.raise_for_status()
            read = KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, ValueError, JoseError) as error:
            log.warning("signing_keys_unreadable", error=type(error).__name__)
            return
        self._keys = {key.kid: key for key in read.keys if isinstance(key, OKPKey) and key.kid}


class VerifiedTokens:
    """Signatures that were found good, so that a token sent with each of many requests is verified once for each key.

    Only the signature is remembered: times, audience and whether the session still lives are asked each time. A key that is read
    anew is another key, so what a withdrawn one has signed is forgotten with it.
    """

    def __init__(self, most: int = _MOST_VERIFIED) -> None:
        self._most = most
        self._found: dict[str, tuple[OKPKey, Mapping[str, Any]]] = {}

    def claims(self, token: str, key: OKPKey) -> Mapping[str, Any]:
        """What a token signed by this key says; raises JoseError, ValueError."""
        known = self._found.get(token)
        if known is not None and known[0] is key:
            return known[1]
        claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        if len(self._found) >= self._most:
            del self._found[next(iter(self._found))]
        self._found[token] = (key, claims)
        return claims


@dataclass(frozen=True)
class TokenReader:
    """The door's reading of tokens: signature, times, issuer and audience, then whether the session still lives."""

    service: str
    people: Keys
    services: Keys
    ended: Callable[[UUID], Awaitable[bool]]
    clock: Clock = utc_now
    verified: VerifiedTokens = field(default_factory=VerifiedTokens)

    def now(self) -> datetime:
        """The present."""
        return self.clock()

    async def principal(self, token: str) -> Principal:
        """Who a token speaks for; raises SignInRequired, SessionOver, SigningKeysUnknown."""
        kid, issuer = _claimed(token)
        keys = self.people if issuer == ISSUER and kid != ISSUER else self.services
        key = await keys.find(kid)
        if key is None:
            raise SignInRequired
        try:
            claims = self.verified.claims(token, key)
            self._in_time(claims)
            if keys is self.services:
                return self._service(claims, kid)
            if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
                raise SignInRequired
            principal = from_claims(claims)
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise SignInRequired from error
        if principal.sid is not None and await self.ended(principal.sid):
            raise SessionOver
        return principal

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now = self.clock().timestamp()
        begins = max(float(claims.get("nbf", 0)), float(claims.get("iat", 0)))
        if not begins - _LEEWAY.total_seconds() <= now < float(claims["exp"]) + _LEEWAY.total_seconds():
            raise SignInRequired

    def _service(self, claims: Mapping[str, Any], kid: str) -> Principal:
        name = str(claims["iss"])
        if kid != name or claims.get("aud") != self.service or claims.get("kind") != "service":
            raise SignInRequired
        return Principal(
            sub=uuid5(NAMESPACE_URL, f"service:{name}"),
            pid=uuid5(NAMESPACE_URL, f"service:{name}"),
            kind="service",
            sid=None,
            roles=frozenset(),
            auth_time=None,
            amr=frozenset(),
            rep=None,
            name=name,
            purpose=str(claims["purpose"]),
            on_behalf_of=str(claims["on_behalf_of"]) if claims.get("on_behalf_of") else None,
        )


def _claimed(token: str) -> tuple[str, str]:
    """The key id and issuer a token claims, before anything is believed."""
    try:
        head, body, _ = token.split(".")
        read = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body)]
        return str(read[0]["kid"]), str(read[1]["iss"])
    except (ValueError, KeyError, TypeError) as error:
        raise SignInRequired from error
