"""The public keys that verify access tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.identity.parts import IdentityParts, parts
from shared.http.principal import anyone

router = APIRouter(tags=["keys"])


_KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "exemplo", "use": "sig", "alg": "EdDSA"}


@router.get("/.well-known/jwks.json", responses={200: {"content": {"application/json": {"example": {"keys": [_KEY]}}}}})
async def jwks(
    response: Response, _: Annotated[object, Depends(anyone)], parts: Annotated[IdentityParts, Depends(parts)]
) -> dict[str, Any]:
    """As chaves públicas (JWKS)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return await parts.signing.jwks()
