"""The public keys that verify access tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.identity.parts import IdentityParts, parts
from shared.http.principal import anyone

router = APIRouter(tags=["keys"])


@router.get("/.well-known/jwks.json")
async def jwks(
    response: Response, _: Annotated[object, Depends(anyone)], parts: Annotated[IdentityParts, Depends(parts)]
) -> dict[str, Any]:
    """As chaves públicas (JWKS)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return await parts.signing.jwks()
