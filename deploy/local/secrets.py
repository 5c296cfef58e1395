"""Every secret of a local copy: made at first start, kept in files that only the owner reads."""

import base64
import json
import os
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.home import SERVICES, Home

KEY_BYTES = 32


def secret(home: Home, name: str, length: int = 24) -> str:
    """A random word for `name`, the same at every later start."""
    return _kept(home, name, secrets.token_urlsafe(length))


def key_ring(home: Home, name: str) -> str:
    """A ring of one AES key, `1:<base64>`, to which newer keys are put in front by hand."""
    return _kept(home, name, f"1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}")


def service_key(home: Home, service: str) -> str:
    """The Ed25519 private key with which a service signs its tokens, as PEM."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _kept(home, f"{service}_service_key", pem.decode())


def service_jwks(home: Home) -> str:
    """The public halves of all service keys; `kid` is the name of the service."""
    keys = [_public_jwk(service, service_key(home, service)) for service in SERVICES]
    return json.dumps({"keys": keys}, separators=(",", ":"))


def _public_jwk(service: str, pem: str) -> dict[str, str]:
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(service)
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": service, "use": "sig", "alg": "EdDSA"}


def _kept(home: Home, name: str, fresh: str) -> str:
    path = home.secrets / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(fresh)
    return fresh
